// Tabs that do not fit beside each other are scrolled to the one that is open, once they are laid
// out: to ask for their places before would have the page laid out at once.
const watcher = new ResizeObserver((entries) => {
  for (const { target: row } of entries) {
    const open = row.querySelector('[aria-current]');
    if (open) row.scrollLeft = open.offsetLeft - row.offsetLeft - (row.clientWidth - open.offsetWidth) / 2;
    watcher.unobserve(row);
  }
});
for (const row of document.querySelectorAll('.tabs:has([aria-current])')) watcher.observe(row);
