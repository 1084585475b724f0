// One stop of Tab for the links of a long table, as in a grid of WAI-ARIA: arrow keys move within it,
// Home and End to the ends of a row. Without a script each link is a stop, and all stay links.
const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
const table = document.querySelector('.columns-table');

const linksOf = (row) => [...row.querySelectorAll('a[href], button')];
const rowsOf = () => [...table.tBodies[0].rows].filter((row) => !row.matches('.column-details') && linksOf(row).length);
const cellOf = (link) => link.closest('th, td').cellIndex;

function stopAt(link) {
  for (const one of rowsOf().flatMap(linksOf)) one.tabIndex = one === link ? 0 : -1;
}

function find(link, key) {
  const rows = rowsOf();
  const row = link.closest('tr');
  const beside = linksOf(row);
  if (key === 'Home') return beside[0];
  if (key === 'End') return beside.at(-1);
  const [down, right] = STEPS[key];
  if (right) return beside[beside.indexOf(link) + right];
  const next = rows[rows.indexOf(row) + down];
  if (!next) return undefined;
  return linksOf(next).find((one) => cellOf(one) === cellOf(link)) ?? linksOf(next)[0];
}

if (table && rowsOf().length) {
  table.setAttribute('role', 'grid');
  stopAt(linksOf(rowsOf()[0])[0]);
  const own = (target) => target.closest?.('a[href], button') && rowsOf().includes(target.closest('tr'));
  table.addEventListener('focusin', ({ target }) => { if (own(target)) stopAt(target); });
  table.addEventListener('keydown', (event) => {
    const { target, key } = event;
    if (event.altKey || event.ctrlKey || event.metaKey || !own(target) || !(key in STEPS || key === 'Home' || key === 'End')) return;
    event.preventDefault(); // else the page scrolls
    find(target, key)?.focus();
  });
}
