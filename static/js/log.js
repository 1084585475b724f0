// A log that grows: asks for the lines after the last one, appends them, and follows its end
// while the end is in view.
import { showTimes } from './time.js';

const NEAR_END = 24;

class Log {
  constructor(box) {
    this.box = box;
    this.list = box.querySelector('ol');
    this.every = Number(box.dataset.logEvery || 2) * 1000;
    this.isAtEnd = true;
    this.toEnd();
    box.addEventListener('scroll', () => { this.isAtEnd = this.endIsInView(); }, { passive: true });
    this.later();
  }

  endIsInView() {
    return this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < NEAR_END;
  }

  toEnd() {
    if (!location.hash.startsWith('#L')) this.box.scrollTop = this.box.scrollHeight;
  }

  later() {
    setTimeout(() => this.ask(), this.every);
  }

  async ask() {
    if (!this.box.isConnected) return;
    if (document.hidden) return this.later();
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
    for (const line of lines) if (!document.getElementById(line.id)) this.list.append(line);
    showTimes(this.box);
    const amount = document.querySelector('[data-log-count]');
    if (amount) amount.textContent = `${this.list.lastElementChild.id.slice(1)} lines`;
    if (this.isAtEnd) this.toEnd();
  }
}

for (const box of document.querySelectorAll('[data-log-url]')) new Log(box);
