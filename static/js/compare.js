// The button that prints the comparison, and whether its table goes on below.
import { show } from './charts.js';

// A chart that was never near the view is drawn first: on paper it would be an empty card.
document.addEventListener('click', async (event) => {
  if (!event.target.closest('[data-print]')) return;
  await Promise.all([...document.querySelectorAll('[data-chart-url]:not([data-asked])')].map(show));
  window.print();
});

const region = document.querySelector('.table-region:has(> .compare-table)');
if (region) {
  const tell = () => region.toggleAttribute('data-goes-on', region.scrollTop + region.clientHeight < region.scrollHeight - 2);
  region.addEventListener('scroll', tell, { passive: true });
  new ResizeObserver(tell).observe(region);
}
