// What was typed in the form of a new job outlasts a sign-in: it is kept for this tab, and put into
// the form when the sign-in leads back to it.
import { showToast } from './messages.js';

const KEPT = 'draft of a new job';
const TOLD = `${KEPT}, told`;
const OURS = new Set(['csrf_token', 'action']);
const form = () => document.getElementById('job-form');

function keep() {
  const typed = [...new FormData(form())].filter(([name]) => !OURS.has(name));
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(typed));
  } catch {
    sessionStorage.removeItem(KEPT); // it does not fit: half of it would be another job
  }
}

// The server draws the form anew, as after any choice that changes it.
function bringBack(typed) {
  const back = document.createElement('form');
  back.method = 'post';
  back.action = form().getAttribute('action');
  const token = form().querySelector('[name=csrf_token]').value;
  for (const [name, value] of [...typed, ['csrf_token', token], ['action', 'update']]) {
    const field = document.createElement('input');
    field.type = 'hidden';
    field.name = name;
    field.value = value;
    back.append(field);
  }
  document.body.append(back);
  HTMLFormElement.prototype.submit.call(back);
}

const kept = sessionStorage.getItem(KEPT);
sessionStorage.removeItem(KEPT);
if (sessionStorage.getItem(TOLD)) {
  sessionStorage.removeItem(TOLD);
  showToast('What you typed before you signed in stands in the form again');
}
if (kept && document.referrer && new URL(document.referrer).pathname === '/login') {
  sessionStorage.setItem(TOLD, 'true');
  bringBack(JSON.parse(kept));
}

document.addEventListener('change', (event) => { if (event.target.form === form()) keep(); });
document.addEventListener('submit', (event) => { if (event.target === form()) keep(); });
