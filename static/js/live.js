// Live parts: which polls are sent, what a morph leaves alone, and what happens when the server
// is away. A live part is written by the macro `live`; it stops by coming back without a trigger.
import { listStale, mayRetry, noteAnswer, retryAll, staleWords } from './live-stale.js';
import { isPaused, showNote } from './pause.js';
import { announceTitle } from './title.js';

const HIDDEN_INTERVAL = 15_000;
const LONGEST_INTERVAL = 30_000;
const MISSES_BEFORE_BANNER = 2;

const parts = new Map(); // id -> {sent, took}
let misses = 0;
let retryAt = 0;
let lastUpdate = Date.now();
let isSignedOut = false;

// A morph never touches what the user has typed, ticked or opened.
if (window.Idiomorph) {
  window.Idiomorph.defaults.ignoreActiveValue = true;
  Object.assign(window.Idiomorph.defaults.callbacks, {
    beforeNodeMorphed: (old) => !(old.nodeType === Node.ELEMENT_NODE && old.hasAttribute('data-keep')),
    beforeAttributeUpdated: (name, element) => name !== 'popovertarget' && !(name === 'open' && element.tagName === 'DETAILS'),
  });
}

function partOf(id) {
  if (!parts.has(id)) parts.set(id, { sent: 0, took: 0 });
  return parts.get(id);
}

function mayPoll(element) {
  if (isSignedOut || Date.now() < retryAt || !mayRetry(element.id)) return false;
  if (isPaused(element) && element.id !== 'queue-pill') return false;
  if (document.hidden && element.dataset.live !== 'always') return false;
  const part = partOf(element.id);
  const shortest = document.hidden ? HIDDEN_INTERVAL : Math.min(part.took * 4, LONGEST_INTERVAL);
  return Date.now() - part.sent >= shortest;
}

document.addEventListener('htmx:beforeRequest', (event) => {
  const element = event.target;
  if (!element.matches('[data-live]')) return;
  if (!mayPoll(element)) {
    event.preventDefault();
    return;
  }
  partOf(element.id).sent = Date.now();
});

document.addEventListener('htmx:afterRequest', (event) => {
  const element = event.target;
  if (!element.id || !parts.has(element.id)) return;
  const status = event.detail.xhr.status;
  const part = partOf(element.id);
  part.took = Date.now() - part.sent;
  if (status === 401) showSignedOut();
  else if (status === 0 || (noteAnswer(element.id, status) && status >= 500)) missed();
  else succeeded(status);
});

document.addEventListener('htmx:afterSettle', announceTitle);

function succeeded(status) {
  misses = 0;
  retryAt = 0;
  if (status < 400) lastUpdate = Date.now();
  if (!isSignedOut) showState();
}

// A lost connection is of the whole page; else what is said is of single parts.
function showState() {
  if (misses >= MISSES_BEFORE_BANNER) showLost();
  else if (listStale().length) showBanner(staleWords(), tryNow());
  else hideBanner();
}

function missed() {
  misses += 1;
  const delay = Math.min(1000 * 2 ** misses, LONGEST_INTERVAL);
  retryAt = Date.now() + delay;
  if (misses >= MISSES_BEFORE_BANNER) showLost();
}

function banner() {
  let found = document.getElementById('live-banner');
  if (!found) {
    found = document.createElement('div');
    found.id = 'live-banner';
    found.className = 'notice live-banner';
    found.dataset.kind = 'warn';
    document.body.append(found);
  }
  return found;
}

function hideBanner() {
  document.getElementById('live-banner')?.remove();
}

function showLost() {
  const seconds = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
  showBanner(seconds ? `Connection lost. Trying again in ${seconds} s.` : 'Connection lost. Trying again.', tryNow());
}

function showBanner(text, action) {
  const words = document.createElement('span');
  words.textContent = text;
  banner().replaceChildren(words, action);
}

function tryNow() {
  const button = document.createElement('button');
  button.className = 'btn-link-text';
  button.textContent = 'Try now';
  button.dataset.liveTryNow = '';
  return button;
}

function showSignedOut() {
  isSignedOut = true;
  const link = document.createElement('a');
  link.href = '/login';
  link.target = '_blank';
  link.textContent = 'Sign in in a new tab';
  showBanner('You have been signed out. This page keeps what you typed.', link);
}

document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-live-try-now]')) return;
  retryAt = 0;
  retryAll();
});

// Back in sight, perhaps after signing in in another tab: ask at once.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  isSignedOut = false;
  retryAt = 0;
});

setInterval(() => {
  if (!isSignedOut && (misses >= MISSES_BEFORE_BANNER || listStale().length)) showState();
  showNote(lastUpdate, listStale().length, misses >= MISSES_BEFORE_BANNER);
}, 1000);
showNote(lastUpdate);
