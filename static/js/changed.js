// Settings that differ from their default, or from the job that the form was opened from: said as one
// types. A small button gives one its default again.
function mark(control) {
  const place = control.closest('.param-row, .field');
  const value = control.value.trim() || control.dataset.default || '';
  for (const words of place?.querySelectorAll('[data-changed-from]') ?? []) {
    words.hidden = words.dataset.changedFrom === value;
  }
  const button = place?.querySelector('[data-reset]');
  if (button) button.hidden = value === control.dataset.default;
}

document.addEventListener('input', ({ target }) => {
  if (target.matches('#job-form :is(input, select, textarea)')) mark(target);
});

document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-reset]');
  if (!button) return;
  const control = button.closest('.param-row').querySelector('[data-default]');
  control.value = control.matches('select') ? control.dataset.default : '';
  control.focus(); // the button goes
  for (const kind of ['input', 'change']) control.dispatchEvent(new Event(kind, { bubbles: true }));
});
