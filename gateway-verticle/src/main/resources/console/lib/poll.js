import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { send } from './api.js';
import { paused } from './live.js';
import { toQuery } from './url.js';

/** @typedef {{data: any, etag: string | null, error: any, stale: boolean, reload: () => void}} Poll */

/**
 * Reads a path again and again: every 2 s while something changes, else every 10 s, never while the tab is hidden.
 * Old data stays while new is on its way, and when a call fails.
 * @param {string | null} path null reads nothing
 * @param {{query?: Record<string, unknown>, every?: (data: any) => number}} [options] `every` gives milliseconds; 0 stops
 * @returns {Poll}
 */
export function usePoll(path, { query = {}, every = () => 10_000 } = {}) {
  const key = path === null ? null : path + toQuery(query);
  const [state, setState] = useState(/** @type {{path: string | null, key: string | null, data: any, etag: string | null, error: any}} */ ({ path, key, data: null, etag: null, error: null }));
  const turn = useRef({ every, reload: () => {} });
  turn.current.every = every;
  useEffect(() => {
    if (key === null) {
      return undefined;
    }
    const stop = new AbortController();
    let timer = 0;
    let busy = false;
    /** @type {any} */
    let last = { data: null, etag: null };
    const later = () => {
      clearTimeout(timer);
      const ms = turn.current.every(last.data);
      if (ms > 0 && !document.hidden) {
        timer = window.setTimeout(() => (paused.get() ? later() : read()), ms);
      }
    };
    const read = async () => {
      if (busy) {
        return;
      }
      busy = true;
      clearTimeout(timer);
      try {
        const headers = last.etag ? { 'If-None-Match': last.etag } : undefined;
        const answer = await send({ method: 'GET', path: key, headers }, stop.signal);
        last = answer.status === 304 ? last : { data: answer.data, etag: answer.etag };
        setState({ path, key, ...last, error: null });
      } catch (error) {
        if (stop.signal.aborted) {
          return;
        }
        setState((old) => ({ path, key, ...(last.data === null && old.path === path ? { data: old.data, etag: null } : last), error: /** @type {any} */ (error) }));
      }
      busy = false;
      later();
    };
    const look = () => !document.hidden && !paused.get() && read();
    turn.current.reload = read;
    document.addEventListener('visibilitychange', look);
    read();
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [key]);
  const mine = state.path === path && key !== null;
  const reload = useCallback(() => turn.current.reload(), []);
  return {
    data: mine ? state.data : null,
    etag: mine ? state.etag : null,
    error: mine && state.key === key && !(state.data !== null && state.error?.status === 0) ? state.error : null, // the banner says that it is away
    stale: mine && state.data !== null && (state.error !== null || state.key !== key),
    reload,
  };
}

/** Milliseconds between two readings. @param {boolean} changing */
export const pace = (changing) => (changing ? 2000 : 10_000);
