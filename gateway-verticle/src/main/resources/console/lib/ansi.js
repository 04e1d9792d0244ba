/** Colours of terminals in a line of text. Other sequences are removed, never interpreted. */

/** @typedef {{text: string, classes: string}} Piece */

// CSI, OSC and other strings, then single escapes and control characters other than tabs.
const SEQUENCE = /\x1b\[([0-9;:]*)m|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-Z\\-~]?|[\x00-\x08\x0b-\x1f\x7f]/g;

const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/** @param {string} text @returns {string} */
export const stripped = (text) => (CONTROL.test(text) ? text.replace(SEQUENCE, '') : text);

/** @param {string} codes @param {{bold: boolean, dim: boolean, italic: boolean, under: boolean, colour: number | null}} style */
function apply(codes, style) {
  const numbers = codes.split(/[;:]/).map((code) => Number(code || '0'));
  for (let i = 0; i < numbers.length; i++) {
    const n = numbers[i];
    if (n === 0) {
      Object.assign(style, { bold: false, dim: false, italic: false, under: false, colour: null });
    } else if (n === 1) {
      style.bold = true;
    } else if (n === 2) {
      style.dim = true;
    } else if (n === 3) {
      style.italic = true;
    } else if (n === 4) {
      style.under = true;
    } else if (n === 22) {
      style.bold = false;
      style.dim = false;
    } else if (n === 23) {
      style.italic = false;
    } else if (n === 24) {
      style.under = false;
    } else if (n === 39) {
      style.colour = null;
    } else if ((n >= 30 && n <= 37) || (n >= 90 && n <= 97)) {
      style.colour = n % 10;
    } else if (n === 38 || n === 48) {
      const ofPalette = numbers[i + 1] === 5;
      if (n === 38 && ofPalette && numbers[i + 2] < 16) {
        style.colour = numbers[i + 2] % 8;
      }
      i += ofPalette ? 2 : 4; // other colours are too many to be readable on both themes
    }
  }
}

/** @param {string} text a line @returns {Piece[]} */
export function pieces(text) {
  if (!CONTROL.test(text)) {
    return [{ text, classes: '' }];
  }
  const style = { bold: false, dim: false, italic: false, under: false, colour: /** @type {number | null} */ (null) };
  /** @type {Piece[]} */
  const found = [];
  const push = (/** @type {string} */ part) => {
    if (part !== '') {
      const names = [style.bold && 'ansi-b', style.dim && 'ansi-d', style.italic && 'ansi-i', style.under && 'ansi-u', style.colour !== null && `ansi-${style.colour}`];
      found.push({ text: part, classes: names.filter(Boolean).join(' ') });
    }
  };
  let from = 0;
  for (const sequence of text.matchAll(SEQUENCE)) {
    push(text.slice(from, sequence.index));
    if (sequence[1] !== undefined) {
      apply(sequence[1], style);
    }
    from = /** @type {number} */ (sequence.index) + sequence[0].length;
  }
  push(text.slice(from));
  return found;
}
