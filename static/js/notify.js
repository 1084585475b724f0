// "Notify me": the browser tells when a job is over. It is asked for permission only after a click;
// the wish lives as long as the tab, also over a reload.
import { showToast } from './messages.js';

const keyOf = (job) => `trainyard-notify-${job}`;
const isWanted = (job) => sessionStorage.getItem(keyOf(job)) === 'true';

function show(button) {
  const wanted = isWanted(button.dataset.notify);
  button.setAttribute('aria-pressed', String(wanted));
  button.querySelector('span').textContent = wanted ? 'Will notify you' : 'Notify me';
}

async function change(button) {
  const job = button.dataset.notify;
  if (isWanted(job)) {
    sessionStorage.removeItem(keyOf(job));
  } else if ((await Notification.requestPermission()) === 'granted') {
    sessionStorage.setItem(keyOf(job), 'true');
    showToast('This tab will tell you when the job is over');
  } else {
    showToast('This browser does not let Trainyard notify you. Its settings for this page can change that');
  }
  show(button);
}

// Called by the page of a job that is over.
export function notifyOfEnd(job, outcome) {
  if (!isWanted(job)) return;
  sessionStorage.removeItem(keyOf(job));
  try {
    const note = new Notification(outcome, { body: document.querySelector('h1').textContent, tag: `trainyard-job-${job}` });
    note.onclick = () => window.focus();
  } catch (problem) {
    console.warn(`no notification: ${problem.message}`); // some phones have the name only
  }
}

if ('Notification' in window && window.isSecureContext) {
  document.documentElement.classList.add('can-notify');
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-notify]');
    if (button) change(button);
  });
  for (const button of document.querySelectorAll('[data-notify]')) show(button);
}
