/** Search in many lines, in slices so that the page stays usable. */

const SLICE_MS = 8;

/**
 * @param {number} count @param {(index: number) => string} lineAt @param {string} wanted
 * @param {(hits: number[], done: boolean) => void} onHits is called after each slice with all hits so far
 * @returns {() => void} stops
 */
export function searchLines(count, lineAt, wanted, onHits) {
  const needle = wanted.toLowerCase();
  /** @type {number[]} */
  const hits = [];
  let next = 0;
  let timer = 0;
  const slice = () => {
    const end = performance.now() + SLICE_MS;
    do {
      for (const stop = Math.min(count, next + 64); next < stop; next++) {
        if (lineAt(next).toLowerCase().includes(needle)) {
          hits.push(next);
        }
      }
    } while (next < count && performance.now() < end);
    onHits([...hits], next >= count);
    if (next < count) {
      timer = /** @type {any} */ (setTimeout(slice, 0));
    }
  };
  slice();
  return () => clearTimeout(timer);
}

/** @param {string} text @param {string} wanted @returns {{text: string, hit: boolean}[]} */
export function marked(text, wanted) {
  if (wanted === '') {
    return [{ text, hit: false }];
  }
  const lower = text.toLowerCase();
  const needle = wanted.toLowerCase();
  const found = [];
  let from = 0;
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, from)) {
    if (at > from) {
      found.push({ text: text.slice(from, at), hit: false });
    }
    found.push({ text: text.slice(at, at + needle.length), hit: true });
    from = at + needle.length;
  }
  if (from < text.length) {
    found.push({ text: text.slice(from), hit: false });
  }
  return found;
}
