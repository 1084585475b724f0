// The upload page: choosing or dropping a file sends it at once, with progress, speed and cancel.
// Without this module the form is sent as any other.
import { Cancelled, Refused, Transfer } from './transfer.js';
import { findRefusal } from './upload-check.js';
import { Speed, size } from './upload-words.js';

const form = document.querySelector('form[data-upload]');
const input = form.querySelector('input[type=file]');
const area = form.querySelector('[data-file-drop]');
const panel = document.getElementById('upload-progress');
const bar = panel.querySelector('progress');
const find = (name) => panel.querySelector(`[data-upload-${name}]`);
const label = area.querySelector('[data-drop-words]');
const idleWords = label.textContent;
let transfer = null;
let isBusy = false;
let chosen = null;

function make(tag, values, ...children) {
  const made = Object.assign(document.createElement(tag), values);
  made.append(...children);
  return made;
}

// Say what is wrong in the summary and beside the field.
function show(message, mayTryAgain = false) {
  const box = document.getElementById('upload-errors');
  box.replaceChildren();
  document.getElementById('field-file-error')?.remove();
  document.title = document.title.replace(/^Error: /, '');
  for (const name of ['aria-invalid', 'aria-describedby']) input.removeAttribute(name);
  if (!message) return;
  const summary = make('div', { className: 'error-summary', tabIndex: -1, role: 'alert' },
    make('h2', { textContent: 'There is a problem' }),
    make('ul', {}, make('li', {}, make('a', { href: '#field-file', textContent: message }))));
  if (mayTryAgain) {
    const again = make('button', { type: 'button', className: 'btn', textContent: 'Try again' });
    again.addEventListener('click', () => send(chosen));
    summary.append(again);
  }
  box.append(summary);
  area.before(make('p', { className: 'field-error', id: 'field-file-error', textContent: message }));
  input.setAttribute('aria-invalid', 'true');
  input.setAttribute('aria-describedby', 'field-file-error');
  document.title = `Error: ${document.title}`;
  summary.focus();
}

function leaving(event) { event.preventDefault(); }

function begin(file) {
  isBusy = true;
  chosen = file;
  const speed = new Speed();
  bar.value = 0;
  find('name').textContent = `${file.name}, ${size(file.size)}`;
  find('text').textContent = '0%';
  panel.hidden = false;
  area.hidden = true;
  window.addEventListener('beforeunload', leaving);
  const going = () => { find('note').textContent = ''; find('now').hidden = find('sign-in').hidden = true; };
  going();
  return {
    progress(bytes) {
      speed.add(bytes);
      bar.value = Math.max(bar.value, bytes / file.size);
      find('text').textContent = bytes < file.size ? speed.words(bytes, file.size) : 'Storing the file';
    },
    waiting(seconds, isSignedOut) {
      speed.forget();
      find('text').textContent = `${Math.floor(bar.value * 100)}%`;
      const words = isSignedOut ? 'You have been signed out. What came is kept.' : 'Connection lost.';
      find('note').textContent = `${words} Trying again in ${seconds} s`;
      find('now').hidden = false;
      find('sign-in').hidden = !isSignedOut;
    },
    going,
  };
}

function end() {
  isBusy = false;
  transfer = null;
  panel.hidden = true;
  area.hidden = false;
  window.removeEventListener('beforeunload', leaving);
}

async function send(file) {
  if (isBusy || !file) return;
  isBusy = true;
  const problem = await findRefusal(file, Number(form.dataset.limitBytes));
  show(problem);
  if (problem) { isBusy = false; return; }
  transfer = new Transfer(file, form, begin(file));
  try {
    const address = await transfer.run();
    window.removeEventListener('beforeunload', leaving);
    window.location.assign(address);
  } catch (failure) {
    const share = Math.floor(bar.value * 100);
    end();
    if (failure instanceof Cancelled) { input.value = ''; return; }
    if (failure instanceof Refused) show(failure.message, true);
    else show(`The upload stopped at ${share}%. Your file is still chosen`, true);
    if (!(failure instanceof Refused)) throw failure;
  }
}

form.addEventListener('submit', (event) => { event.preventDefault(); send(input.files[0]); });
input.addEventListener('change', () => send(input.files[0]));
find('cancel').addEventListener('click', () => transfer?.cancel());
find('now').addEventListener('click', () => transfer?.tryNow());
for (const name of ['online', 'focus']) window.addEventListener(name, () => transfer?.tryNow());

// A file may be dropped anywhere on the page; a page that opens it instead would lose this one.
for (const kind of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  document.addEventListener(kind, (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    const isOn = ['dragenter', 'dragover'].includes(kind) && area.contains(event.target);
    area.toggleAttribute('data-dragging', isOn);
    label.textContent = isOn ? 'Drop to upload' : idleWords;
    if (kind !== 'drop' || isBusy || !area.contains(event.target)) return;
    input.files = event.dataTransfer.files;
    send(input.files[0]);
  });
}
