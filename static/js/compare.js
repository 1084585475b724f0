// The button that prints the comparison, and whether its table goes on below.
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-print]')) window.print();
});

const region = document.querySelector('.table-region:has(> .compare-table)');
if (region) {
  const tell = () => region.toggleAttribute('data-goes-on', region.scrollTop + region.clientHeight < region.scrollHeight - 2);
  region.addEventListener('scroll', tell, { passive: true });
  new ResizeObserver(tell).observe(region);
}
