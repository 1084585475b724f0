// Names at the points of a line of steps, where there is room: each over its step, and the last
// ones before the others. A trace has them as `meta.named`; `meta.rises` says that its line goes up.
const WIDE = 700; // pixels
const LETTER = 6.5;
const MOST = 50; // letters
const GAP = 12;

const NARROW = 480;
const FEW = 3;

// Names beside single points, which find their sides for a wide chart: where it is narrow, only of a
// few. Each point has its name when it is pointed at, and its colour in the table.
export function fewerNames(traces, width) {
  const named = traces.filter((trace) => trace.mode === 'markers+text' && trace.x.length === 1);
  if (width >= NARROW || named.length <= FEW) return traces;
  return traces.map((trace) => (named.includes(trace) ? { ...trace, mode: 'markers' } : trace));
}

// Without the middle of a long one: names that share a beginning differ at their end.
const short = (name) => (name.length > MOST ? `${name.slice(0, MOST / 2)}\u2026${name.slice(1 - MOST / 2)}` : name);

export function nameSteps(trace, width) {
  if (!trace.meta?.named || width < WIDE || trace.x.length < 2) return trace;
  const at = trace.x.map((moment) => Date.parse(moment));
  const scale = (width - 80) / (1.1 * (at.at(-1) - at[0]) || 1);
  let free = Infinity; // the pixel from which on something stands already
  const texts = [];
  const sides = [];
  for (let n = at.length - 1; n >= 0; n -= 1) {
    const text = short(trace.meta.named[n]);
    const [from, long] = [at[n] * scale, text.length * LETTER + GAP];
    const isLast = n === at.length - 1;
    const fits = isLast || from + long <= free;
    texts.unshift(fits ? text : '');
    sides.unshift(`${trace.meta.rises ? 'top' : 'bottom'} ${isLast ? 'left' : 'right'}`);
    if (isLast) free = from - long;
    else free = Math.min(free, from);
  }
  return { ...trace, mode: 'lines+markers+text', hovertext: trace.text, text: texts, textposition: sides, cliponaxis: false };
}
