// Tabs that do not fit beside each other are scrolled to the one that is open.
for (const open of document.querySelectorAll('.tabs [aria-current]')) {
  const row = open.closest('.tabs');
  row.scrollLeft = open.offsetLeft - row.offsetLeft - (row.clientWidth - open.offsetWidth) / 2;
}
