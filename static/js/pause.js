// "Pause updates": what a page asks for by itself waits until the person lets it go on. The browser
// remembers it, but not for a page whose every live part is what the person has just asked for
// (data-live-own), such as a file that is being read: there it holds until the page is left.
const KEY = 'trainyard-paused';
const OTHERS = '[data-live]:not(#queue-pill)';
const isOwn = () => {
  const parts = [...document.querySelectorAll(OTHERS)];
  return parts.length > 0 && parts.every((part) => 'liveOwn' in part.dataset);
};
let paused = localStorage.getItem(KEY) === 'true' && !isOwn();

export const isPaused = () => paused;

export function showNote(lastUpdate) {
  for (const note of document.querySelectorAll('[data-live-note]')) {
    const seconds = Math.round((Date.now() - lastUpdate) / 1000);
    const words = note.querySelector('[data-live-text]');
    words.textContent = paused ? 'Paused' : seconds < 2 ? 'Live' : `Live, updated ${seconds} s ago`;
    note.toggleAttribute('data-paused', paused);
    note.querySelector('[data-live-pause]').setAttribute('aria-pressed', String(paused));
    note.hidden = !document.querySelector(OTHERS);
  }
}

document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-live-pause]')) return;
  paused = !paused;
  if (!isOwn()) localStorage.setItem(KEY, String(paused));
  showNote(Date.now());
});
