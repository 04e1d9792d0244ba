/** Bytes: their size in words, their kind, their conversion. */

/** @param {number | null | undefined} n @returns {string} such as `512 B`, `1.5 kB`, `16 MB` */
export function size(n) {
  if (n === null || n === undefined) {
    return '–';
  }
  let value = n;
  let unit = 0;
  while (value >= 999.5 && unit < 3) {
    value /= 1000;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${['B', 'kB', 'MB', 'GB'][unit]}`;
}

/** @param {string} base64 @returns {Uint8Array} */
export function decode(base64) {
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
}

/** @type {[string, number[]][]} */
const MAGIC = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
];

/** @param {Uint8Array} bytes @returns {string | null} the type of an image that is shown; SVG is none, since it may have scripts */
export function imageType(bytes) {
  for (const [type, magic] of MAGIC) {
    if (magic.every((byte, i) => bytes[i] === byte)) {
      return type;
    }
  }
  const word = (/** @type {number} */ at) => String.fromCharCode(...bytes.subarray(at, at + 4));
  return bytes.length > 12 && word(0) === 'RIFF' && word(8) === 'WEBP' ? 'image/webp' : null;
}

const JSON_LIMIT = 2_000_000; // a larger tree is slow to fold and of no use to read

/**
 * Finds out how a result is shown.
 * @param {Uint8Array} bytes
 * @returns {{kind: 'empty' | 'image' | 'json' | 'text' | 'binary', type?: string, text?: string, value?: unknown}}
 */
export function classify(bytes) {
  if (bytes.length === 0) {
    return { kind: 'empty' };
  }
  const type = imageType(bytes);
  if (type) {
    return { kind: 'image', type };
  }
  let text;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { kind: 'binary' };
  }
  if (text.includes('\0')) {
    return { kind: 'binary' };
  }
  if (text.length <= JSON_LIMIT && /^\s*[[{]/.test(text)) {
    try {
      return { kind: 'json', text, value: JSON.parse(text) };
    } catch {
      return { kind: 'text', text };
    }
  }
  return { kind: 'text', text };
}

/** Lets the browser store bytes as a file. @param {Uint8Array} bytes @param {string} name */
export function download(bytes, name) {
  const url = URL.createObjectURL(new Blob([/** @type {BlobPart} */ (bytes)], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
