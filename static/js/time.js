// Times in the reader's own zone. The server writes UTC, which is right without JavaScript.
const DAY = 86_400_000;
// The zone that the person chose; by default the browser's.
const ZONE = document.documentElement.dataset.zone;
// Made once, when first needed: to make one takes longer than to write a hundred moments with it.
const written = (options) => {
  let made;
  return () => (made ??= new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, ...options }));
};
const full = written({ dateStyle: 'long', timeStyle: 'long' });
const year = written({ year: 'numeric' });
const dayOfYear = written({ day: 'numeric', month: 'short' });
const dayAndYear = written({ day: 'numeric', month: 'short', year: 'numeric' });
const clock = written({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const offset = written({ timeZoneName: 'shortOffset' });

// Of which zone and days the times of a log are: "Times in UTC+2, 30 Nov 2026".
function zone(at, until) {
  const { value } = offset().formatToParts(at).find((part) => part.type === 'timeZoneName');
  const [first, last] = [at, until].map((one) => dayAndYear().format(one));
  return `Times in ${value.replace(/^GMT(\+0)?/, 'UTC')}, ${first}${last === first ? '' : ` to ${last}`}`;
}

function ago(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 45) return 'just now';
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  return `${Math.max(1, Math.floor(seconds / 3600))} h ago`;
}

function date(at) {
  const isThisYear = year().format(at) === year().format(new Date());
  return `${(isThisYear ? dayOfYear() : dayAndYear()).format(at)}, ${clock().format(at).slice(0, 5)}`;
}

export function showTimes(root = document) {
  for (const element of root.querySelectorAll('time[data-time]')) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const since = Date.now() - at.getTime();
    const kind = element.dataset.time;
    const isRecent = kind === 'when' && since >= 0 && since < DAY;
    const shown = { clock: () => clock().format(at), zone: () => zone(at, new Date(element.dataset.until)) }[kind];
    const text = shown ? shown() : isRecent ? ago(since) : date(at);
    if (element.textContent !== text) element.textContent = text;
    if (element.title) element.title = full().format(at);
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
