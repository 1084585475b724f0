// Upload with progress, speed and cancel. Without this module the form is sent as any other.
const form = document.querySelector('form[data-upload]');
const input = form?.querySelector('input[type=file]');
const area = form?.querySelector('[data-file-drop]');
const panel = document.getElementById('upload-progress');
const bar = panel?.querySelector('progress');
let request = null;
let started = 0;

function size(bytes) {
  const units = ['bytes', 'KB', 'MB', 'GB'];
  let n = 0;
  while (bytes >= 999.5 && n < units.length - 1) { bytes /= 1000; n += 1; }
  return `${bytes < 9.95 && n ? bytes.toFixed(1) : Math.round(bytes)} ${units[n]}`;
}

function show(message) {
  const box = document.getElementById('upload-errors');
  box.replaceChildren();
  if (!message) return;
  const summary = document.createElement('div');
  summary.className = 'error-summary';
  summary.setAttribute('role', 'alert');
  summary.tabIndex = -1;
  const title = document.createElement('h2');
  title.textContent = 'There is a problem';
  const link = document.createElement('a');
  link.href = '#field-file';
  link.textContent = message;
  summary.append(title, link);
  box.append(summary);
  document.title = `Error: ${document.title.replace(/^Error: /, '')}`;
  summary.focus();
}

// What can be told from the beginning of the file saves the way to the server.
async function refuse(file) {
  const limit = Number(form.dataset.limitBytes);
  if (file.size === 0) return `${file.name} is empty`;
  if (file.size > limit) {
    return `${file.name} is ${size(file.size)}. The limit is ${size(limit)}. Leave out columns you do not need, or gzip it`;
  }
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  const isZip = head[0] === 0x50 && head[1] === 0x4b;
  if (isZip && /\.xlsx?$/i.test(file.name)) {
    return `${file.name} is an Excel workbook. In Excel choose File, Save As, "CSV UTF-8 (Comma delimited)", then upload that file`;
  }
  return null;
}

function leaving(event) { event.preventDefault(); }

function end() {
  request = null;
  panel.hidden = true;
  area.hidden = false;
  window.removeEventListener('beforeunload', leaving);
}

function progress(event) {
  if (!event.lengthComputable) return;
  const share = event.loaded / event.total;
  const seconds = (performance.now() - started) / 1000;
  bar.value = Math.max(bar.value, share);
  let text = `${Math.floor(share * 100)}%`;
  if (seconds > 1) {
    const speed = event.loaded / seconds;
    text += `, ${size(speed)}/s`;
    if (seconds > 2 && share < 1) text += `, ${Math.ceil((event.total - event.loaded) / speed)} s left`;
  }
  panel.querySelector('[data-upload-text]').textContent = share < 1 ? text : 'Storing the file';
}

function loaded() {
  const answer = request;
  end();
  if (answer.status < 300) { window.location.assign(answer.responseURL); return; }
  const page = new DOMParser().parseFromString(answer.responseText, 'text/html');
  const words = page.querySelector('.error-summary a, .notice strong, main h1');
  show(answer.status === 413 && !words
    ? `The file is too big. The limit is ${size(Number(form.dataset.limitBytes))}`
    : words?.textContent ?? `The server answered ${answer.status}. Try again`);
}

async function send(file) {
  const problem = await refuse(file);
  show(problem);
  if (problem) return;
  request = new XMLHttpRequest();
  started = performance.now();
  bar.value = 0;
  panel.querySelector('[data-upload-name]').textContent = `${file.name}, ${size(file.size)}`;
  panel.hidden = false;
  area.hidden = true;
  window.addEventListener('beforeunload', leaving);
  request.upload.addEventListener('progress', progress);
  request.addEventListener('load', loaded);
  request.addEventListener('error', () => {
    const share = Math.floor(bar.value * 100);
    end();
    show(`The upload stopped at ${share}%. Your file is still chosen: press Upload to try again`);
  });
  request.open('POST', form.getAttribute('action'));
  request.send(new FormData(form));
}

form?.addEventListener('submit', (event) => {
  event.preventDefault();
  if (!request && input.files[0]) send(input.files[0]);
});
input?.addEventListener('change', () => { if (!request && input.files[0]) send(input.files[0]); });
panel?.querySelector('[data-upload-cancel]').addEventListener('click', () => { request?.abort(); end(); input.value = ''; });

for (const kind of ['dragenter', 'dragover']) {
  area?.addEventListener(kind, (event) => { event.preventDefault(); area.dataset.dragging = ''; });
}
for (const kind of ['dragleave', 'drop']) {
  area?.addEventListener(kind, (event) => { event.preventDefault(); delete area.dataset.dragging; });
}
area?.addEventListener('drop', (event) => {
  if (request || !event.dataTransfer.files[0]) return;
  input.files = event.dataTransfer.files;
  send(input.files[0]);
});
