// Keys of every page; the list of them is on "Keys" (`?`). They are ignored where one types, and
// off for who switched them off in the settings (WCAG 2.1.4).
const GO = { o: '/', d: '/datasets', j: '/jobs', l: '/leaderboards', m: '/models', q: '/queue' };
const GO_MS = 1500;
let goUntil = 0;

const isTyping = (target) => target.isContentEditable || target.matches?.('input:not([type=checkbox], [type=radio]), textarea, select');
const rows = () => [...document.querySelectorAll('main table.list-table tbody tr')].filter((row) => row.querySelector('a[href]') && row.checkVisibility());
const current = () => rows().find((row) => row.contains(document.activeElement));

function moveRow(step) {
  const all = rows();
  const at = all.indexOf(current());
  const row = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, at + step))];
  row?.querySelector('a[href]').focus();
}

function press(selector) {
  const button = document.querySelector(selector);
  if (!button || button.disabled) return false;
  button.click();
  return true;
}

const KEYS = {
  '/': () => { document.getElementById('goto-box')?.select(); document.getElementById('goto-box')?.focus(); },
  // Who may only look has no such page.
  n: () => { const { newJob } = document.documentElement.dataset; if (newJob) window.location.assign(newJob); },
  j: () => moveRow(1),
  k: () => moveRow(-1),
  x: () => current()?.querySelector('input[type=checkbox]')?.click(),
  c: () => press('main :is([name=action][value=compare], [data-compare])'),
  '.': () => press('[data-live-pause]'),
  '?': () => document.getElementById('keys')?.showPopover(),
  g: () => { goUntil = Date.now() + GO_MS; },
};

document.addEventListener('keydown', (event) => {
  if (document.documentElement.dataset.shortcuts === 'off' || !document.getElementById('goto-box')) return;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const goes = Date.now() < goUntil && GO[event.key];
  goUntil = 0;
  if (goes) {
    event.preventDefault();
    window.location.assign(goes);
  } else if (Object.hasOwn(KEYS, event.key)) {
    event.preventDefault();
    KEYS[event.key]();
  }
});
