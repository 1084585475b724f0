// A job that ends while a page of it is open: the page is fetched once more, for results and
// charts, unless it stays as it is (its log, its settings). The tab's title says how it ended until
// somebody looks.
import { show } from './charts.js';
import { showToast } from './messages.js';
import { announce, announceTitle, markSeen } from './title.js';

const ACTIVE = ['queued', 'running', 'cancelling'];
const SIGNS_OF_LIFE = ['visibilitychange', 'pointermove', 'pointerdown', 'keydown'];
const told = () => document.querySelector('[data-job-state]');
const isActive = () => ACTIVE.includes(told()?.dataset.jobState);
const key = `trainyard-ended-${told()?.dataset.job}`;
const undoKey = `trainyard-undo-${told()?.dataset.job}`;

function watchForEnd() {
  const watch = new MutationObserver(() => {
    if (isActive()) return;
    watch.disconnect();
    if ('stays' in told().dataset) {
      tellEnd();
      return;
    }
    sessionStorage.setItem(key, 'true');
    const undo = document.querySelector('#toasts form[action$="/undo-cancel"]')?.getAttribute('action');
    if (undo) sessionStorage.setItem(undoKey, undo);
    window.location.reload();
  });
  watch.observe(document.getElementById('main'), { childList: true, subtree: true, attributes: true, attributeFilter: ['data-job-state'] });
}

// The figure comes with the table of folds, so both are of one state: it is drawn anew with it.
function watchFolds() {
  const figure = () => document.getElementById('job-folds')?.dataset.figure;
  let drawn = figure();
  new MutationObserver(() => {
    const chart = document.getElementById('chart-folds');
    if (figure() === drawn || !chart) return;
    drawn = figure();
    if (drawn && 'asked' in chart.dataset) show(chart); // else it draws the newest when it is seen
  }).observe(document.getElementById('main'), { childList: true, subtree: true, attributes: true, attributeFilter: ['data-figure'] });
}

function look() {
  if (document.hidden) return;
  for (const name of SIGNS_OF_LIFE) document.removeEventListener(name, look);
  sessionStorage.removeItem(key);
  markSeen();
}

// An undo was offered before the page was fetched once more: it is offered on, or it is said why not.
function goOnOffering() {
  const address = sessionStorage.getItem(undoKey);
  sessionStorage.removeItem(undoKey);
  if (!address) return;
  const { announce: words, jobState } = told().dataset;
  const token = document.querySelector('[name=csrf_token]').value;
  if (jobState === 'cancelled') showToast(words, { address, token });
  else showToast(`It had ended before it was stopped. ${words}`);
}

function tellEnd() {
  announceTitle();
  announce(told().dataset.announce);
  for (const name of SIGNS_OF_LIFE) document.addEventListener(name, look);
}

if (isActive()) {
  sessionStorage.removeItem(undoKey); // it was undone elsewhere: nothing is to be offered on
  announceTitle();
  watchForEnd();
  watchFolds();
} else if (sessionStorage.getItem(key)) {
  tellEnd();
  goOnOffering();
} else {
  markSeen();
}
