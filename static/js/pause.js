// "Pause updates": what a page asks for by itself waits until the person lets it go on. The browser
// remembers it, but not for what the person has just asked for (data-live-own), such as a file that
// is being read or a check of a form: that waits only where it was pressed on this very page.
const KEY = 'trainyard-paused';
const OTHERS = '[data-live]:not(#queue-pill)';
const isOwn = () => {
  const parts = [...document.querySelectorAll(OTHERS)];
  return parts.length > 0 && parts.every((part) => 'liveOwn' in part.dataset);
};
const isRemembered = localStorage.getItem(KEY) === 'true';
let pressed = null; // what was chosen on this page; null until then

export const isPaused = (part) => pressed ?? (isRemembered && !(part ? 'liveOwn' in part.dataset : isOwn()));

function wordsOf(seconds, nStale, isLost) {
  if (isLost) return 'Not live';
  if (nStale) return nStale === 1 ? 'Live but for one part' : `Live but for ${nStale} parts`;
  return seconds < 2 ? 'Live' : `Live, updated ${seconds} s ago`;
}

export function showNote(lastUpdate, nStale = 0, isLost = false) {
  const paused = isPaused();
  for (const note of document.querySelectorAll('[data-live-note]')) {
    const seconds = Math.round((Date.now() - lastUpdate) / 1000);
    const words = note.querySelector('[data-live-text]');
    words.textContent = paused ? 'Paused' : wordsOf(seconds, nStale, isLost);
    note.toggleAttribute('data-paused', paused || isLost || nStale > 0);
    note.querySelector('[data-live-pause]').setAttribute('aria-pressed', String(paused));
    note.hidden = !document.querySelector(OTHERS);
  }
}

document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-live-pause]')) return;
  pressed = !isPaused();
  if (!isOwn()) localStorage.setItem(KEY, String(pressed));
  showNote(Date.now());
});
