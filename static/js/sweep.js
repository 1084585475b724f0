// Commas make a job of each value: the count beside a field and in the summary, as one types.
// The server counts in the same way (tasks/engine/inside.py), and has the last word. It is asked
// about the candidates of a search.
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;

// Commas in brackets separate nothing: (100, 50), Ridge(alpha=2, tol=0.1).
function countParts(text) {
  let depth = 0;
  const parts = [''];
  for (const sign of text) {
    depth = Math.max(0, depth + '([{'.includes(sign) - ')]}'.includes(sign));
    if (sign === ',' && !depth) parts.push('');
    else parts[parts.length - 1] += sign;
  }
  return parts.filter((part) => part.trim()).length;
}

function valuesIn(control) {
  const text = control.value.trim();
  const isUnclear = 'takesDecimals' in control.dataset
    && text.split(/,\s+|\s+/).some((word) => DECIMAL_COMMA.test(word));
  if (isUnclear) return { count: 1, isUnclear: true };
  return { count: Math.max(1, countParts(text)), isUnclear: false };
}

const jobs = (count) => `${count.toLocaleString('en')} ${count === 1 ? 'job' : 'jobs'}`;

export function countJobs() {
  const form = document.getElementById('job-form');
  if (!form) return;
  let total = Number(form.dataset.estimators ?? 1);
  let isKnown = true;
  const swept = [];
  for (const note of form.querySelectorAll('[data-values-note]')) {
    const control = note.parentElement.querySelector('input');
    const { count, isUnclear } = valuesIn(control);
    // The server could not use all of these values, and they are still there.
    const isBad = 'uncounted' in note.dataset && control.value === control.defaultValue;
    total *= count;
    if (count > 1) swept.push(`${control.name.replace('parameters.', '')} × ${count}`);
    isKnown &&= !isUnclear && !isBad;
    if (isBad && !isUnclear) continue;
    note.hidden = count === 1 && !isUnclear;
    note.textContent = isUnclear ? 'One number, or several? Write a point, or a space behind the comma' : `${count} values`;
  }
  for (const part of form.querySelectorAll('[data-sweep]')) {
    part.hidden = !swept.length;
    if (part.dataset.sweep) part.textContent = swept.join(', ');
  }
  const shown = form.querySelector('[data-job-count]');
  if (!shown) return; // the server counts the candidates of a search
  const limit = Number(form.dataset.maxJobs);
  const tooMany = form.querySelector('[data-too-many]');
  shown.textContent = isKnown ? jobs(total) : 'jobs';
  form.querySelector('[data-job-count-unknown]').hidden = isKnown;
  tooMany.hidden = !isKnown || total <= limit;
  tooMany.textContent = isKnown && total > limit ? `These values make ${jobs(total)}. The limit is ${limit.toLocaleString('en')} at once` : '';
  for (const button of form.querySelectorAll('[data-queue-button], [data-queue-below]')) {
    button.textContent = `Queue ${!isKnown || !total ? 'jobs' : total === 1 ? 'job' : jobs(total)}`;
  }
}

// What a search makes of ranges, and of what its estimator does not take, the server alone knows.
let asking = null;
async function countCandidates() {
  const place = document.getElementById('candidates');
  if (!place) return;
  asking?.abort();
  asking = new AbortController();
  try {
    const body = new FormData(place.closest('form'));
    const answer = await fetch(place.dataset.countedAt, { method: 'POST', body, signal: asking.signal });
    const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : '', 'text/html');
    const found = page.getElementById('candidates');
    // Drawn anew meanwhile with all of the form, it is up to date.
    if (found && place.isConnected) place.replaceChildren(...found.childNodes);
  } catch (problem) {
    if (problem.name !== 'AbortError' && problem.name !== 'TypeError') throw problem; // unreachable: as it was
  }
}

let typing = null;
document.addEventListener('input', (event) => {
  if (event.target.matches('#job-form [name^="parameters."]')) countJobs();
  if (!event.target.matches('#job-form [name*="."]')) return; // parameters, search, validation
  clearTimeout(typing);
  typing = setTimeout(countCandidates, 300);
});
countJobs();
