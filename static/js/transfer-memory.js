// What this browser remembers of a transfer that goes on, so that the same file chosen again after a
// reload goes on where it stopped. The same file has the same name, size and time of change.
const KEY = 'trainyard-transfers';
const MOST = 20;

const nameOf = (file) => `${file.size}/${file.lastModified}/${file.name}`;

function read() {
  try { return JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { return {}; }
}

function write(known) {
  try { localStorage.setItem(KEY, JSON.stringify(known)); } catch { /* then it is not remembered */ }
}

export function recall(file) { return read()[nameOf(file)] ?? null; }

export function remember(file, id) {
  const known = Object.entries({ ...read(), [nameOf(file)]: id });
  write(Object.fromEntries(known.slice(-MOST)));
}

export function forget(file) {
  const known = read();
  delete known[nameOf(file)];
  write(known);
}
