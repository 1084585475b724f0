"""What the checks of every page ask the page itself, as JavaScript."""

# What makes a page wider than its window, at the most three.
TOO_WIDE = """() => {
  if (document.documentElement.scrollWidth <= innerWidth) return '';
  const scrolls = (e) => !matchMedia('print').matches && e.closest('.table-region, pre, svg');
  const wide = [...document.querySelectorAll('body *')].filter(
    (e) => e.getBoundingClientRect().right > innerWidth + 1 && !scrolls(e));
  const last = wide.filter((e) => !wide.some((o) => o !== e && e.contains(o)));
  const name = (e) => `${e.parentElement.className}>${e.outerHTML.slice(0, 90)}`;
  return last.slice(0, 3).map(name).join(' | ') || 'too wide';
}"""
MOVES = """() => [...document.querySelectorAll('*')].filter((e) =>
  ['', '::before', '::after'].some((part) => { const s = getComputedStyle(e, part || null);
    return s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0; }))
  .map((e) => e.outerHTML.slice(0, 120))"""
TABBABLE = """() => {
  const isChosen = (e) => e.type !== 'radio' || e.checked ||
    ![...document.getElementsByName(e.name)].some((o) => o.checked && o.form === e.form);
  window.unreached = new Set([...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [tabindex]')].filter((e) =>
    e.tabIndex >= 0 && !e.disabled && e.type !== 'hidden' && isChosen(e) &&
    e.checkVisibility({ visibilityProperty: true })));
  return window.unreached.size;
}"""
# Of what has the focus: whether that can be seen, on itself or on the label around it.
FOCUSED = """() => {
  const e = document.activeElement;
  if (e === document.body) return '';
  window.unreached.delete(e);
  const group = e.type === 'radio' ? document.getElementsByName(e.name) : [];
  for (const o of group) window.unreached.delete(o);
  const around = [e, e.parentElement, e.closest('label'), ...(e.labels ?? [])].filter(Boolean);
  const words = e.outerHTML.slice(0, 100);
  const isRinged = (o) => { const s = getComputedStyle(o);
    return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; };
  if (!around.some(isRinged)) return `no ring: ${words}`;
  const box = (around.find(isRinged) ?? e).getBoundingClientRect();
  const [x, y] = [(Math.max(0, box.left) + Math.min(innerWidth, box.right)) / 2,
                  (Math.max(0, box.top) + Math.min(innerHeight, box.bottom)) / 2];
  const top = document.elementFromPoint(x, y);
  if (top?.closest('.toasts')) return ''; // it leaves by itself
  if (!top || !around.some((o) => o.contains(top) || top.contains(o) && top !== document.body
      && !top.matches('main, html'))) return `covered by ${top?.outerHTML.slice(0, 60)}: ${words}`;
  return '';
}"""
# Two clicks on a button or link of some words; then, after 300 ms, what shows that it works.
TWO_CLICKS = """(words) => new Promise((resolve) => {
  const all = [...document.querySelectorAll('main button, .mainnav a')];
  const button = all.find((b) => b.textContent.trim() === words);
  button.click();
  button.click();
  setTimeout(() => resolve([document.documentElement.dataset.busy, button.ariaBusy]), 300);
})"""
NOT_ON_PAPER = ", ".join(
    f"{name}:visible"
    for name in (".topbar", ".tabbar", ".live-note", ".toasts", ".btn", "form", ".tabs", "nav")
)
# How many colours the middle line of a picture has, those at its ends left out.
COLOURS = """async (source) => {
  const image = new Image();
  image.src = source;
  await image.decode();
  const { width, height } = image;
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const pen = canvas.getContext('2d');
  pen.drawImage(image, 0, 0);
  const row = pen.getImageData(4, Math.floor(height / 2), width - 8, 1).data;
  const seen = {};
  for (let n = 0; n < row.length; n += 4) {
    const colour = row.slice(n, n + 3);
    seen[colour] = (seen[colour] ?? 0) + 1;
  }
  return Object.values(seen).filter((n) => n > width / 20).length;
}"""
LOADED = "performance.getEntriesByType('resource').map((e) => e.name)"
# What no page's own HTML may hold: style, code or a handler inside, or names that became markup.
NOT_PLAIN = """() => [...document.querySelectorAll('*')].filter((e) =>
  e.matches('[style], style, main b, main i:not([aria-hidden], [class])') ||
  (e.localName === 'script' && !e.hasAttribute('src') && !e.type.includes('json')) ||
  [...e.attributes].some((a) => a.name.startsWith('on')))
  .map((e) => `not plain: ${e.outerHTML.slice(0, 120)}`)"""
WITHOUT_BUTTON = """() => [...document.forms].filter((f) => f.checkVisibility() &&
  ![...f.elements].some(
    (b) => b.type === 'submit' && (  // a popover opens without scripts
      b.closest('[popover]') || b.checkVisibility({ visibilityProperty: true }))))
  .map((f) => f.outerHTML.slice(0, 150))"""
MARKUP = "found => found.map((e) => e.outerHTML.slice(0, 99))"
UNREACHED = """[...unreached].filter((e) => e.isConnected && e.checkVisibility())
  .map((e) => `not reached: ${e.outerHTML.slice(0, 120)}`)"""
