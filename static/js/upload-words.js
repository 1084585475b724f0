// Sizes, speed and remaining time of an upload, in words.

export function size(bytes) {
  const units = ['bytes', 'KB', 'MB', 'GB'];
  let n = 0;
  while (bytes >= 999.5 && n < units.length - 1) { bytes /= 1000; n += 1; }
  return `${bytes < 9.95 && n ? bytes.toFixed(1) : Math.round(bytes)} ${units[n]}`;
}

// What is said where the refusal has no words for people, as a proxy's.
export function refusal(status, name, partBytes) {
  if (status !== 413) return 'The server does not take this file';
  return `A part of ${name} (${size(partBytes)} at most) is too large for what stands before this server. An admin can raise the limit there`;
}

function duration(seconds) {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

// How fast the bytes went in the last seconds. Said after 2 s: before that it is a guess.
export class Speed {
  constructor() { this.samples = []; }

  add(bytes) {
    const now = performance.now();
    this.samples.push([now, bytes]);
    while (this.samples.length > 2 && now - this.samples[1][0] > 8000) this.samples.shift();
  }

  forget() { this.samples = []; }

  words(sent, total) {
    const share = `${Math.floor((100 * sent) / total)}%`;
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    const seconds = first ? (last[0] - first[0]) / 1000 : 0;
    const perSecond = seconds > 2 ? (last[1] - first[1]) / seconds : 0;
    if (perSecond <= 0) return share;
    return `${share}, ${size(perSecond)}/s, ${duration((total - sent) / perSecond)} left`;
  }
}
