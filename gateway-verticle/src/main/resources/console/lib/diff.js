/** Differences between two documents, field by field. */

/** @typedef {{field: string, from: unknown, to: unknown}} Change */

/** Of a function, what the platform keeps and a user does not write. */
export const READ_ONLY = ['id', 'owner', 'revision', 'imageDigest', 'createdAt', 'updatedAt', 'paused'];

/** @param {unknown} value @returns {boolean} */
const isMap = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param {unknown} a @param {unknown} b @returns {boolean} */
export function same(a, b) {
  if (isMap(a) && isMap(b)) {
    const names = new Set([...Object.keys(/** @type {object} */ (a)), ...Object.keys(/** @type {object} */ (b))]);
    return [...names].every((name) => same(/** @type {any} */ (a)[name], /** @type {any} */ (b)[name]));
  }
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * @param {any} from @param {any} to @param {string} [path] @returns {Change[]} undefined stands for what is absent
 */
export function changes(from, to, path = '') {
  if (isMap(from) && isMap(to)) {
    const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return names
      .filter((name) => path !== '' || !READ_ONLY.includes(name))
      .flatMap((name) => changes(from[name], to[name], path === '' ? name : `${path}.${name}`));
  }
  return same(from, to) ? [] : [{ field: path, from, to }];
}

/** @param {any} document @param {string} path such as `limits.memoryMb` @returns {any} */
export function at(document, path) {
  return path.split('.').reduce((value, name) => value?.[name], document);
}

/** @param {any} document @param {string} path @param {unknown} value @returns {any} a copy with the value; undefined removes it */
export function withValue(document, path, value) {
  const [name, ...rest] = path.split('.');
  const copy = { ...(document ?? {}) };
  const changed = rest.length > 0 ? withValue(copy[name], rest.join('.'), value) : value;
  if (changed === undefined || (rest.length > 0 && Object.keys(changed).length === 0)) {
    delete copy[name];
  } else {
    copy[name] = changed;
  }
  return copy;
}

/** Makes the changes from `base` to `mine` on another document. @param {any} base @param {any} mine @param {any} theirs */
export function rebase(base, mine, theirs) {
  return changes(base, mine).reduce((document, { field, to }) => withNested(document, field, base, mine, to), theirs);
}

/** A name in `env` or `labels` may contain dots, so such maps are taken whole. */
function withNested(/** @type {any} */ document, /** @type {string} */ field, /** @type {any} */ base, /** @type {any} */ mine, /** @type {unknown} */ to) {
  const top = field.split('.')[0];
  if (top === 'env' || top === 'labels') {
    const map = { ...document[top] };
    const name = field.slice(top.length + 1);
    if (name === '') {
      return withValue(document, top, mine[top]);
    }
    if (to === undefined) {
      delete map[name];
    } else {
      map[name] = to;
    }
    return { ...document, [top]: map };
  }
  return withValue(document, field, to);
}

/** @param {unknown} value @returns {string} as a diff shows it */
export function shown(value) {
  return value === undefined || value === null ? '(none)' : typeof value === 'string' ? value : JSON.stringify(value);
}
