import { useState } from 'preact/hooks';
import { send } from './api.js';
import { toast } from './live.js';

/**
 * Sends what a button does, confirms it, and keeps what was refused for the page to show.
 * @param {() => void} [after] when it is done
 */
export function useAct(after) {
  const [error, setError] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);
  /** @param {import('./api.js').Action} action @param {string} [done] @returns {Promise<any>} what came back; null if it was refused */
  const act = async (action, done) => {
    setBusy(true);
    try {
      const { data } = await send(action);
      setError(null);
      if (done) {
        toast(done);
      }
      after?.();
      return data ?? {};
    } catch (failure) {
      setError(failure);
      return null;
    } finally {
      setBusy(false);
    }
  };
  return { act, busy, error };
}
