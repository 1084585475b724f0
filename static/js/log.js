// A log that grows: asks for the lines after the last one, appends them, and follows its end
// while the end is in view. Else a button says how many came since, and leads there.
import { showToast } from './messages.js';
import { isPaused } from './pause.js';
import { showTimes } from './time.js';

const NEAR_END = 24;

class Log {
  constructor(box) {
    this.box = box;
    this.list = box.querySelector('ol');
    this.every = Number(box.dataset.logEvery || 2) * 1000;
    this.isAtEnd = true;
    this.fresh = 0;
    this.button = box.parentElement.querySelector('[data-log-jump]');
    this.button?.addEventListener('click', () => this.jump());
    box.addEventListener('scroll', () => this.look(), { passive: true });
    this.toEnd();
    this.look();
    this.later();
  }

  endIsInView() {
    return this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < NEAR_END;
  }

  toEnd() {
    if (!location.hash.startsWith('#L')) this.box.scrollTop = this.box.scrollHeight;
  }

  look() {
    this.isAtEnd = this.endIsInView();
    if (this.isAtEnd) this.fresh = 0;
    this.tell();
  }

  tell() {
    if (this.button) {
      this.button.hidden = !this.fresh;
      this.button.textContent = `Jump to newest (${this.fresh} new)`;
    }
    const note = document.querySelector('[data-log-follows]');
    if (note) note.hidden = !this.isAtEnd;
  }

  jump() {
    this.box.scrollTop = this.box.scrollHeight;
    this.box.focus({ preventScroll: true });
    this.look();
  }

  later() {
    setTimeout(() => this.ask(), this.every);
  }

  async ask() {
    if (!this.box.isConnected) return;
    if (document.hidden || isPaused()) return this.later();
    const last = this.list.lastElementChild?.id.slice(1) ?? 0;
    const url = new URL(this.box.dataset.logUrl, location.href);
    url.searchParams.set('after', last);
    try {
      const answer = await fetch(url, { headers: { 'HX-Request': 'true' } });
      if (answer.status === 200) this.append(await answer.text());
      // The server says that nothing will follow.
      if (answer.status === 401 || answer.headers.get('X-Log-Ended') === 'true') return;
    } catch {
      // The banner of live.js tells about a lost connection; this only tries again.
    }
    return this.later();
  }

  append(html) {
    const lines = new DOMParser().parseFromString(`<ol>${html}</ol>`, 'text/html').querySelectorAll('li');
    if (!lines.length) return;
    this.box.querySelector('[data-log-empty]')?.remove();
    const added = [...lines].filter((line) => !document.getElementById(line.id));
    this.list.append(...added);
    const header = document.querySelector('#log-card [data-time=zone]');
    if (header) header.dataset.until = added.at(-1)?.querySelector('time').dateTime ?? header.dataset.until;
    showTimes(this.box.closest('#log-card') ?? this.box);
    const amount = document.querySelector('[data-log-count]');
    const last = Number(this.list.lastElementChild.id.slice(1));
    if (amount) amount.textContent = `${last.toLocaleString('en')} ${last === 1 ? 'line' : 'lines'}`;
    if (this.isAtEnd) this.toEnd();
    else this.fresh += added.length;
    this.tell();
  }
}

async function copy(url) {
  try {
    const text = await (await fetch(url)).text();
    await navigator.clipboard.writeText(text);
    showToast('Log copied');
  } catch {
    showToast('This browser does not let us copy; open Raw and copy it there');
  }
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-log-copy]');
  if (button) copy(button.dataset.logCopy);
});

for (const box of document.querySelectorAll('[data-log-url]')) new Log(box);

// One that has ended is opened at its error, unless the address names a line.
for (const box of document.querySelectorAll('[data-log-at]')) {
  const line = document.getElementById(`L${box.dataset.logAt}`);
  if (!line || location.hash.startsWith('#L')) continue;
  box.scrollTop += line.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 2;
}
