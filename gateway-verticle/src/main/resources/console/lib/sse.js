/** @typedef {{id: string | null, event: string, data: string}} ServerEvent */

/**
 * Reads server-sent events (WHATWG HTML, 9.2) from pieces of text that may be cut anywhere.
 * @param {(event: ServerEvent) => void} onEvent
 */
export function createParser(onEvent) {
  let rest = '';
  /** @type {string[]} */
  let data = [];
  /** @type {string | null} */
  let id = null;
  let event = 'message';
  /** @param {string} line */
  const take = (line) => {
    if (line === '') {
      if (data.length > 0) {
        onEvent({ id, event, data: data.join('\n') });
      }
      data = [];
      id = null;
      event = 'message';
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (field === 'data') {
      data.push(value);
    } else if (field === 'event') {
      event = value;
    } else if (field === 'id' && !value.includes('\0')) {
      id = value;
    }
  };
  return {
    /** @param {string} text */
    push(text) {
      rest += text;
      let from = 0;
      for (;;) {
        const end = rest.slice(from).search(/[\r\n]/) + from;
        if (end < from) {
          break;
        }
        if (rest[end] === '\r' && end === rest.length - 1) {
          break; // its line feed may come with the next piece
        }
        take(rest.slice(from, end));
        from = end + (rest[end] === '\r' && rest[end + 1] === '\n' ? 2 : 1);
      }
      rest = rest.slice(from);
    },
  };
}
