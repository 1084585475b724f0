// New job: a choice that changes the form fetches it anew, and keeps everything that still fits.
import { showFilters } from './choice-filter.js';
import './changed.js';
import { countJobs } from './sweep.js';

let asking = null;
// Whether a check was asked for since: what it finds is about the form that comes.
let isChecked = false;
let release = Promise.resolve();

// The first button of a form is the one that Enter presses: it must be "Queue job".
function dropFallback() {
  document.querySelectorAll('#job-form [data-without-js]:not(#preflight *)').forEach((part) => part.remove());
  document.querySelectorAll('#job-form [data-press]').forEach((button) => { button.type = 'button'; });
}
dropFallback();

document.addEventListener('change', ({ target: control }) => {
  if (!control.matches('#job-form [data-updates], #job-form .choice-card input')) return;
  // A part of a name is no choice yet: one of the columns that have it is about to be.
  if (!control.dataset.matches || !document.querySelector('#target-matches input')) drawAnew(control.form);
});
document.addEventListener('click', ({ target }) => {
  const pressed = target.closest('#job-form [data-press]');
  if (pressed) drawAnew(pressed.form, pressed);
});

async function drawAnew(form, { name, value } = { name: 'action', value: 'update' }) {
  const data = new FormData(form);
  data.set(name, value);
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  isChecked = false;
  form.setAttribute('aria-busy', 'true');
  try {
    // Not form.action: a button named "action" hides it.
    const answer = await fetch(form.getAttribute('action'), { method: 'POST', body: data, signal: mine.signal });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    await release;
    if (asking !== mine) return;
    show(page.getElementById('main'));
    keepInAddress(data);
  } catch (problem) {
    if (problem.name !== 'AbortError') throw problem;
  } finally {
    if (asking === mine) document.getElementById('job-form')?.removeAttribute('aria-busy');
  }
}

// A button that is pressed ends a field's change, too. Drawn anew before it is let go, it would not
// have been pressed at all.
document.addEventListener('pointerdown', ({ target }) => {
  if (!target.closest('#job-form button')) return;
  release = new Promise((resolve) => {
    for (const kind of ['pointerup', 'pointercancel']) {
      document.addEventListener(kind, () => setTimeout(resolve), { once: true });
    }
  });
});

document.addEventListener('htmx:beforeRequest', ({ detail }) => {
  if (detail.target.id === 'preflight' && detail.requestConfig.verb === 'post') isChecked = true;
});

// So that Back and Reload find the form again. A copy of a job has that job in its address.
function keepInAddress(data) {
  if (new URLSearchParams(location.search).has('from')) return;
  const query = new URLSearchParams();
  for (const name of ['dataset_id', 'target', 'task', 'estimator', 'at_once']) {
    if (data.get(name)) query.set(name, data.getAll(name).at(-1));
  }
  if (data.has('at_once')) data.getAll('estimators').forEach((id) => query.append('estimators', id));
  history.replaceState(history.state, '', `${location.pathname}?${query}`);
}

// The new form replaces the old one; what was open stays open, the focus where it is by now, and
// what was typed there meanwhile.
function show(main) {
  // Known by their words, but for numbers (2,000 has a comma, 0 has none): which parts there are depends on what is chosen.
  const wordsOf = (part) => part.querySelector('summary').textContent.replace(/[\d,]+/g, '');
  const parts = () => [...document.querySelectorAll('#job-form details')];
  const open = new Set(parts().filter((part) => part.open).map(wordsOf));
  const control = document.activeElement;
  const check = document.getElementById('preflight');
  document.getElementById('main').replaceChildren(...main.childNodes);
  // The same element: what was asked for is shown where it was asked.
  if (isChecked) document.getElementById('preflight').replaceWith(check);
  parts().forEach((part) => { if (open.has(wordsOf(part))) part.open = true; });
  window.htmx.process(document.getElementById('main'));
  dropFallback();
  if (isChecked) markFields();
  countJobs();
  showFilters();
  const again = control.closest?.('.choice-card')
    ? document.querySelector(`#job-form .choice-card [value="${CSS.escape(control.value)}"]`)
    : document.getElementById(control.id) ?? document.getElementById(`field-${control.name}`);
  if (!again) return;
  again.focus();
  if (!control.matches('input[type=text], textarea')) return;
  again.value = control.value;
  again.setSelectionRange(control.selectionStart, control.selectionEnd);
}

// The result of a check: its errors stand at their fields too, and it is told when it is no longer
// about what the form holds.
function markFields() {
  document.querySelectorAll('[data-from-check]').forEach((words) => {
    words.parentElement.removeAttribute('data-invalid');
    words.remove();
  });
  for (const error of document.querySelectorAll('#preflight [data-field-error]')) {
    const control = document.getElementById(`field-${error.dataset.fieldError}`);
    const place = control?.closest('.field, .param-control');
    if (!place) continue;
    const words = document.createElement('p');
    words.className = 'field-error';
    words.dataset.fromCheck = '';
    words.textContent = error.textContent;
    place.setAttribute('data-invalid', '');
    place.prepend(words);
  }
}
document.addEventListener('htmx:afterSettle', ({ target }) => {
  if (target.id === 'preflight' || target.querySelector?.('#preflight')) markFields();
});
for (const kind of ['input', 'change']) {
  document.addEventListener(kind, ({ target }) => {
    const words = target.closest('#job-form') && document.querySelector('#preflight [data-stale]');
    if (words) words.hidden = false;
  });
}

// Columns that are too many to list are searched as one types.
let typing = null;
document.addEventListener('input', ({ target: field }) => {
  if (!field.dataset.matches) return;
  clearTimeout(typing);
  typing = setTimeout(async () => {
    const typed = field.value;
    const answer = await fetch(`${field.dataset.matches}&${new URLSearchParams({ target: typed })}`);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const found = page.getElementById('target-matches');
    if (!found || !field.isConnected || field.value !== typed) return;
    document.getElementById('target-matches').replaceChildren(...found.childNodes);
    // The field was left before it was known that it holds a column.
    if (document.activeElement !== field) field.dispatchEvent(new Event('change', { bubbles: true }));
  }, 200);
});
