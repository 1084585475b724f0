// The tab's title, its small picture and the one polite region follow what a live part says about
// itself: data-title replaces the page's part of the title, data-favicon the picture, and
// data-announce is read aloud, once. The title of something that is over (data-outcome) stays only
// until it was seen.
const plain = document.title;
let announced = '';
let isSeen = false;

export function announceTitle() {
  const told = document.querySelector('[data-title]');
  if (told?.dataset.title && !(told.dataset.outcome && isSeen)) document.title = `${told.dataset.title} - Trainyard`;
  showFavicon(told?.dataset.favicon);
  const words = document.querySelector('[data-announce]')?.dataset.announce;
  if (words && words !== announced) announce(words);
}

function showFavicon(address) {
  const link = document.querySelector('link[rel=icon]');
  if (address && link.getAttribute('href') !== address) link.setAttribute('href', address);
}

// From now on the page has its own title again.
export function markSeen() {
  isSeen = true;
  document.title = plain;
}

export function announce(words) {
  announced = words;
  document.getElementById('announcements').textContent = words;
}

announced = document.querySelector('[data-announce]')?.dataset.announce ?? '';
