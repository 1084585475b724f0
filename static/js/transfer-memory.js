// What this browser remembers of a transfer that goes on, so that the same file chosen again after a
// reload goes on where it stopped. The same file has the same name, size and time of change, and is
// to become the same thing: a dataset, or the next version of one.
const KEY = 'trainyard-transfers';
const MOST = 20;

export const keyOf = (file, versionOf) => `${versionOf || 'new'}/${file.size}/${file.lastModified}/${file.name}`;

function read() {
  try { return JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { return {}; }
}

function write(known) {
  try { localStorage.setItem(KEY, JSON.stringify(known)); } catch { /* then it is not remembered */ }
}

export function recall(key) { return read()[key] ?? null; }

export function remember(key, id) {
  const known = Object.entries({ ...read(), [key]: id });
  write(Object.fromEntries(known.slice(-MOST)));
}

export function forget(key) {
  const known = read();
  delete known[key];
  write(known);
}
