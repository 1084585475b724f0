// What every page has. Modules listen on `document`, so nothing is bound to nodes that a live
// update may replace. Charts and logs load their modules only where a page holds one.
import './live.js';
import './busy.js';
import './draft.js';
import './goto.js';
import './menus.js';
import './forms.js';
import './messages.js';
import './notify.js';
import './shortcuts.js';
import './tabs.js';
import './theme.js';
import './time.js';

if (document.querySelector('[data-chart-url]')) import('./charts.js');
if (document.querySelector('[data-log-url], [data-log-copy]')) import('./log.js');
