// The theme switch without leaving the page, so that a half-filled form stays. The server's answer
// sets the cookie; without JavaScript the same form reloads the page.
const THEMES = ['system', 'light', 'dark'];
const MEDIA = { system: 'screen and (prefers-color-scheme: dark)', light: 'not all', dark: 'screen' };

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.matches('[data-theme-switch]')) return;
  event.preventDefault();
  const button = form.querySelector('button');
  const theme = button.value;
  const body = new URLSearchParams(new FormData(form));
  body.set('theme', theme);
  const answer = await fetch(form.getAttribute('action'), { method: 'POST', body, redirect: 'manual' });
  if (answer.type !== 'opaqueredirect') {
    location.reload();
    return;
  }
  show(theme, button);
});

async function show(theme, button) {
  document.documentElement.dataset.bsTheme = theme;
  document.getElementById('dark-theme').media = MEDIA[theme];
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  button.value = next;
  button.title = `Theme: ${theme}`;
  button.setAttribute('aria-label', `Theme: ${theme}. Change to ${next}`);
  // Charts take their colours from the tokens; they draw again once the sheet holds.
  requestAnimationFrame(() => document.dispatchEvent(new CustomEvent('trainyard:theme')));
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  document.dispatchEvent(new CustomEvent('trainyard:theme'));
});
