import { useEffect, useState } from 'preact/hooks';

/**
 * A value that can be observed.
 * @template T
 * @param {T} initial
 */
export function createStore(initial) {
  let value = initial;
  const listeners = new Set();
  return {
    get: () => value,
    /** @param {T | ((old: T) => T)} next */
    set(next) {
      const changed = typeof next === 'function' ? /** @type {Function} */ (next)(value) : next;
      if (Object.is(changed, value)) {
        return;
      }
      value = changed;
      for (const listener of [...listeners]) {
        listener(value);
      }
    },
    /** @param {(value: T) => void} listener @returns {() => void} ends the subscription */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Renders again when the store's value changes. @template T @param {{get: () => T, subscribe: Function}} store @returns {T} */
export function useStore(store) {
  const [, render] = useState(0);
  useEffect(() => {
    render((n) => n + 1); // it may have changed since the first rendering
    return store.subscribe(() => render((n) => n + 1));
  }, [store]);
  return store.get();
}
