// Toasts that leave by themselves, and buttons that copy.
import { announce } from './title.js';

const TOAST_MS = 10_000;

function leaveLater(toast) {
  let left = TOAST_MS;
  let isHeld = false;
  const hold = () => { isHeld = true; };
  const release = () => { isHeld = toast.matches(':hover, :focus-within'); };
  for (const name of ['pointerenter', 'focusin']) toast.addEventListener(name, hold);
  for (const name of ['pointerleave', 'focusout']) toast.addEventListener(name, () => setTimeout(release));
  const timer = setInterval(() => {
    if (!isHeld) left -= 500;
    if (left > 0 && toast.isConnected) return;
    clearInterval(timer);
    toast.remove();
  }, 500);
}

// An undo sends a form, and comes back to this page.
function undoForm({ address, token }) {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = address;
  for (const [name, value] of [['csrf_token', token], ['back', location.pathname + location.search]]) {
    const field = document.createElement('input');
    Object.assign(field, { type: 'hidden', name, value });
    form.append(field);
  }
  const button = document.createElement('button');
  button.className = 'toast-undo';
  button.textContent = 'Undo';
  form.append(button);
  return form;
}

export function showToast(words, undo = null) {
  const toast = document.createElement('div');
  toast.className = 'toast-note';
  toast.dataset.toast = '';
  const text = document.createElement('span');
  text.textContent = words;
  toast.append(text);
  if (undo) toast.append(undoForm(undo));
  document.getElementById('toasts').append(toast);
  announce(words);
  leaveLater(toast);
}

document.addEventListener('click', async (event) => {
  if (event.target.closest('[data-toast-close]')) {
    event.target.closest('[data-toast]').remove();
    return;
  }
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const text = source.value ?? source.textContent;
  showToast((await copy(source, text)) ? 'Copied' : 'This browser does not let us copy; select the text and copy it');
});

// The clipboard interface needs HTTPS or this machine; elsewhere a selection and the old command do.
async function copy(source, text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
    return document.execCommand('copy');
  }
}

for (const toast of document.querySelectorAll('[data-toast]')) {
  leaveLater(toast);
  announce(toast.querySelector('span').textContent);
}
