/** Times and durations as people read them. */

/** @param {number | null | undefined} ms @returns {string} such as `840 ms`, `3.2 s`, `4 min 10 s`, `2 h 5 min` */
export function duration(ms) {
  if (ms === null || ms === undefined || Number.isNaN(ms)) {
    return '–';
  }
  if (ms < 1000) {
    return `${Math.round(ms)} ms`;
  }
  if (ms < 9_950) {
    return `${(ms / 1000).toFixed(1)} s`;
  }
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const units = [[86_400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  const first = units.findIndex(([size]) => seconds >= Number(size));
  const [size, name] = units[first];
  const whole = Math.floor(seconds / Number(size));
  const [smaller, smallerName] = units[first + 1];
  const part = Math.floor((seconds % Number(size)) / Number(smaller));
  return part === 0 ? `${whole} ${name}` : `${whole} ${name} ${part} ${smallerName}`;
}

/** @param {string} time @param {number} now @returns {string} such as `12 s ago` or `in 3 min` */
export function ago(time, now = Date.now()) {
  const ms = now - Date.parse(time);
  if (Math.abs(ms) < 2000) {
    return 'now';
  }
  const rough = Math.abs(ms) < 60_000 ? duration(Math.floor(Math.abs(ms) / 1000) * 1000).replace(/\.\d/, '') : duration(Math.abs(ms)).split(' ').slice(0, 2).join(' ');
  return ms < 0 ? `in ${rough}` : `${rough} ago`;
}

/** @param {string | null} time @returns {string} in the zone of the browser, to the second */
export function local(time) {
  if (!time) {
    return '–';
  }
  const date = new Date(time);
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** @param {string} time @param {string} zone @returns {string} as a clock in that zone shows it, such as `Mon, 7 Dec, 09:00:00` */
export function inZone(time, zone) {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(new Date(time));
  } catch {
    return local(time); // a zone that this browser does not know
  }
}

/** @param {string} time @returns {string} such as `14:03:07.120` */
export function clock(time) {
  const date = new Date(time);
  return local(time).slice(11) + '.' + String(date.getMilliseconds()).padStart(3, '0');
}

export const RANGES = { '1h': 3_600_000, '6h': 21_600_000, '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000, '90d': 7_776_000_000 };

/**
 * The range of time in a query: `since` and `until`, or `range` before now.
 * @param {URLSearchParams} query @param {keyof RANGES} fallback @param {number} now
 * @returns {{since: string, until: string | null, name: string}} until is null for now
 */
export function range(query, fallback, now = Date.now()) {
  const since = query.get('since');
  if (since && !Number.isNaN(Date.parse(since))) {
    return { since, until: query.get('until'), name: 'custom' };
  }
  const name = /** @type {keyof RANGES} */ (query.get('range') ?? fallback);
  const known = Object.hasOwn(RANGES, name) ? name : fallback;
  return { since: new Date(Math.floor((now - RANGES[known]) / 60_000) * 60_000).toISOString(), until: null, name: known };
}
