// A sign that the server was asked for another page, for the time until it comes: a browser's own
// sign is small, and some show none.
const LONGEST_MS = 20_000; // a file to be kept brings no other page, and cannot be told before
let timer = 0;

export function showBusy() {
  document.documentElement.dataset.busy = '';
  clearTimeout(timer);
  timer = setTimeout(hideBusy, LONGEST_MS);
}

export function hideBusy() {
  clearTimeout(timer);
  delete document.documentElement.dataset.busy;
}

// True where a click opens another page of ours in this tab.
function leavesPage(event, link) {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return false;
  if (link.target && link.target !== '_self' || link.hasAttribute('download')) return false;
  if (link.origin !== location.origin || /\.\w{1,5}$|\/(file|download)$/.test(link.pathname)) return false;
  return link.pathname !== location.pathname || link.search !== location.search || !link.hash;
}

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href]');
  // After the other listeners: one of them may follow the link in its own way.
  if (link) setTimeout(() => { if (leavesPage(event, link)) showBusy(); });
});

window.addEventListener('pageshow', hideBusy);
