// The tab's title and the one polite region follow what a live part says about itself:
// data-title replaces the page's part of the title, data-announce is read aloud, once.
let announced = '';

export function announceTitle() {
  const titled = document.querySelector('[data-title]');
  if (titled?.dataset.title) document.title = `${titled.dataset.title} - Trainyard`;
  const words = document.querySelector('[data-announce]')?.dataset.announce;
  if (words && words !== announced) announce(words);
}

export function announce(words) {
  announced = words;
  document.getElementById('announcements').textContent = words;
}

announced = document.querySelector('[data-announce]')?.dataset.announce ?? '';
