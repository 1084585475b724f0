// New job: a choice that changes the form fetches it anew, and keeps everything that still fits.
import { showFilters } from './choice-filter.js';
import { countJobs } from './sweep.js';

let asking = null;

// The first button of a form is the one that Enter presses: it must be "Queue job".
function dropFallback() {
  document.querySelector('#job-form [data-without-js]')?.remove();
}
dropFallback();

document.addEventListener('change', async (event) => {
  const control = event.target;
  if (!control.matches('#job-form [data-updates], #job-form [name=estimator]')) return;
  const form = control.form;
  const data = new FormData(form);
  data.set('action', 'update');
  asking?.abort();
  asking = new AbortController();
  form.setAttribute('aria-busy', 'true');
  try {
    // Not form.action: a button named "action" hides it.
    const answer = await fetch(form.getAttribute('action'), { method: 'POST', body: data, signal: asking.signal });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    show(page.getElementById('main'), control);
    keepInAddress(data);
  } catch (problem) {
    if (problem.name !== 'AbortError') throw problem;
  } finally {
    document.getElementById('job-form')?.removeAttribute('aria-busy');
  }
});

// So that Back and Reload find the form again. A copy of a job has that job in its address.
function keepInAddress(data) {
  if (new URLSearchParams(location.search).has('from')) return;
  const chosen = ['dataset_id', 'target', 'task', 'estimator'].filter((name) => data.get(name));
  const query = new URLSearchParams(chosen.map((name) => [name, data.get(name)]));
  history.replaceState(history.state, '', `${location.pathname}?${query}`);
}

// The new form replaces the old one; what was open stays open, and the focus where it was.
function show(main, control) {
  const open = [...document.querySelectorAll('#job-form details')].map((part) => part.open);
  document.getElementById('main').replaceChildren(...main.childNodes);
  document.querySelectorAll('#job-form details').forEach((part, n) => { if (open[n]) part.open = true; });
  dropFallback();
  countJobs();
  showFilters();
  const again = control.type === 'radio'
    ? document.querySelector(`#job-form [name=estimator][value="${CSS.escape(control.value)}"]`)
    : document.getElementById(control.id);
  again?.focus();
}
