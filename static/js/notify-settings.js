// The tab "Notifications" of the settings: what this browser can do, asked for on a click.
import { allow, tellOne } from './notify.js';

const state = document.querySelector('[data-notify-state]');
const allowing = document.querySelector('[data-notify-allow]');
const trying = document.querySelector('[data-notify-try]');

function find() {
  if (!window.isSecureContext) return 'insecure';
  return 'Notification' in window ? Notification.permission : 'missing';
}

function show(word) {
  for (const words of state.querySelectorAll('[data-says]')) words.hidden = words.dataset.says !== word;
  allowing.hidden = word !== 'default';
  trying.hidden = word !== 'granted';
}

allowing.addEventListener('click', async () => {
  await allow();
  show(find());
});

trying.addEventListener('click', () => {
  try {
    tellOne({ number: 'try', title: 'Trainyard notifies you', text: 'As when a job is over', path: window.location.pathname });
  } catch {
    show('failed');
  }
});

show(find());
