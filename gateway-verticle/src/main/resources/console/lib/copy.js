/** Shows an action as text that does the same: curl, the client, plain HTTP. */
import { toQuery } from './url.js';

/** @param {string} text @returns {string} one word of a POSIX shell */
export function quote(text) {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** @param {import('./api.js').Action} action @returns {string | null} */
function bodyOf(action) {
  if (action.body === undefined) {
    return null;
  }
  return typeof action.body === 'string' && action.type === 'text/plain' ? action.body : JSON.stringify(action.body, null, 2);
}

/** @param {import('./api.js').Action} action @returns {[string, string][]} */
function headersOf(action) {
  /** @type {[string, string][]} */
  const headers = Object.entries(action.headers ?? {});
  if (action.body !== undefined) {
    headers.push(['Content-Type', action.type ?? 'application/json']);
  }
  return headers;
}

/** @param {import('./api.js').Action} action @param {string} origin */
export function asCurl(action, origin) {
  const words = ['curl', '-sS', ...(action.method === 'GET' ? [] : ['-X', action.method])];
  const lines = [words.join(' ') + ' ' + quote(origin + action.path + toQuery(action.query ?? {})), '-H "Authorization: Bearer $FAAS_TOKEN"'];
  for (const [name, value] of headersOf(action)) {
    lines.push(`-H ${quote(`${name}: ${value}`)}`);
  }
  const body = bodyOf(action);
  if (body !== null) {
    lines.push(`--data-raw ${quote(body)}`);
  }
  return lines.join(' \\\n  ');
}

/** @param {import('./api.js').Action} action */
export function asCli(action) {
  const lines = [`faas api ${action.method} ${quote(action.path + toQuery(action.query ?? {}))}`];
  for (const [name, value] of headersOf(action)) {
    if (value !== 'application/json') {
      lines.push(`-H ${quote(`${name}: ${value}`)}`);
    }
  }
  const body = bodyOf(action);
  if (body !== null) {
    lines.push(`-d ${quote(body)}`);
  }
  return lines.join(' \\\n  ');
}

/** @param {import('./api.js').Action} action @param {string} host */
export function asHttp(action, host) {
  const head = [`${action.method} ${action.path}${toQuery(action.query ?? {})} HTTP/1.1`, `Host: ${host}`, 'Authorization: Bearer TOKEN'];
  for (const [name, value] of headersOf(action)) {
    head.push(`${name}: ${value}`);
  }
  return head.join('\n') + '\n\n' + (bodyOf(action) ?? '');
}

/** Copies a text. @param {string} text @returns {Promise<boolean>} false on plain HTTP, where a field is shown instead */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
