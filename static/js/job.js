// A job that ends while its page is open: the page is fetched once more, for results and charts.
const ACTIVE = ['queued', 'running', 'cancelling'];
const state = () => document.querySelector('[data-job-state]')?.dataset.jobState;
const first = state();

if (ACTIVE.includes(first)) {
  const main = document.getElementById('main');
  const watch = new MutationObserver(() => {
    if (ACTIVE.includes(state())) return;
    watch.disconnect();
    window.location.reload();
  });
  watch.observe(main, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-job-state'] });
}
