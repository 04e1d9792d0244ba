/** The URL holds all state of a page: this module reads and writes it. */
import { createStore } from './store.js';

export const PREFIX = '/console';

/** @typedef {{path: string, query: URLSearchParams}} Place */

/** @param {string} pathname @returns {string} the path below the prefix, without a slash at its end */
export function below(pathname) {
  const path = pathname.startsWith(PREFIX) ? pathname.slice(PREFIX.length) : pathname;
  return path.replace(/\/+$/, '') || '/';
}

/**
 * Matches a path with a pattern such as `/functions/:name`.
 * @param {string} pattern @param {string} path @returns {Record<string, string> | null} the named parts
 */
export function match(pattern, path) {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) {
    return null;
  }
  /** @type {Record<string, string>} */
  const parts = {};
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i].startsWith(':')) {
      try {
        parts[wanted[i].slice(1)] = decodeURIComponent(given[i]);
      } catch {
        return null; // no proper escape: no page has this path
      }
      if (given[i] === '') {
        return null;
      }
    } else if (wanted[i] !== given[i]) {
      return null;
    }
  }
  return parts;
}

/**
 * Builds a query; what is null, undefined, empty or false is left out, and a list is repeated.
 * @param {Record<string, unknown>} values @returns {string} with its `?`, or an empty text
 */
export function toQuery(values) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== null && each !== undefined && each !== '' && each !== false) {
        query.append(name, String(each));
      }
    }
  }
  const text = query.toString();
  return text === '' ? '' : '?' + text;
}

const inBrowser = typeof window !== 'undefined';

/** @returns {Place} */
function read() {
  return inBrowser
    ? { path: below(window.location.pathname), query: new URLSearchParams(window.location.search) }
    : { path: '/', query: new URLSearchParams() };
}

export const place = createStore(read());

/** Whether a page was opened by a link, so that its heading takes the focus. */
export let navigated = false;

/** The address of a page, with the project that is looked at. @param {string} path @param {Record<string, unknown>} [values] */
export function href(path, values = {}) {
  return PREFIX + (path === '/' ? '' : path) + toQuery({ project: place.get().query.get('project'), ...values });
}

/** @param {string} to an address as `href` makes it @param {boolean} [replace] */
export function navigate(to, replace = false) {
  const url = new URL(to, window.location.href);
  navigated ||= below(url.pathname) !== place.get().path;
  window.history[replace ? 'replaceState' : 'pushState'](null, '', url.pathname + url.search);
  const moved = below(url.pathname) !== place.get().path;
  place.set(read());
  if (moved) {
    window.scrollTo(0, 0);
  }
}

/** Changes parts of the query of this page. @param {Record<string, unknown>} changes @param {boolean} [replace] */
export function setQuery(changes, replace = false) {
  /** @type {Record<string, unknown>} */
  const values = {};
  for (const name of new Set(place.get().query.keys())) {
    values[name] = place.get().query.getAll(name);
  }
  navigate(PREFIX + (place.get().path === '/' ? '' : place.get().path) + toQuery({ ...values, ...changes }), replace);
}

/** Follows links of the console without loading the page again. */
export function followLinks() {
  window.addEventListener('popstate', () => place.set(read()));
  document.addEventListener('click', (event) => {
    const link = /** @type {Element} */ (event.target).closest?.('a[href]');
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) {
      return;
    }
    const { origin, pathname, href: to } = /** @type {HTMLAnchorElement} */ (link);
    const ours = origin === window.location.origin && (pathname === PREFIX || pathname.startsWith(PREFIX + '/'));
    if (ours && !link.hasAttribute('download') && !link.getAttribute('target')) {
      event.preventDefault();
      navigate(to);
    }
  });
}
