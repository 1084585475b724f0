// A file on its way, in parts: goes on after a cut connection, a sign-out or a reload. It tells `page` what happens.
import { forget, keyOf, recall, remember } from './transfer-memory.js';
import { DirectParts } from './transfer-direct.js';
import { Requests } from './transfer-requests.js';
import { refusal } from './upload-words.js';

const LONGEST_WAIT_S = 30;
const MOST_ROUNDS = 3;
const FINAL = [403, 409, 413, 422];

// The server will not take it; `message` says why.
export class Refused extends Error {}
export class Cancelled extends Error {}

export class Transfer {
  // page: progress(bytes), waiting(seconds, isSignedOut), going()
  constructor(file, form, page) {
    Object.assign(this, { file, page, id: null, received: 0, misses: 0, isCancelled: false, wake: null });
    this.requests = new Requests(form.dataset.transfers, form.elements.csrf_token.value);
    this.versionOf = form.dataset.versionOf;
    this.key = keyOf(file, this.versionOf);
    this.direct = new DirectParts(this);
  }

  // Return the address of the page on which the file is checked.
  async run() {
    let state = (await this.findBegun()) ?? (await this.begin());
    for (let rounds = 1; state.state === 'receiving'; rounds += 1) {
      this.take(state);
      while (this.received < this.file.size) await this.sendPart();
      state = await this.finish(rounds);
    }
    forget(this.key);
    return state.url;
  }

  // Parts may have been lost: then it is asked what is there, and the rest is sent once more.
  async finish(rounds) {
    const { status, body } = await this.ask('POST', `/${this.id}/finish`, null, [409]);
    if (status !== 409) return body;
    if (rounds < MOST_ROUNDS) return this.insist('GET', `/${this.id}`);
    forget(this.key);
    throw new Refused(body?.error?.message ?? 'The server could not put the file together');
  }

  async findBegun() {
    const id = recall(this.key);
    if (id === null) return null;
    const answer = await this.ask('GET', `/${id}`, null, [404]);
    const isIt = answer.status === 200 && answer.body.size_bytes === this.file.size;
    if (!isIt) forget(this.key);
    return isIt ? answer.body : null;
  }

  async begin() {
    const state = await this.insist('POST', '', { file_name: this.file.name, size_bytes: this.file.size, version_of: this.versionOf });
    remember(this.key, state.id);
    return state;
  }

  take(state) {
    Object.assign(this, { id: state.id, received: state.received_bytes, partBytes: state.part_bytes });
    Object.assign(this, { mayBeDirect: state.direct, lineEnd: state.line_end });
    this.page.progress(this.received);
  }

  async sendPart() {
    const offset = this.received;
    const part = this.file.slice(offset, offset + this.partBytes, '');
    if (this.mayBeDirect && this.direct.isPossible && await this.direct.send(part, offset)) {
      this.received = offset + part.size;
      return;
    }
    const onProgress = (loaded) => this.page.progress(offset + Math.min(loaded, part.size));
    const answer = await this.ask('PUT', `/${this.id}/parts?offset=${offset}`, part, [409], onProgress);
    if (answer.status === 409) this.take(await this.insist('GET', `/${this.id}`));
    else this.take(answer.body);
  }

  async insist(method, path, content = null) {
    return (await this.ask(method, path, content)).body;
  }

  // Ask until there is an answer: one that is no success is only given back if it is `expected`.
  async ask(method, path, content = null, expected = [], onProgress = null) {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.requests.ask(method, path, content, onProgress);
      if (this.isCancelled) throw new Cancelled();
      if ((answer.status >= 200 && answer.status < 300 && answer.body) || expected.includes(answer.status)) {
        if (this.misses) { this.misses = 0; this.page.going(); }
        return answer;
      }
      await this.judge(answer, tries);
      if (method === 'PUT') {  // some of it may have come: ask how far it is
        const state = await this.insist('GET', `/${this.id}`);
        if (state.received_bytes !== this.received || state.state !== 'receiving') return { status: 200, body: state };
      }
    }
  }

  // Wait, if trying again may help.
  async judge({ status, body }, tries) {
    const message = body?.error?.message;
    if (status === 404) {
      forget(this.key);
      throw new Refused('The upload was cancelled, in another tab or because it took too long');
    }
    if (FINAL.includes(status) || body?.error?.code === 'DISK_FULL') {
      if (FINAL.includes(status)) forget(this.key);
      throw new Refused(message ?? refusal(status, this.file.name, this.partBytes));
    }
    if (status === 400) {  // after another sign-in the token is a new one
      if (tries > 2) throw new Refused(message ?? 'The server could not read the request');
      await this.requests.ask('GET', this.id === null ? '' : `/${this.id}`);
      return;
    }
    await this.checkFile();
    this.misses += 1;
    await this.wait(Math.min(2 ** this.misses, LONGEST_WAIT_S), status === 401);
  }

  async checkFile() {
    try {
      await this.file.slice(this.received, this.received + 1).arrayBuffer();
    } catch {
      throw new Refused(`${this.file.name} was changed or moved meanwhile. Choose it again`);
    }
  }

  async wait(seconds, isSignedOut) {
    const end = Date.now() + seconds * 1000;
    let isAwake = false;
    this.wake = () => { isAwake = true; };
    while (!isAwake && Date.now() < end && !this.isCancelled) {
      this.page.waiting(Math.ceil((end - Date.now()) / 1000), isSignedOut);
      await new Promise((resolve) => { setTimeout(resolve, 200); });
    }
    if (this.isCancelled) throw new Cancelled();
  }

  tryNow() { this.wake?.(); }

  async cancel() {
    this.isCancelled = true;
    this.requests.stop();
    forget(this.key);
    if (this.id !== null) await this.requests.ask('DELETE', `/${this.id}`);
  }
}
