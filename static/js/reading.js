// A file that is being read: when the live part says that it is done, the page shows it.
const part = document.getElementById('dataset-reading');
if (part) {
  new MutationObserver(() => {
    if (document.querySelector('[data-reload-when-shown]')) window.location.reload();
  }).observe(part.parentElement, { childList: true, subtree: true });
}
