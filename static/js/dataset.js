// A dataset's columns: a click on one opens it in place, with its chart; the address says which is
// open, so a reload, Back and a page without JavaScript show the same.
const live = document.getElementById('relation');
if (live) {
  new MutationObserver(() => {
    if (document.querySelector('#relation [data-reload-when-shown]')) window.location.reload();
  }).observe(live.parentElement, { childList: true, subtree: true });
}

function close() {
  const opened = document.getElementById('column-details');
  const name = opened?.previousElementSibling.querySelector('[aria-expanded]');
  name?.setAttribute('aria-expanded', 'false');
  if (name) name.href = addressWith(name.textContent);
  opened?.remove();
  return opened;
}

const here = () => `${window.location.pathname}${window.location.search}`;
let shown = here();

function goTo(address) {
  window.history.pushState({}, '', address);
  shown = here();
}

function addressWith(name) {
  const address = new URL(window.location.href);
  address.searchParams.delete('as');
  address.searchParams.delete('open');
  if (name) address.searchParams.set('open', name);
  address.hash = '';
  return `${address.pathname}${address.search}`;
}

async function open(row) {
  const answer = await fetch(row.dataset.columnUrl);
  if (!answer.ok || answer.redirected) throw new Error(`column: ${answer.status}`);
  const html = await answer.text();
  close();
  const cell = document.createElement('td');
  cell.colSpan = row.cells.length;
  cell.innerHTML = html; // our own template, which escapes what is in the file
  const details = document.createElement('tr');
  details.id = 'column-details';
  details.className = 'column-details';
  details.append(cell);
  row.after(details);
  row.querySelector('[aria-expanded]').setAttribute('aria-expanded', 'true');
  const charts = await import('./charts.js');
  for (const element of details.querySelectorAll('[data-chart-url]')) charts.show(element);
}

document.addEventListener('click', async (event) => {
  const link = event.target.closest('[data-column-link]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const row = link.closest('tr');
  const name = row.querySelector('[aria-expanded]');
  if (name.getAttribute('aria-expanded') === 'true' && link === name) {
    close();
    goTo(addressWith(null));
    return;
  }
  row.setAttribute('aria-busy', 'true');
  try {
    await open(row);
    goTo(addressWith(name.textContent));
  } catch {
    window.location.assign(link.href);
  } finally {
    row.removeAttribute('aria-busy');
  }
});

// Another address of this page: only the server knows what it shows. A link within the page, such
// as one that skips to the columns, comes here as well, and shows nothing else.
window.addEventListener('popstate', () => { if (here() !== shown) window.location.reload(); });
