// Draws <div data-chart-url> with Plotly, in the colours of the theme. The figure comes from the
// server as JSON, or with an element of the page that data-chart-from names; colours in it are names of tokens. Plotly itself loads with the first chart.
import { colours, withColours, layoutFor, roomForLegend } from './chart-theme.js';
import './chart-paper.js';
import { fewerNames, nameSteps } from './chart-names.js';
import { isPaused } from './pause.js';

const FOLDER = new URL('../vendor/plotly-basic-4.1.1/', import.meta.url);
// Plotly offers to send charts to its own cloud unless it is told not to.
const CONFIG = { showSendToCloud: false, displaylogo: false, responsive: true, displayModeBar: false };

let plotly;
const drawn = new Map(); // element -> figure

function loadPlotly() {
  plotly ??= new Promise((resolve, reject) => {
    // Plotly would inject these rules, which the content security policy forbids.
    const sheet = Object.assign(document.createElement('link'), {
      rel: 'stylesheet', id: 'plotly.js-style-global', className: 'no-inline-styles', href: new URL('plotly-static.css', FOLDER).href,
    });
    const script = Object.assign(document.createElement('script'), { src: new URL('plotly-basic.min.js', FOLDER).href });
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error('Plotly did not load'));
    document.head.append(sheet, script);
  });
  return plotly;
}

async function fetchFigure(element) {
  const holder = document.getElementById(element.dataset.chartFrom ?? '');
  if (holder?.dataset.figure) return JSON.parse(holder.dataset.figure);
  const answer = await fetch(element.dataset.chartUrl, { headers: { Accept: 'application/json' } });
  if (answer.status === 204) return null;
  if (!answer.ok) throw new Error(`chart: ${answer.status}`);
  return answer.json();
}

// A figure without traces has only its sentence: "No fold is finished yet".
function drawNothing(element, figure) {
  const words = Object.assign(document.createElement('p'), { className: 'chart-alt', textContent: figure.alt });
  element.replaceChildren(words);
}

async function draw(element, figure) {
  element.toggleAttribute('data-empty', !figure.traces.length);
  if (!figure.traces.length) {
    drawNothing(element, figure);
    return;
  }
  const Plotly = await loadPlotly();
  const tokens = colours();
  drawn.set(element, figure);
  element.querySelector('.chart-alt')?.remove();
  const layout = layoutFor(figure.layout, tokens, element);
  // As tall as it was before it had a legend, and that on top.
  element.dataset.plain ??= layout.height;
  layout.height = Number(element.dataset.plain) + roomForLegend(figure.traces, layout, element.clientWidth);
  const traces = fewerNames(figure.traces, element.clientWidth).map((trace) => nameSteps(trace, element.clientWidth));
  await Plotly.react(element, withColours(traces, tokens), layout, CONFIG);
  // On paper a dark one is turned light.
  element.toggleAttribute('data-dark', getComputedStyle(document.documentElement).colorScheme === 'dark');
  element.dataset.drawn = 'true';
  element.setAttribute('aria-label', figure.alt || element.getAttribute('aria-label'));
}

function cell(tag, content) {
  const made = document.createElement(tag);
  made.textContent = content ?? '\u2013';
  if (tag === 'th') made.scope = 'col';
  return made;
}

function fillTable(element, table) {
  const target = document.querySelector(`#${CSS.escape(element.id)}-table table`);
  if (!table || !target) return;
  const head = document.createElement('thead');
  head.append(document.createElement('tr'));
  head.firstChild.append(...table.columns.map((name) => cell('th', name)));
  const body = document.createElement('tbody');
  for (const row of table.rows) {
    body.append(document.createElement('tr'));
    body.lastChild.append(...row.map((content) => cell('td', content)));
  }
  target.querySelectorAll('thead, tbody').forEach((part) => part.remove());
  target.append(head, body);
}

function fail(element) {
  const words = document.createElement('p');
  words.className = 'chart-alt';
  words.textContent = 'Could not load this chart. ';
  const button = document.createElement('button');
  button.className = 'btn btn-sm';
  button.textContent = 'Try again';
  button.addEventListener('click', () => show(element));
  words.append(button);
  if (!drawn.has(element)) element.replaceChildren(words);
}

export async function show(element) {
  element.dataset.asked = '';
  try {
    const figure = await fetchFigure(element);
    if (figure) {
      await draw(element, figure);
      fillTable(element, figure.table);
      element.parentElement.querySelector('.chart-note')?.replaceChildren(figure.note ?? '');
    }
    return Boolean(figure?.final);
  } catch (error) {
    fail(element);
    console.warn(error.message);
    return false;
  }
}

async function keep(element) {
  const seconds = Number(element.dataset.chartEvery);
  const isFinal = await show(element);
  if (!seconds || isFinal) return;
  const again = () => {
    if (!element.isConnected) return;
    if (document.hidden || isPaused()) setTimeout(again, 1000);
    else keep(element);
  };
  setTimeout(again, seconds * 1000);
}

document.addEventListener('trainyard:theme', () => {
  for (const [element, figure] of drawn) if (element.isConnected) draw(element, figure);
});

// A chart is drawn when it comes near the view.
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    watcher.unobserve(entry.target);
    keep(entry.target);
  }
}, { rootMargin: '400px' });
for (const element of document.querySelectorAll('[data-chart-url]')) watcher.observe(element);

// What is printed is drawn without being near: a print does not wait for it.
addEventListener('load', () => {
  for (const element of document.querySelectorAll('[data-on-paper]:not([data-asked])')) {
    watcher.unobserve(element);
    keep(element);
  }
});
