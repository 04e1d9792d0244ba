/** The charts of a function, of a user or of the platform, as lists of lines. */
import { ENDS, stacked } from './stats.js';
import { STATES } from './status.js';

/** @typedef {{label: string, colour: string, values: (number | null)[], raw?: (number | null)[], area?: boolean}} ChartLine colour: the name of a token */
/** @typedef {{id: string, title: string, unit: 'count' | 'ms', lines: ChartLine[]}} ChartData */

const COLOURS = ['failed', 'timed-out', 'expired', 'accent', 'queued', 'succeeded'];

/** @param {any} stats of `/v1/stats` @param {number | null} limit of what runs @returns {ChartData[]} */
export function charts(stats, limit = null) {
  const s = stats.series;
  const kinds = ENDS.filter((name) => name === 'succeeded' || s[name].some((/** @type {number} */ n) => n > 0));
  const layers = stacked(kinds.map((name) => s[name]));
  /** @type {ChartLine[]} the sum first, so that the lower ones cover it */
  const ends = kinds.map((name, i) => ({ label: STATES[name].word, colour: name.replace('_', '-'), values: layers[i], raw: s[name], area: true })).reverse();
  const reasons = Object.entries(stats.reasons ?? {}).filter(([, values]) => /** @type {number[]} */ (values).some((n) => n > 0));
  const counted = [...ends, { label: 'Submitted', colour: 'text', values: s.submitted }];
  const running = [{ label: 'Queued (max)', colour: 'queued', values: s.queuedMax ?? [] }, { label: 'Running (mean)', colour: 'accent', values: s.runningMean ?? [] }];
  return [
    { id: 'ends', title: 'Submitted and ended', unit: 'count', lines: counted },
    { id: 'load', title: 'Queued and running', unit: 'count', lines: limit === null ? running : [...running, { label: 'Limit', colour: 'control', values: s.submitted.map(() => limit) }] },
    { id: 'wait', title: 'Time in the queue', unit: 'ms', lines: [{ label: 'p50', colour: 'accent', values: s.waitMs.p50 }, { label: 'p95', colour: 'timed-out', values: s.waitMs.p95 }] },
    { id: 'run', title: 'Time of the command', unit: 'ms', lines: [{ label: 'p50', colour: 'accent', values: s.runMs.p50 }, { label: 'p95', colour: 'timed-out', values: s.runMs.p95 }] },
    ...(reasons.length > 0 ? [{
      id: 'reasons', title: 'Failures by reason', unit: /** @type {const} */ ('count'),
      lines: reasons.map(([name, values], i) => ({ label: name.replaceAll('_', ' '), colour: COLOURS[i % COLOURS.length], values: /** @type {number[]} */ (values) })),
    }] : []),
  ];
}

/** @param {ChartData} chart @returns {boolean} whether there is anything to draw */
export function hasValues(chart) {
  return chart.lines.some((line) => line.colour !== 'control' && line.values.some((value) => value !== null && value > 0));
}
