import { useEffect, useState } from 'preact/hooks';
import { send } from './api.js';

/**
 * How many things a job would work on, as the platform counts them now.
 * @param {import('./api.js').Action} action that makes the job
 */
export function useMatched(action) {
  const [found, setFound] = useState(/** @type {{matched: number | null, error: any}} */ ({ matched: null, error: null }));
  useEffect(() => {
    const stop = new AbortController();
    send({ ...action, body: { .../** @type {any} */ (action.body), dryRun: true } }, stop.signal).then(
      ({ data }) => setFound({ matched: data.matched, error: null }),
      (error) => !stop.signal.aborted && setFound({ matched: null, error }),
    );
    return () => stop.abort();
  }, []);
  return found;
}
