// Ticked jobs: how many, and what may be done with them.
function update() {
  const form = document.querySelector('[data-selection]');
  if (!form) return;
  const ticked = [...form.querySelectorAll('input[name=job]:checked')];
  form.querySelector('[data-bulk-bar]').toggleAttribute('data-any', ticked.length > 0);
  const stoppable = ticked.filter((box) => box.closest('tr').hasAttribute('data-can-cancel'));
  form.querySelector('[data-selected-count]').textContent = ticked.length
    ? `${ticked.length} selected` : 'Tick jobs to compare them';
  form.querySelector('[value=compare]').disabled = ticked.length < 2;
  form.querySelector('[value=cancel]').disabled = !stoppable.length;
}

document.addEventListener('change', (event) => {
  if (event.target.matches('[data-select-all]')) {
    for (const box of document.querySelectorAll('input[name=job]')) box.checked = event.target.checked;
  }
  if (event.target.closest('[data-selection]')) update();
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const box of document.querySelectorAll('input[name=job]:checked')) box.checked = false;
  update();
});
update();
