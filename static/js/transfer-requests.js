// Requests of a transfer. An answer is {status, body}; a status of 0 is a connection that was lost.
const STALLED_MS = 60_000;

export class Requests {
  constructor(address, token) {
    this.address = address;
    this.token = token;
    this.current = null;
  }

  // To our own server: JSON answers, and a fresh token with each that has one.
  async ask(method, path, content = null, onProgress = null) {
    const isJson = content !== null && !(content instanceof Blob);
    const headers = { Accept: 'application/json', 'X-CSRFToken': this.token };
    headers['Content-Type'] = isJson ? 'application/json' : 'application/octet-stream';
    const answer = await this.send(method, this.address + path, isJson ? JSON.stringify(content) : content, headers, onProgress);
    if (answer.body?.csrf_token) this.token = answer.body.csrf_token;
    return answer;
  }

  send(method, url, content, headers, onProgress) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      this.current = request;
      let timer = null;
      const watch = () => {
        clearTimeout(timer);
        timer = setTimeout(() => request.abort(), STALLED_MS);
      };
      const end = () => {
        clearTimeout(timer);
        if (this.current === request) this.current = null;
        resolve({ status: request.status, body: parse(request.responseText) });
      };
      request.upload.addEventListener('progress', (event) => { watch(); onProgress?.(event.loaded); });
      for (const name of ['load', 'error', 'abort']) request.addEventListener(name, end);
      request.open(method, url);
      for (const [name, text] of Object.entries(headers)) request.setRequestHeader(name, text);
      watch();
      request.send(content);
    });
  }

  stop() { this.current?.abort(); }
}

function parse(text) {
  try { return JSON.parse(text); } catch { return null; }
}
