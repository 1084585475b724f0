// The menu of a row is made when it is opened: those of fifty rows would be half of the page.
// It stands at the end of the page, where no live update takes it away.
function make(button) {
  const id = button.closest('tr').dataset.jobId;
  button.setAttribute('popovertarget', `menu-${id}`);
  const former = document.getElementById(`menu-${id}`);
  if (former?.matches(':popover-open')) return;
  former?.remove(); // the job may be in another state by now
  const panel = document.getElementById('row-menu').content.firstElementChild.cloneNode(true);
  panel.id = `menu-${id}`;
  panel.setAttribute('aria-label', button.getAttribute('aria-label'));
  const offered = button.dataset.rowMenu.split(' ');
  for (const item of [...panel.children]) {
    if (item.dataset.act && !offered.includes(item.dataset.act)) item.remove();
    for (const name of ['href', 'formaction', 'data-cancel']) {
      const address = item.getAttribute(name);
      if (address) item.setAttribute(name, address.replace(/\b0\b/, id));
    }
  }
  document.body.append(panel);
}

function prepare(event) {
  const button = event.target.closest?.('[data-row-menu]');
  if (button && (event.type === 'click' || event.key === 'ArrowDown')) make(button);
}

// Before the browser, or menus.js, looks for the panel.
document.addEventListener('click', prepare, true);
document.addEventListener('keydown', prepare, true);
