// Times in the reader's own zone. The server writes UTC, which is right without JavaScript.
const DAY = 86_400_000;
// The zone that the person chose; by default the browser's.
const ZONE = document.documentElement.dataset.zone;
const FULL = { dateStyle: 'long', timeStyle: 'long', timeZone: ZONE };

function ago(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 45) return 'just now';
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  return `${Math.max(1, Math.floor(seconds / 3600))} h ago`;
}

function date(at) {
  const year = (moment) => moment.toLocaleDateString('en-GB', { year: 'numeric', timeZone: ZONE });
  const format = { day: 'numeric', month: 'short', timeZone: ZONE };
  if (year(at) !== year(new Date())) format.year = 'numeric';
  const day = at.toLocaleDateString('en-GB', format);
  return `${day}, ${clock(at).slice(0, 5)}`;
}

function clock(at) {
  return at.toLocaleTimeString('en-GB', { hour12: false, timeZone: ZONE });
}

export function showTimes(root = document) {
  for (const element of root.querySelectorAll('time[data-time]')) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const since = Date.now() - at.getTime();
    const kind = element.dataset.time;
    let text = date(at);
    if (kind === 'clock') text = clock(at);
    else if (kind === 'when' && since >= 0 && since < DAY) text = ago(since);
    if (element.textContent !== text) element.textContent = text;
    if (element.title) element.title = at.toLocaleString('en-GB', FULL);
  }
}

// Days that are typed are of the reader's zone, and the address says which.
for (const field of document.querySelectorAll('[data-browser-zone]')) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const name of field.form.querySelectorAll('[data-zone-name]')) name.textContent = field.value;
}

showTimes();
document.addEventListener('htmx:afterSwap', () => showTimes());
setInterval(() => showTimes(), 30_000);
