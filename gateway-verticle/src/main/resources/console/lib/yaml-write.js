/** Writes a document as YAML, in the form that yaml-read.js reads. */

const PLAIN = /^[A-Za-z_/][A-Za-z0-9_./@+-]*(?::[A-Za-z0-9_./@+-]+)*(?: [A-Za-z0-9_./@+-]+)*$/;
const WORDS = /^(?:true|false|null|yes|no|on|off|~)$/i;

/** @param {string} text */
function scalar(text) {
  return PLAIN.test(text) && !WORDS.test(text) ? text : JSON.stringify(text);
}

/** @param {string} text @param {string} indent */
function block(text, indent) {
  const chomp = text.endsWith('\n') ? '' : '-';
  const lines = (chomp === '' ? text.slice(0, -1) : text).split('\n');
  return `|${chomp}\n` + lines.map((line) => (line === '' ? '' : indent + line)).join('\n');
}

/** @param {unknown} value @param {string} indent of what is below it */
function inline(value, indent) {
  if (typeof value !== 'string') {
    return JSON.stringify(value ?? null);
  }
  const isBlock = value.includes('\n') && !/^[\s]|\r|\t|\n\n$/.test(value) && [...value].every((c) => c >= ' ' || c === '\n');
  return isBlock ? block(value, indent) : scalar(value);
}

/** @param {any} document @param {string} [indent] @returns {string} */
export function toYaml(document, indent = '') {
  if (Array.isArray(document)) {
    return document.map((item) => {
      if (typeof item === 'object' && item !== null && Object.keys(item).length > 0) {
        return `${indent}- ${toYaml(item, indent + '  ').slice(indent.length + 2)}`;
      }
      return `${indent}- ${inline(item, indent + '  ')}\n`;
    }).join('');
  }
  return Object.entries(document).map(([name, value]) => {
    const key = `${indent}${scalar(name)}:`;
    if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
      return `${key}\n${toYaml(value, indent + '  ')}`;
    }
    return `${key} ${inline(value, indent + '  ')}\n`;
  }).join('');
}
