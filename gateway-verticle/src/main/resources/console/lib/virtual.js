/** Which rows of a long list are in the document. */

/** @param {string} text @returns {number} columns that it takes at most; a tab takes up to 8, a wide character 2 */
export function columnsOf(text) {
  if (/^[ -~]*$/.test(text)) {
    return text.length;
  }
  let columns = 0;
  for (const character of text) {
    columns += character === '\t' ? 8 : character < '\u1100' ? 1 : 2;
  }
  return columns;
}

/**
 * Heights in rows of equal height, where a wrapped line takes several.
 * @param {number} count @param {(index: number) => number} rowsOf
 * @param {Float64Array} [known] sums of before, which hold for the first `from` lines; they are written over
 * @returns {Float64Array} the row at which each line begins, and the sum at the end
 */
export function offsets(count, rowsOf, known = new Float64Array(0), from = 0) {
  const room = known.buffer.byteLength / Float64Array.BYTES_PER_ELEMENT;
  let sums = new Float64Array(known.buffer);
  if (room <= count) {
    sums = new Float64Array(2 * count + 1);
    sums.set(known.subarray(0, from + 1));
  }
  for (let i = from; i < count; i++) {
    sums[i + 1] = sums[i] + rowsOf(i);
  }
  return sums.subarray(0, count + 1);
}

/** @param {Float64Array} sums @param {number} row @returns {number} the line that covers this row */
export function lineAt(sums, row) {
  let low = 0;
  let high = Math.max(0, sums.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (sums[middle] <= row) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

/**
 * @param {Float64Array} sums @param {number} top in pixels @param {number} height in pixels @param {number} rowHeight @param {number} spare rows
 * @returns {{from: number, to: number}} lines, `to` exclusive
 */
export function visibleLines(sums, top, height, rowHeight, spare = 12) {
  const count = sums.length - 1;
  if (count === 0) {
    return { from: 0, to: 0 };
  }
  const from = lineAt(sums, Math.max(0, top / rowHeight - spare));
  const to = lineAt(sums, (top + height) / rowHeight + spare) + 1;
  return { from, to: Math.min(count, Math.max(to, from + 1)) };
}
