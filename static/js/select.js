// Ticked jobs: how many, what may be done with all of them and why not, and a row's own cancel.
import { showToast } from './messages.js';
import './row-menu.js';

const form = () => document.querySelector('[data-selection]');
// Where Escape is the field's own.
const TYPED = 'input:not([type=checkbox]), select, textarea, dialog';
const boxes = () => [...document.querySelectorAll('input[name=job]')];

function say(count, total) {
  return count === total ? (total === 1 ? 'This one' : 'None of these') : `${count} of these`;
}

// Why an action is not for all that are ticked, in words; null when it is.
function whyNot(button, rows) {
  if (!button.dataset.for) return null;
  const states = button.dataset.for.split(' ');
  const fits = (row) => states.includes(row.dataset.state) || (button.value === 'cancel' && row.hasAttribute('data-can-cancel'));
  const wrong = rows.filter((row) => !fits(row));
  if (!wrong.length) return null;
  const found = [...new Set(wrong.map((row) => row.dataset.word))].join(', ');
  const not = wrong.length === rows.length && rows.length > 1 ? 'can' : 'cannot';
  return `${say(wrong.length, rows.length)} ${not} ${button.dataset.words}: ${found}`;
}

function update() {
  if (!form()) return;
  const bar = form().querySelector('[data-bulk-bar]');
  const rows = boxes().filter((box) => box.checked).map((box) => box.closest('tr'));
  const matching = form().querySelector('[name=matching]');
  if (matching && rows.length < boxes().length) matching.checked = false;
  const all = matching?.checked ?? false;
  bar.toggleAttribute('data-any', rows.length > 0);
  document.documentElement.toggleAttribute('data-selecting', rows.length > 0);
  form().querySelector('[data-all-matching]')?.toggleAttribute('hidden', !rows.length || rows.length < boxes().length);
  form().querySelector('[data-selected-count]').textContent = all
    ? 'All that match' : rows.length ? `${rows.length} selected` : 'Tick jobs to compare them';
  const reasons = [];
  for (const button of bar.querySelectorAll('button[name=action]')) {
    const why = all ? null : whyNot(button, rows);
    const isCompare = button.value === 'compare';
    button.disabled = isCompare ? all || rows.length < Number(button.dataset.needsFrom) : !rows.length || why !== null;
    button.title = why ?? '';
    if (rows.length && why) reasons.push(why);
  }
  const note = bar.querySelector('[data-bulk-why]');
  if (note) note.textContent = reasons[0] ?? '';
  for (const row of document.querySelectorAll('tr[data-job-id]')) row.toggleAttribute('data-ticked', rows.includes(row));
  const every = document.querySelector('[data-select-all]');
  if (every) {
    every.checked = rows.length > 0 && rows.length === boxes().length;
    every.indeterminate = rows.length > 0 && rows.length < boxes().length;
  }
}

function clear() {
  for (const box of boxes()) box.checked = false;
  update();
}

document.addEventListener('change', (event) => {
  if (event.target.matches('[data-select-all]')) for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.closest('[data-selection]')) update();
});
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-clear-selection]')) clear();
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.defaultPrevented || event.target.closest?.(TYPED)) return;
  if (!document.querySelector('[popover]:popover-open, dialog[open]')) clear();
});
document.addEventListener('htmx:afterSettle', update);

// A row says that it is being stopped at once; if the server knows better, it takes that back.
async function cancel(button) {
  const menu = button.closest('[popover]');
  const cell = document.getElementById(menu.id.replace('menu-', 'job-'))?.querySelector('.status-line');
  const before = [...(cell?.childNodes ?? [])];
  menu.hidePopover();
  const badge = document.createElement('span');
  badge.className = 'status';
  badge.dataset.state = 'cancelling';
  badge.textContent = 'Cancelling';
  cell?.replaceChildren(badge);
  const restore = (words) => {
    if (cell?.contains(badge)) cell.replaceChildren(...before);
    showToast(words);
  };
  try {
    const token = document.querySelector('#row-actions [name=csrf_token]').value;
    const answer = await fetch(button.dataset.cancel, { method: 'POST', body: new URLSearchParams({ csrf_token: token }) });
    const found = await answer.json();
    if (answer.ok) showToast(found.message, { address: found.undo_url, token });
    else restore(found.message);
  } catch {
    restore('The server did not answer, so nothing was cancelled. Try again');
  }
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-cancel]');
  if (!button) return;
  event.preventDefault();
  cancel(button);
});
update();
