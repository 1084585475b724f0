// Browser notifications. What ended comes with the pill, which every page asks for, also in hidden
// tabs; the tabs of a browser share one mark of what was told, so each end is told by one of them.
import { showToast } from './messages.js';

const FRESH_MS = 180_000; // a tab that is hidden for long asks once a minute
const REFUSED = 'This browser does not let Trainyard notify you. Its settings for this page can change that';
const OPEN_PAGE = 'Any page of Trainyard that is open in this browser will tell you when it is over';
const SENT = 'Your webhook will be told when it is over';
const canNotify = 'Notification' in window && window.isSecureContext;
const pill = () => document.querySelector('#queue-pill [data-told]');
const key = `trainyard-told-${pill()?.dataset.person}`;
const mayTell = () => canNotify && Notification.permission === 'granted';
const lastTold = () => Number(localStorage.getItem(key));
const keepTold = (number) => localStorage.setItem(key, number);
const askedKey = `${key}-asked`;
const noteAsked = () => localStorage.setItem(askedKey, Date.now());
const newest = () => Number(pill().dataset.told);
const newsSince = (told) => JSON.parse(pill().dataset.news).filter((one) => one.number > told);

export function tellOne(one) {
  const note = new Notification(one.title, { body: one.text, tag: `trainyard-${one.number}` });
  note.onclick = () => {
    window.focus();
    // Not in the page that is open: a form in it may be half filled.
    if (window.location.pathname !== one.path) window.open(one.path, '_blank');
  };
}

// While one tab does this, the others wait.
function tell() {
  if (!mayTell() || !newsSince(lastTold()).length) return;
  navigator.locks.request('trainyard-notify', () => {
    const news = newsSince(lastTold());
    if (news.length) keepTold(news.at(-1).number);
    for (const one of news) {
      try {
        tellOne(one);
      } catch (problem) {
        console.warn(`no notification: ${problem.message}`); // some phones have the name only
      }
    }
  });
}

function begin() {
  // Nobody asked for a while: what ended before this page was opened is not told.
  const isFresh = Date.now() - Number(localStorage.getItem(askedKey)) < FRESH_MS;
  if (!isFresh || lastTold() > newest()) keepTold(newest());
  noteAsked();
  document.addEventListener('htmx:configRequest', (event) => {
    if (event.target.id === 'queue-pill' && mayTell()) event.detail.parameters.first = lastTold() + 1;
  });
  document.addEventListener('htmx:afterRequest', (event) => {
    if (event.target.id !== 'queue-pill' || !event.detail.successful) return;
    noteAsked();
    if (!mayTell()) keepTold(newest());
  });
  document.addEventListener('htmx:afterSettle', tell);
}

export async function allow() {
  if (!canNotify) return false;
  const answer = mayTell() || (await Notification.requestPermission()) === 'granted';
  if (!answer) showToast(REFUSED);
  return answer;
}

async function change(form) {
  const button = form.querySelector('button');
  const wanted = button.value === 'true';
  const isSent = form.dataset.notify === 'webhook';
  if (wanted && !isSent && !(await allow())) return;
  const body = new URLSearchParams(new FormData(form));
  body.set('wanted', button.value);
  // By the header whoever is signed out is refused, not redirected, as after a yes.
  const headers = { 'HX-Request': 'true' };
  const answer = await fetch(form.getAttribute('action'), { method: 'POST', body, headers, redirect: 'manual' });
  if (answer.type !== 'opaqueredirect') {
    window.location.reload();
    return;
  }
  button.value = String(!wanted);
  button.setAttribute('aria-pressed', String(wanted));
  button.querySelector('span').textContent = wanted ? 'Will notify you' : 'Notify me';
  if (wanted) showToast(mayTell() ? OPEN_PAGE : SENT);
}

document.addEventListener('submit', (event) => {
  if (!event.target.matches('[data-notify]')) return;
  event.preventDefault();
  change(event.target);
});

document.addEventListener('change', async (event) => {
  const box = event.target;
  if (box.matches('[data-notify-box=""]') && box.checked) box.checked = await allow();
});

document.documentElement.classList.toggle('can-notify', canNotify);
if (canNotify && pill()) begin();
