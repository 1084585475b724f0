// What was typed in the form of a new job outlasts a sign-in: it is kept for this tab while the form
// is left, and put into the form again when the sign-in leads the same person back to the same
// address. Any other page drops it: a form that was sent, or left, is no draft.
import { showToast } from './messages.js';

const KEPT = 'draft of a new job';
const TOLD = `${KEPT}, told`;
const SIGN_IN = '/login';
// Which job is copied or edited is said by the address, so it comes from the form that is there now.
const OF_ADDRESS = ['instead', 'duplicate_of'];
// The form's key and a check's finding belong to one sending: with them another job is no new one.
const OURS = new Set(['csrf_token', 'action', 'key', 'despite', ...OF_ADDRESS]);
const form = () => document.getElementById('job-form');
const address = () => `${location.pathname}${location.search}`;
let isTyped = false;

function keep() {
  const typed = [...new FormData(form())].filter(([name]) => !OURS.has(name));
  const draft = { person: form().dataset.person, address: address(), typed };
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(draft));
  } catch {
    sessionStorage.removeItem(KEPT); // it does not fit: half of it would be another job
  }
}

// The server draws the form anew, as after any choice that changes it.
function bringBack(typed) {
  const back = document.createElement('form');
  back.method = 'post';
  back.action = address();
  const now = new FormData(form());
  const ours = ['csrf_token', ...OF_ADDRESS].filter((name) => now.has(name)).map((name) => [name, now.get(name)]);
  for (const [name, value] of [...typed, ...ours, ['action', 'update']]) {
    const field = document.createElement('input');
    field.type = 'hidden';
    field.name = name;
    field.value = value;
    back.append(field);
  }
  document.body.append(back);
  HTMLFormElement.prototype.submit.call(back);
}

function take() {
  const kept = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  const isTold = sessionStorage.getItem(TOLD);
  sessionStorage.removeItem(TOLD);
  if (isTold && form()) showToast('What you typed before you signed in is back in the form');
  const isBack = document.referrer && new URL(document.referrer).pathname === SIGN_IN;
  if (!kept || !form() || !isBack) return;
  const draft = JSON.parse(kept);
  if (draft.person !== form().dataset.person || draft.address !== address()) return;
  sessionStorage.setItem(TOLD, 'true');
  bringBack(draft.typed);
}

if (location.pathname !== SIGN_IN) take();

for (const kind of ['change', 'submit']) {
  document.addEventListener(kind, ({ target }) => {
    if (form()?.contains(target)) isTyped = true;
  });
}
window.addEventListener('pagehide', () => { if (isTyped && form()) keep(); });
