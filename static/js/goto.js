// The go-to box as a combobox: what is typed is looked for, arrows choose, Enter opens. The focus
// stays in the box; without this module the form opens the page of what was found.
const WAIT_MS = 120;
let timer = 0;
let asked = 0;
let shownFor = ''; // the text that the list is about

const boxOf = () => document.getElementById('goto-box');
const listOf = () => document.getElementById('goto-list');
const options = () => [...listOf().querySelectorAll('[role=option]')];

function show(isOpen) {
  listOf().hidden = !isOpen;
  boxOf().setAttribute('aria-expanded', String(isOpen));
  if (!isOpen) boxOf().removeAttribute('aria-activedescendant');
}

function choose(option) {
  for (const other of options()) other.setAttribute('aria-selected', String(other === option));
  if (!option) return boxOf().removeAttribute('aria-activedescendant');
  boxOf().setAttribute('aria-activedescendant', option.id);
  option.scrollIntoView({ block: 'nearest' });
}

async function look() {
  const box = boxOf();
  const mine = ++asked;
  const address = `${box.form.dataset.gotoUrl}?${new URLSearchParams({ q: box.value })}`;
  const answer = await fetch(address, { headers: { 'HX-Request': 'true' } }).catch(() => null);
  if (mine !== asked || document.activeElement !== box) return; // typed on, or went away
  if (!answer?.ok) return show(false); // Enter still opens the page, which says what is wrong
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  if (mine !== asked || document.activeElement !== box) return;
  listOf().replaceChildren(...page.body.childNodes);
  shownFor = box.value;
  open();
}

function open() {
  show(options().length > 0);
  choose(boxOf().value.trim() ? options()[0] : null);
}

document.addEventListener('input', (event) => {
  if (event.target !== boxOf()) return;
  clearTimeout(timer);
  timer = setTimeout(look, WAIT_MS);
});
document.addEventListener('focusout', (event) => {
  if (event.target === boxOf() && !listOf().contains(event.relatedTarget)) show(false);
});
// A press on an option must not take the focus out of the box before the click comes.
document.addEventListener('pointerdown', (event) => {
  if (event.target.closest?.('#goto-list')) event.preventDefault();
});

function move(key) {
  const all = options();
  const at = all.findIndex((option) => option.getAttribute('aria-selected') === 'true');
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? all.length - 1 : at - 1 }[key];
  choose(all[(to + all.length) % all.length]);
}

document.addEventListener('keydown', (event) => {
  if (event.target !== boxOf()) return;
  const isOpen = !listOf().hidden;
  if (event.key === 'Escape') {
    event.preventDefault();
    if (isOpen) return show(false);
    boxOf().value = '';
    boxOf().blur();
  } else if (event.key === 'Enter') {
    // What was typed since the last answer is looked for by the page itself.
    const chosen = isOpen && shownFor === boxOf().value && options().find((o) => o.getAttribute('aria-selected') === 'true');
    if (chosen) {
      event.preventDefault();
      chosen.click();
    }
  } else if (isOpen && ['ArrowDown', 'ArrowUp'].includes(event.key)) {
    event.preventDefault();
    move(event.key);
  } else if (!isOpen && event.key === 'ArrowDown') {
    event.preventDefault();
    if (shownFor !== boxOf().value || !options().length) return void look();
    open();
  }
});
