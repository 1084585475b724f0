// The check page: a change is sent at once, and the new reading takes the place of the former one
// when it is there. The page stays where it is, and the focus too. Without this module each form
// has its button.
const { htmx } = window;
const WITH_WORDS = [409, 422]; // the page says in its own place what is wrong
let isShowing = false;
let waiting = null;
let changes = 0; // of the person, so far
const sentAfter = new WeakMap(); // how many of them a request knows of
let isLeaving = false; // a form that leads to another page is on its way

// Back opens the former address: the server says how the file was read then.
htmx.config.refreshOnHistoryMiss = true;

const check = () => document.getElementById('check');

function send(control) {
  if (control.value === 'other' && control.tagName === 'SELECT') {
    document.getElementById(`${control.id}_other`).focus(); // it waits to be typed
    return;
  }
  changes += 1;
  const answers = control.closest('[data-answers]');
  if (answers) answers.querySelector('[data-answer]').click();
  else control.form.requestSubmit();
}

document.addEventListener('change', (event) => {
  if (!event.target.closest('[data-answers], [data-reread], [data-rows]')) return;
  clearTimeout(waiting);
  waiting = setTimeout(send, 0, event.target);
});
// Enter in a field is a change and sends the form as well: once is enough.
document.addEventListener('submit', () => clearTimeout(waiting), true);

// Save or Discard was sent: the upload may be gone before its answer is here. Whoever asks for it
// now is led to what became of it, and that way would end the one that the person took.
document.addEventListener('submit', (event) => {
  setTimeout(() => { isLeaving ||= !event.defaultPrevented; });
});
document.addEventListener('htmx:beforeOnLoad', (event) => {
  if (isLeaving) event.preventDefault();
});
window.addEventListener('pageshow', () => { isLeaving = false; });

// The first address says nothing of how the file is read; from the first change on it does, so
// that Back leads to it and not only past it.
document.addEventListener('htmx:beforeRequest', (event) => {
  sentAfter.set(event.detail.xhr, changes);
  if (!event.target.closest('[data-reread], [data-answers]') || document.querySelector('[data-offer]')) return;
  history.replaceState(history.state, '', check().dataset.here);
});

document.addEventListener('htmx:beforeSwap', (event) => {
  const { xhr, target } = event.detail;
  if (target.id !== 'check') return;
  if (WITH_WORDS.includes(xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
  // Something was changed since: the answer to that is on its way, this one would take it back.
  if (sentAfter.get(xhr) !== changes) event.detail.shouldSwap = false;
});

// The live part says that the file was read: ask for the page once more, and put it in place.
// Not beside a change that is on its way: its answer is the newer one, and it may wait its turn.
async function show() {
  if (isShowing || isLeaving || !check()?.querySelector('[data-read]')) return;
  if (check().querySelector(':is(form, button).htmx-request')) return;
  isShowing = true;
  try {
    await htmx.ajax('GET', location.pathname + location.search, { source: '#check', target: '#check', select: '#check', swap: 'morph:outerHTML' });
  } finally {
    isShowing = false;
  }
}
new MutationObserver(show).observe(document.getElementById('main'), { childList: true, subtree: true });

// An address that was opened, or gone back to, and asks for another reading. Not after an
// exchange: two tabs would take turns for ever. htmx knows the forms from this moment on.
document.addEventListener('DOMContentLoaded', () => {
  document.querySelector('[data-offer]')?.requestSubmit();
  show();
});
