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

// An error is about what was sent: it goes with the first letter that is typed, not when the field
// is left, as that is the press of a button, which would move away below it. Sending tells it anew.
function dropError(control) {
  const place = control.closest('#job-form [data-invalid]');
  if (!place) return;
  place.removeAttribute('data-invalid');
  for (const words of place.querySelectorAll('.field-error')) words.remove();
  for (const part of place.querySelectorAll('[aria-invalid]')) {
    part.removeAttribute('aria-invalid');
    document.querySelector(`.error-summary a[href="#${CSS.escape(part.id)}"]`)?.closest('li').remove();
  }
  countErrors();
}

function countErrors() {
  const left = document.querySelectorAll('.error-summary li a');
  for (const words of document.querySelectorAll('[data-fixing]')) {
    if (!left.length) {
      words.remove();
      continue;
    }
    words.href = left[0].hash;
    words.textContent = `${left.length} ${left.length > 1 ? 'fields need' : 'field needs'} fixing`;
  }
  if (left.length) return;
  document.querySelector('.error-summary')?.remove();
  document.title = document.title.replace(/^Error: /, '');
}

document.addEventListener('input', ({ target }) => {
  dropError(target);
  // What is searched is asked for at the strategy, and said in the fields of parameters.
  const says = target.name?.startsWith('parameters.') && /,|\.\./.test(target.value);
  const strategy = says && document.getElementById('field-search.strategy');
  if (strategy) dropError(strategy);
});

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
