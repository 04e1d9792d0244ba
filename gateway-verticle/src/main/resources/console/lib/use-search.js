import { useEffect, useState } from 'preact/hooks';
import { searchLines } from './search.js';

/**
 * @param {number} count @param {(index: number) => string} lineAt @param {unknown} version changes with the lines
 */
export function useSearch(count, lineAt, version) {
  const [wanted, setWanted] = useState('');
  const [found, setFound] = useState({ hits: /** @type {number[]} */ ([]), done: true });
  const [at, setAt] = useState(0);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (wanted === '') {
      setFound({ hits: [], done: true });
      return undefined;
    }
    return searchLines(count, lineAt, wanted, (hits, done) => setFound({ hits, done }));
  }, [wanted, version]);
  const type = (/** @type {string} */ text) => {
    setAt(0);
    setTurn(turn + 1);
    setWanted(text);
  };
  const go = (/** @type {number} */ by) => {
    const { length } = found.hits;
    setAt(length === 0 ? 0 : (at + by + length) % length);
    setTurn(turn + 1);
  };
  const line = wanted !== '' && found.hits.length > 0 ? found.hits[Math.min(at, found.hits.length - 1)] : null;
  return { wanted, setWanted: type, ...found, at: Math.min(at, Math.max(0, found.hits.length - 1)), go, line, turn };
}
