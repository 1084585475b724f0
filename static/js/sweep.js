// Commas make a job of each value: the count beside a field and in the summary, as one types.
// The server counts in the same way (tasks/engine/parameters.py), and has the last word.
const COMMA = /,(?![^([]*[)\]])/; // no closing bracket follows
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;

function valuesIn(control) {
  const text = control.value.trim();
  const isUnclear = 'takesDecimals' in control.dataset
    && text.split(/,\s+|\s+/).some((word) => DECIMAL_COMMA.test(word));
  if (isUnclear) return { count: 1, isUnclear: true };
  return { count: Math.max(1, text.split(COMMA).filter((part) => part.trim()).length), isUnclear: false };
}

const jobs = (count) => `${count.toLocaleString('en')} ${count === 1 ? 'job' : 'jobs'}`;

export function countJobs() {
  const form = document.getElementById('job-form');
  const shown = form?.querySelector('[data-job-count]');
  if (!shown) return; // nor does a search make a job of each value
  let total = 1;
  let isKnown = true;
  for (const note of form.querySelectorAll('[data-values-note]')) {
    const control = note.parentElement.querySelector('input');
    const { count, isUnclear } = valuesIn(control);
    // The server could not use all of these values, and they are still there.
    const isBad = 'uncounted' in note.dataset && control.value === control.defaultValue;
    total *= count;
    isKnown &&= !isUnclear && !isBad;
    if (isBad && !isUnclear) continue;
    note.hidden = count === 1 && !isUnclear;
    note.textContent = isUnclear ? 'One number, or several? Write a point, or a space behind the comma' : `${count} values`;
  }
  const limit = Number(form.dataset.maxJobs);
  const tooMany = form.querySelector('[data-too-many]');
  shown.textContent = isKnown ? jobs(total) : 'jobs';
  form.querySelector('[data-job-count-unknown]').hidden = isKnown;
  tooMany.hidden = !isKnown || total <= limit;
  tooMany.textContent = isKnown && total > limit ? `These values make ${jobs(total)}. The limit is ${limit.toLocaleString('en')} at once` : '';
  form.querySelector('[data-queue-button]').textContent = `Queue ${!isKnown ? 'jobs' : total === 1 ? 'job' : jobs(total)}`;
}

document.addEventListener('input', (event) => {
  if (event.target.matches('#job-form [name^="parameters."]')) countJobs();
});
countJobs();
