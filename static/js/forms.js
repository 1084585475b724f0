// Forms: sent once, filters that send themselves, passwords shown, errors brought into view.
import { showBusy } from './busy.js';

// A second click while a form is on its way would send it twice.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.matches('[data-theme-switch]')) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  // After the other listeners: one of them may send the form in its own way.
  setTimeout(() => { if (!event.defaultPrevented) markSent(form, event.submitter); });
});

function markSent(form, button) {
  // What only looks may be asked anew meanwhile, with other filters.
  if (form.method === 'post') form.dataset.sent = 'true';
  showBusy();
  button?.setAttribute('aria-busy', 'true');
  if (button?.dataset.busy) button.textContent = button.dataset.busy;
}

// The browser's Back brings the page as it was left: let its forms be sent again.
window.addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
  for (const button of document.querySelectorAll('button[aria-busy]')) button.removeAttribute('aria-busy');
});

document.addEventListener('change', (event) => {
  if (event.target.matches('[data-filters] select, [data-filters] input[type=checkbox]:not([name=tag]), [data-send-on-change] select')) event.target.form.requestSubmit();
});

// What is chosen may be longer than its room: whoever points at it sees it all.
document.addEventListener('pointerover', ({ target }) => {
  if (target.matches?.('select:not([multiple])')) target.title = target.selectedOptions[0]?.text ?? '';
});

// Empty filters do not belong into the address.
document.addEventListener('formdata', (event) => {
  if (!event.target.matches('[data-filters]')) return;
  for (const [name, value] of [...event.formData]) if (value === '') event.formData.delete(name);
  // The zone says what days mean: without any it says nothing.
  if (!event.formData.has('from') && !event.formData.has('to')) event.formData.delete('zone');
});

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-show-password]');
  if (!button) return;
  const input = document.getElementById(button.dataset.showPassword);
  const isShown = input.type === 'text';
  input.type = isShown ? 'password' : 'text';
  button.setAttribute('aria-pressed', String(!isShown));
  button.firstChild.textContent = isShown ? 'Show' : 'Hide';
});

// Ctrl+Enter or Cmd+Enter sends the form that says so.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.target.closest?.('form[data-submit-key]')?.requestSubmit();
});

const summary = document.querySelector('[data-focus]');
if (summary) {
  // On a slow line the person may be in a field already: do not take them out of it.
  const isBusy = document.activeElement !== document.body && !document.activeElement.autofocus;
  if (!isBusy) summary.focus();
  for (const wrong of document.querySelectorAll('[data-invalid], [aria-invalid="true"]')) {
    const closed = wrong.closest('details:not([open])');
    if (closed) closed.open = true;
  }
}
