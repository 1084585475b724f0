// Parts that the browser sends to the bucket itself, once the server has looked at the first one and
// says so. Where the bucket refuses (it does not allow this site, or its address is not reachable
// from here) everything goes through the server.
import { countPart } from './part-counts.js';

const URLS_AT_ONCE = 16;
const FAILED = 'trainyard-direct-failed';

export class DirectParts {
  constructor(transfer) {
    this.transfer = transfer;
    this.urls = new Map();
    this.isPossible = !sessionStorage.getItem(FAILED);
    this.sent = 0;
  }

  // Tell whether a part was sent.
  async send(part, offset) {
    const { transfer } = this;
    const number = offset / transfer.partBytes + 1;
    const url = this.urls.get(number) ?? await this.fetchUrl(number);
    if (!url) return this.giveUp();
    await this.tell(part, offset);
    const onProgress = (loaded) => transfer.page.progress(offset + Math.min(loaded, part.size));
    const answer = await transfer.requests.send('PUT', url, part, {}, onProgress);
    if (answer.status >= 200 && answer.status < 300) {
      this.sent += 1;
      return true;
    }
    // Our own server answers: it is the bucket that does not. Else the connection is gone, and this waits.
    await transfer.insist('GET', `/${transfer.id}`);
    return this.giveUp();
  }

  // The server cannot see these parts before all are there: it is told what is in each, and may refuse the file.
  async tell(part, offset) {
    const { transfer } = this;
    if (transfer.lineEnd === null) return;
    try {
      const counts = await countPart(part, transfer.lineEnd);
      await transfer.insist('POST', `/${transfer.id}/counts`, { offset, ...counts });
    } catch (failure) {
      await transfer.checkFile();
      throw failure;
    }
  }

  async fetchUrl(number) {
    const { transfer } = this;
    const last = Math.ceil(transfer.file.size / transfer.partBytes);
    const parts = [];
    for (let n = number; n <= last && parts.length < URLS_AT_ONCE; n += 1) parts.push(n);
    const { items } = await transfer.insist('POST', `/${transfer.id}/part-urls`, { parts });
    this.urls = new Map(items.map((item) => [item.number, item.url]));
    return this.urls.get(number);
  }

  giveUp() {
    this.isPossible = false;
    if (!this.sent) sessionStorage.setItem(FAILED, 'true');
    return false;
  }
}
