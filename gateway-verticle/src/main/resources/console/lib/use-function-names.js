import { useEffect, useState } from 'preact/hooks';
import { get } from './api.js';

/** The names of the functions, for what offers them; none until they are known. */
export function useFunctionNames() {
  const [names, setNames] = useState(/** @type {string[]} */ ([]));
  useEffect(() => {
    const stop = new AbortController();
    get('/v1/functions', { limit: 100 }, stop.signal).then((page) => setNames(page.items.map((/** @type {any} */ f) => f.name)), () => undefined);
    return () => stop.abort();
  }, []);
  return names;
}
