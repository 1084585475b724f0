// Menus are native popovers. Here: arrow keys, and a place below the button for browsers that
// know no anchor positioning.
const ITEMS = 'a, button:not(:disabled)';

function place(panel, button) {
  if (CSS.supports('position-area', 'bottom')) return;
  const box = button.getBoundingClientRect();
  const left = Math.max(8, Math.min(box.right - panel.offsetWidth, innerWidth - panel.offsetWidth - 8));
  const below = box.bottom + panel.offsetHeight + 8 < innerHeight;
  panel.style.left = `${left}px`;
  panel.style.top = `${below ? box.bottom : Math.max(8, box.top - panel.offsetHeight - 8)}px`;
}

document.addEventListener('toggle', (event) => {
  const panel = event.target;
  if (!panel.classList?.contains('menu-panel')) return;
  const button = document.querySelector(`[popovertarget="${CSS.escape(panel.id)}"]`);
  const isOpen = event.newState === 'open';
  button?.setAttribute('aria-expanded', String(isOpen));
  if (isOpen && button) place(panel, button);
}, true);

document.addEventListener('keydown', (event) => {
  const button = event.target.closest?.('[popovertarget]');
  if (button && event.key === 'ArrowDown') {
    event.preventDefault();
    const panel = document.getElementById(button.getAttribute('popovertarget'));
    panel.showPopover();
    panel.querySelector(ITEMS)?.focus();
    return;
  }
  const panel = event.target.closest?.('.menu-panel');
  if (!panel || !['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) return;
  event.preventDefault();
  const items = [...panel.querySelectorAll(ITEMS)];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  items[(to + items.length) % items.length].focus();
});
