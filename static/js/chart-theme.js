// From the names of tokens to colours, and the layout that all charts share.
const NAMES = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'text', 'muted', 'faint', 'grid', 'line', 'surface', 'bar', 'accent', 'danger', 'succeeded', 'failed'];

export function colours() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

function isColourKey(key) {
  return /color$/i.test(key) || key === 'colors' || key === 'bgcolor';
}

// Plotly takes text for its own kind of HTML; names of jobs, columns and classes are none.
function plain(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

// Replaces token names wherever a colour stands; everything else is copied as it is. A list of two
// or more names under "colorscale" becomes an even scale from the first to the last.
export function withColours(content, tokens, isColour = false) {
  if (typeof content === 'string') return isColour ? tokens[content] ?? content : plain(content);
  if (Array.isArray(content)) return content.map((item) => withColours(item, tokens, isColour));
  if (content === null || typeof content !== 'object') return content;
  const copy = {};
  for (const [key, item] of Object.entries(content)) {
    if (key === 'colorscale' && Array.isArray(item) && typeof item[0] === 'string') {
      copy[key] = item.map((name, n) => [n / (item.length - 1), tokens[name] ?? name]);
    } else if (key.endsWith('template')) {
      copy[key] = item;
    } else {
      copy[key] = withColours(item, tokens, isColour || isColourKey(key));
    }
  }
  return copy;
}

// Numbers at an axis have as many decimals as its steps need, all of them the same; thousands are set
// apart. What is pointed at has six digits.
const STEPS = [[1, 9e4, ',.0f'], [0.1, 0.99, ',.1f'], [0.01, 0.099, '.2f'], [0.001, 0.0099, '.3f'], [0.0001, 0.00099, '.4f']];
const NUMBERS = { tickformatstops: STEPS.map(([from, to, value]) => ({ dtickrange: [from, to], value })), hoverformat: ',.6~r' };

function isOfNumbers(given) {
  return !['type', 'tickformat', 'tickformatstops', 'tickvals'].some((key) => given?.[key]);
}

// The title of an upright axis keeps off the numbers, however long these are.
function axis(given, tokens, isUpright) {
  return {
    ...(isOfNumbers(given) && NUMBERS),
    gridcolor: tokens.grid, zerolinecolor: tokens.grid, linecolor: tokens.line, tickcolor: tokens.line,
    automargin: true, fixedrange: true, ...given,
    tickfont: { color: tokens.muted, size: 12 },
    title: { font: { color: tokens.muted, size: 13 }, ...(isUpright && { standoff: 8 }), ...(typeof given?.title === 'string' ? { text: given.title } : given?.title) },
  };
}

export function layoutFor(given, tokens, element) {
  const layout = withColours(given ?? {}, tokens);
  const axes = Object.fromEntries(
    ['xaxis', 'yaxis', ...Object.keys(layout).filter((key) => /^[xy]axis\d+$/.test(key))].map((key) => [key, axis(layout[key], tokens, key[0] === 'y')]),
  );
  return {
    paper_bgcolor: 'transparent',
    plot_bgcolor: 'transparent',
    font: { family: getComputedStyle(document.body).fontFamily, color: tokens.text, size: 12 },
    margin: { l: 48, r: 16, t: 16, b: 40, pad: 4 },
    hoverlabel: { bgcolor: tokens.surface, bordercolor: tokens.line, font: { color: tokens.text } },
    showlegend: false,
    dragmode: false,
    colorway: ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'].map((name) => tokens[name]),
    ...layout,
    legend: { orientation: 'h', x: 0, y: 1, yanchor: 'bottom', font: { color: tokens.muted }, ...layout.legend },
    ...axes,
    height: layout.height ?? element.clientHeight,
  };
}

const LINE = 19; // of a legend
const MARK = 48; // what stands before a name in it
const LETTER = 6.5;

// A legend above the plot takes from its height; of more than one line it gets as much on top.
export function roomForLegend(traces, layout, width) {
  if (!layout.showlegend || layout.legend?.orientation !== 'h') return 0;
  const names = traces.filter((trace) => trace.showlegend !== false).map((trace) => MARK + LETTER * (trace.name?.length ?? 0));
  const space = width - layout.margin.l - layout.margin.r;
  const total = names.reduce((sum, one) => sum + one, 0);
  if (total <= space) return 0;
  // Several lines are columns as wide as the longest name.
  const columns = Math.max(1, Math.floor(space / Math.max(...names)));
  return (Math.ceil(names.length / columns) - 1) * LINE;
}
