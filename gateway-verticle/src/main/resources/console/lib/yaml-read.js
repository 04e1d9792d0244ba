/** Reads the YAML that definitions are written in: maps, lists, scalars, block texts, and JSON. No tags, anchors or merges. */

/** @typedef {{indent: number, text: string, number: number}} Row */

export class YamlError extends Error {
  /** @param {string} what @param {number} line */
  constructor(what, line) {
    super(`Line ${line}: ${what}`);
  }
}

const KEY = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'#[\]{},&*!|>%@`-][^#]*?|-[^\s#][^#]*?)\s*:(?:\s+(.*)|)$/;

/** Removes a comment that is not inside quotes. @param {string} text */
function uncommented(text) {
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quote !== '') {
      if (c === '\\' && quote === '"') {
        i++;
      } else if (c === quote) {
        quote = '';
      }
    } else if ((c === '"' || c === "'") && (i === 0 || /[\s[{,:]/.test(text[i - 1]))) {
      quote = c;
    } else if (c === '#' && (i === 0 || /\s/.test(text[i - 1]))) {
      return text.slice(0, i).trimEnd();
    }
  }
  return text.trimEnd();
}

/** @param {string} text @param {number} line @returns {any} */
function scalar(text, line) {
  if (text === '' || text === '~' || text === 'null') {
    return null;
  }
  if (text.startsWith('"') || text.startsWith('[') || text.startsWith('{')) {
    try {
      return JSON.parse(text);
    } catch {
      const list = /^\[\s*([^"'[\]{}]*?)\s*\]$/.exec(text);
      if (list) {
        return list[1] === '' ? [] : list[1].split(',').map((item) => scalar(item.trim(), line));
      }
      throw new YamlError('write it in quotes or brackets as JSON has them', line);
    }
  }
  if (text.startsWith("'")) {
    if (!/^'(?:[^']|'')*'$/.test(text)) {
      throw new YamlError("a ' is missing", line);
    }
    return text.slice(1, -1).replaceAll("''", "'");
  }
  if (/^[&*!%@`|>]/.test(text)) {
    throw new YamlError(`${text[0]} is not supported here`, line);
  }
  if (/^(?:true|false)$/.test(text)) {
    return text === 'true';
  }
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

/** @param {string} source @returns {any} */
export function fromYaml(source) {
  const raw = source.split(/\r?\n/);
  let at = 0;
  /** @returns {Row | null} the next row with content; it is not taken */
  const peek = () => {
    for (; at < raw.length; at++) {
      const text = uncommented(raw[at]);
      if (text.trim() !== '' && text !== '---') {
        const indent = text.length - text.trimStart().length;
        if (text.slice(0, indent).includes('\t')) {
          throw new YamlError('indent by spaces, not tabs', at + 1);
        }
        return { indent, text: text.trim(), number: at + 1 };
      }
    }
    return null;
  };
  /** @param {string} head @param {number} parent @returns {string} a block text after `|` or `>` */
  const block = (head, parent) => {
    /** @type {string[]} */
    const lines = [];
    let indent = -1;
    for (; at < raw.length; at++) {
      const own = raw[at].length - raw[at].trimStart().length;
      if (raw[at].trim() !== '' && own <= parent) {
        break;
      }
      indent = indent < 0 && raw[at].trim() !== '' ? own : indent;
      lines.push(indent < 0 ? '' : raw[at].slice(indent));
    }
    const kept = lines.join('\n').replace(/\n+$/, '');
    const text = head.startsWith('>') ? kept.replace(/([^\n])\n(?=[^\n])/g, '$1 ') : kept;
    return head.includes('-') ? text : text + '\n';
  };
  /** @param {string} text @param {number} indent @param {number} line */
  const valueOf = (text, indent, line) => {
    if (/^[|>][+-]?$/.test(text)) {
      return block(text, indent);
    }
    if (text !== '') {
      return scalar(text, line);
    }
    const next = peek();
    return next && (next.indent > indent || (next.indent === indent && /^- |^-$/.test(next.text))) ? node(next.indent) : null;
  };
  /** @param {number} indent @returns {any} */
  const node = (indent) => {
    const first = /** @type {Row} */ (peek());
    const isList = /^-(?:\s|$)/.test(first.text);
    /** @type {any} */
    const result = isList ? [] : {};
    for (let row = peek(); row && row.indent === indent && /^-(?:\s|$)/.test(row.text) === isList; row = peek()) {
      if (isList) {
        const rest = row.text.slice(1).trimStart();
        if (KEY.test(rest) || /^-\s/.test(rest)) { // a map or list that begins in the row of its dash
          const inner = indent + row.text.length - rest.length;
          raw[at] = ' '.repeat(inner) + rest;
          result.push(node(inner));
        } else {
          at++;
          result.push(valueOf(rest, indent + 1, row.number));
        }
        continue;
      }
      const found = KEY.exec(row.text);
      if (!found) {
        throw new YamlError('write `name: value`', row.number);
      }
      const name = String(/^["']/.test(found[1]) ? scalar(found[1], row.number) : found[1]);
      if (Object.hasOwn(result, name)) {
        throw new YamlError(`${name} is there twice`, row.number);
      }
      at++;
      Object.defineProperty(result, name, { value: valueOf(found[2] ?? '', indent, row.number), enumerable: true, writable: true, configurable: true });
    }
    const after = peek();
    if (after && after.indent > indent) {
      throw new YamlError('it is indented too far', after.number);
    }
    return result;
  };
  const start = peek();
  if (!start) {
    return {};
  }
  if (/^[[{]/.test(start.text)) {
    return scalar(raw.map(uncommented).join('\n').trim(), start.number);
  }
  const document = node(start.indent);
  const rest = peek();
  if (rest) {
    throw new YamlError('it is indented too little', rest.number);
  }
  return document;
}
