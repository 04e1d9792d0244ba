/** Follows an activation's server-sent events by `fetch`, and goes on after a lost connection without a gap. */
import { ApiError, fetchAction, reachable } from './api.js';
import { createParser } from './sse.js';

const FIRST_DELAY_MS = 500;
const LAST_DELAY_MS = 15_000;
const QUIET_MS = 45_000; // a comment comes every 15 s: a stream that is quieter is dead

/** @param {number} failures in a row @param {number} random in [0, 1) @returns {number} milliseconds until the next try */
export function delay(failures, random = Math.random()) {
  const full = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures);
  return full / 2 + (full / 2) * random;
}

/** @param {number} ms @param {AbortSignal} signal */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => { clearTimeout(timer); resolve(undefined); }, { once: true });
  });
}

/** Waits while the tab is hidden: browsers allow six connections to a host. @param {AbortSignal} signal */
function visible(signal) {
  return new Promise((resolve) => {
    const look = () => {
      if (!document.hidden || signal.aborted) {
        document.removeEventListener('visibilitychange', look);
        resolve(undefined);
      }
    };
    document.addEventListener('visibilitychange', look);
    signal.addEventListener('abort', look, { once: true });
    look();
  });
}

/**
 * @param {string} path
 * @param {{onEvent: (event: import('./sse.js').ServerEvent) => void, onState: (state: 'open' | 'lost' | 'ended' | 'failed', error?: unknown) => void}} handlers
 * @returns {() => void} stops following
 */
export function follow(path, { onEvent, onState }) {
  const stop = new AbortController();
  let lastId = '';
  let failures = 0;
  let ended = false;

  async function connect() {
    const connection = new AbortController();
    const close = () => connection.abort();
    const hide = () => document.hidden && close();
    stop.signal.addEventListener('abort', close, { once: true });
    document.addEventListener('visibilitychange', hide);
    let quiet = setTimeout(close, QUIET_MS);
    try {
      const headers = { Accept: 'text/event-stream', ...(lastId ? { 'Last-Event-ID': lastId } : {}) };
      const response = await fetchAction({ method: 'GET', path, headers }, connection.signal);
      if (response.status === 204 || !response.body) {
        ended = true;
        return;
      }
      onState('open');
      const parser = createParser((event) => {
        failures = 0;
        lastId = event.id ?? lastId;
        ended ||= event.event === 'end';
        onEvent(event);
      });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done || ended) {
          return;
        }
        clearTimeout(quiet);
        quiet = setTimeout(close, QUIET_MS);
        parser.push(value);
      }
    } finally {
      clearTimeout(quiet);
      close();
      stop.signal.removeEventListener('abort', close);
      document.removeEventListener('visibilitychange', hide);
    }
  }

  async function run() {
    while (!ended && !stop.signal.aborted) {
      await visible(stop.signal);
      try {
        await connect();
      } catch (error) {
        if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429) {
          onState('failed', error); // asking again does not change the answer
          return;
        }
      }
      if (ended || stop.signal.aborted) {
        break;
      }
      if (!document.hidden) {
        onState('lost');
        await pause(delay(failures++), stop.signal);
      }
    }
    if (ended) {
      reachable.set(true);
      onState('ended');
    }
  }
  run();
  return () => stop.abort();
}
