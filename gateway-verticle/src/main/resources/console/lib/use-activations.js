import { useEffect, useState } from 'preact/hooks';
import { held } from './hold.js';
import { pace, usePoll } from './poll.js';
import { isLive } from './status.js';
import { toQuery } from './url.js';

const idOf = (/** @type {any} */ row) => row.activationId;

/**
 * A page of activations that does not move by itself: new ones are counted until they are asked for.
 * @param {Record<string, unknown>} query @param {string} [path] of the list
 */
export function useActivations(query, path = '/v1/activations') {
  const key = toQuery(query);
  const [shown, setShown] = useState({ key, rows: /** @type {any[]} */ ([]), full: false });
  const list = usePoll(path, { query, every: (data) => pace(data?.items.some((/** @type {any} */ a) => isLive(a.status)) ?? false) });
  const latest = list.stale && !list.error ? null : list.data?.items ?? null;
  const mine = shown.key === key && shown.full;
  const { rows, fresh } = latest === null ? { rows: shown.rows, fresh: 0 } : mine ? held(shown.rows, latest, idOf) : { rows: latest, fresh: 0 };
  useEffect(() => {
    if (latest !== null) {
      setShown({ key, rows, full: true });
    }
  }, [list.data, key, latest === null]);
  const show = () => setShown({ key, rows: latest ?? rows, full: latest !== null });
  return { rows, fresh, show, list, next: list.data?.next ?? null };
}
