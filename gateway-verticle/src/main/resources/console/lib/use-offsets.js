import { useMemo, useRef } from 'preact/hooks';
import { offsets } from './virtual.js';

/**
 * The offsets of a log's lines. While it grows, only the new lines are measured.
 * @param {import('./log-text.js').LogText} log @param {number[] | null} index the lines that are shown; null for all
 * @param {(line: number) => number} rowsOf @param {string} shape changes when all lines must be measured again @param {unknown} version
 */
export function useOffsets(log, index, rowsOf, shape, version) {
  const last = useRef({ log: /** @type {any} */ (null), shape: '', dropped: 0, settled: 0, sums: /** @type {Float64Array} */ (new Float64Array(1)) });
  return useMemo(() => {
    const old = last.current;
    const grows = index === null && old.log === log && old.shape === shape && old.dropped === log.dropped;
    const sums = offsets(index ? index.length : log.count, rowsOf, grows ? old.sums : undefined, grows ? old.settled : 0);
    last.current = { log: index === null ? log : null, shape, dropped: log.dropped, settled: log.settled, sums };
    return sums;
  }, [log, index, shape, version]);
}
