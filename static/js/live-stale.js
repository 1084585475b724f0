// A part that the server does not give, while it gives others: the connection is there, so it is
// said which part stays as it was, and the rest stays live. Each such part is asked ever later.
const MISSES_BEFORE_WORDS = 2;
const LONGEST_WAIT = 30_000;
const missed = new Map(); // id -> {misses, status, retryAt, since}

export const mayRetry = (id) => Date.now() >= (missed.get(id)?.retryAt ?? 0);

// Keep what became of a part; tell whether no part is given any more, so that the server is away.
export function noteAnswer(id, status) {
  const element = document.getElementById(id);
  element?.removeAttribute('data-stale');
  if (status < 400) {
    missed.delete(id);
    return false;
  }
  const known = missed.get(id) ?? { misses: 0, since: Date.now() };
  const misses = known.misses + 1;
  missed.set(id, { ...known, misses, status, retryAt: Date.now() + Math.min(1000 * 2 ** misses, LONGEST_WAIT) });
  if (misses >= MISSES_BEFORE_WORDS) element?.setAttribute('data-stale', '');
  return [...document.querySelectorAll('[data-live]')].every((part) => missed.has(part.id));
}

export function retryAll() {
  for (const known of missed.values()) known.retryAt = 0;
}

export function listStale() {
  for (const id of missed.keys()) if (!document.getElementById(id)) missed.delete(id);
  return [...missed].filter(([, known]) => known.misses >= MISSES_BEFORE_WORDS);
}

const nameOf = (id) => document.getElementById(id).dataset.liveName;

function ago(moment) {
  const seconds = Math.round((Date.now() - moment) / 1000);
  return seconds < 100 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`;
}

// What is said of them: which, since when, why, and when they are asked for again.
export function staleWords() {
  const found = listStale();
  const names = found.map(([id]) => nameOf(id)).join(' and ');
  const [, { status, since, retryAt }] = found[0];
  const isGone = found.every(([, known]) => known.status === 404 || known.status === 410);
  const begin = `${names[0].toUpperCase()}${names.slice(1)}`;
  if (isGone) return `${begin}: no longer there. Reload the page to see what became of it.`;
  const seconds = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
  return `${begin}: as it was ${ago(since)}, since the server fails to show it anew (error ${status}). `
    + `The rest of the page is live. Trying again${seconds ? ` in ${seconds} s` : ''}.`;
}
