import { useEffect, useRef, useState } from 'preact/hooks';
import { fetchAction, get } from './api.js';
import { announce } from './live.js';
import { Output } from './output.js';
import { STATES } from './status.js';
import { follow } from './stream.js';

/** @param {string} path @returns {Promise<Uint8Array>} */
async function readBytes(path) {
  const response = await fetchAction({ method: 'GET', path, headers: { Accept: '*/*' } });
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * The record and the output of an activation. Pieces are collected, and drawn once a frame.
 * @param {string} id
 * @returns {{record: any, output: Output, version: number, line: 'open' | 'lost' | 'ended' | 'failed', error: any, complete: boolean, reload: () => void}}
 */
export function useActivation(id) {
  const path = '/v1/activations/' + encodeURIComponent(id);
  const [state, setState] = useState(/** @type {{record: any, version: number, line: any, error: any, complete: boolean}} */ ({ record: null, version: 0, line: 'open', error: null, complete: false }));
  const [turn, setTurn] = useState(0);
  const output = useRef(new Output());
  useEffect(() => {
    output.current = new Output();
    const own = output.current;
    let record = /** @type {any} */ (null);
    let frame = 0;
    let current = true;
    const draw = (/** @type {object} */ change = {}) => current && setState((old) => ({ ...old, record, version: old.version + 1, ...change }));
    const later = () => {
      frame ||= requestAnimationFrame(() => { frame = 0; draw(); });
    };
    const finish = async () => {
      try { // a stream of what ended long ago has no output, and lists have no result
        record = await get(path);
        if (own.received.stderr < record.logBytes || own.received.stdout < record.resultBytes) {
          own.reset();
          if (record.logBytes > 0) {
            own.bytes(await readBytes(path + '/logs'), 'stderr', null);
          }
          if (record.resultBytes > 0) {
            own.bytes(await readBytes(path + '/result'), 'stdout', null);
          }
        }
        draw({ complete: true, line: 'ended', error: null });
      } catch (error) {
        draw({ complete: true, line: 'ended', error });
      }
    };
    const stop = follow(path + '/events', {
      onEvent: ({ event, data }) => {
        if (event === 'state') {
          const next = JSON.parse(data);
          if (record && record.status !== next.status) {
            announce(STATES[next.status]?.word ?? next.status);
          }
          record = next;
          own.state(record);
        } else if (event === 'output' || event === 'log') {
          own.piece(JSON.parse(data));
        }
        later();
      },
      onState: (line, error) => (line === 'ended' ? finish() : draw({ line, error: error ?? null })),
    });
    return () => { current = false; cancelAnimationFrame(frame); stop(); };
  }, [id, turn]);
  return { ...state, output: output.current, reload: () => setTurn(turn + 1) };
}
