/** Figures of `/v1/stats`, as charts and lists need them. */

export const ENDS = ['succeeded', 'failed', 'timed_out', 'cancelled', 'expired'];

/** @param {any} series @returns {number[]} ends of all kinds, step by step */
export function sum(series) {
  if (!series) {
    return [];
  }
  return (series.succeeded ?? []).map((/** @type {number} */ _, /** @type {number} */ i) => ENDS.reduce((total, name) => total + (series[name]?.[i] ?? 0), 0));
}

/** The last step in which something ended, and how. @param {any} stats @param {any} series @param {number} now @returns {{status: string, time: string | null} | null} time is null in the step that has not ended */
export function lastEnd(stats, series, now = Date.now()) {
  const ends = sum(series);
  for (let i = ends.length - 1; i >= 0; i--) {
    if (ends[i] > 0) {
      const step = Date.parse(stats.time[i]) + stats.stepSeconds * 1000;
      const status = ENDS.reduce((most, name) => (series[name][i] > series[most][i] ? name : most), 'succeeded');
      return { status, time: step > now ? null : new Date(step).toISOString() };
    }
  }
  return null;
}

/**
 * Lays values on each other, so that the last list is the sum of all.
 * @param {number[][]} lists @returns {number[][]}
 */
export function stacked(lists) {
  /** @type {number[][]} */
  const result = [];
  lists.forEach((list, n) => result.push(list.map((value, i) => value + (n > 0 ? result[n - 1][i] : 0))));
  return result;
}

/** @param {string[]} times @returns {number[]} in seconds, as the chart reads them */
export const seconds = (times) => times.map((time) => Date.parse(time) / 1000);
