import { html } from '../lib/html.js';

/** @type {Record<string, string>} paths on a grid of 16 */
const PATHS = {
  home: 'M2.5 7 8 2.5 13.5 7v6.5h-4v-4h-3v4h-4z',
  box: 'M8 1.8 13.6 5v6L8 14.2 2.4 11V5zM2.6 5.1 8 8.2l5.4-3.1M8 8.2v6',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01',
  key: 'M9.5 6.5 14 2m-2 2 1.5 1.5M10 10a3.5 3.5 0 1 1-5-5 3.5 3.5 0 0 1 5 5z',
  user: 'M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14c.6-2.6 2.8-4 5.5-4s4.9 1.4 5.5 4',
  clock: 'M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4zM8 4.5V8l2.3 1.6',
  play: 'M5 3.2v9.6L12.6 8z',
  check: 'M3 8.5 6.5 12 13 4.5',
  cross: 'm4 4 8 8m0-8-8 8',
  timer: 'M8 14.2a5.2 5.2 0 1 0 0-10.4 5.2 5.2 0 0 0 0 10.4zM6.2 1.8h3.6M8 6v3.2',
  stop: 'M3.8 3.8h8.4v8.4H3.8z',
  hourglass: 'M4 2h8M4 14h8M5 2c0 4 6 4 6 6s-6 2-6 6m6-12c0 4-6 4-6 6s6 2 6 6',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zm3.3-1.2 3.4 3.4',
  pause: 'M5.2 3v10m5.6-10v10',
  plus: 'M8 3v10M3 8h10',
  warn: 'M8 2 14.4 13.4H1.6zM8 6.4v3.2m0 1.8v.01',
  down: 'm4 6 4 4 4-4',
  bolt: 'M9 1.5 3 9h4.2L6.5 14.5 13 7H8.6z',
  hook: 'M11 2v6.5a3.5 3.5 0 1 1-7 0V8l2 2M11 2h-.01',
  send: 'M14 2 7 9m7-7-4.6 12L7 9 2 6.6z',
  lock: 'M3.5 7h9v6.5h-9zM5.5 7V5a2.5 2.5 0 0 1 5 0v2',
  layers: 'M8 2 14 5 8 8 2 5zM2 8l6 3 6-3M2 11l6 3 6-3',
  gear: 'M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 1.8v2m0 8.4v2M1.8 8h2m8.4 0h2M3.6 3.6 5 5m6 6 1.4 1.4m0-8.8L11 5m-6 6-1.4 1.4',
};

/** A picture that a word beside it explains. @param {{name: string}} props */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${PATHS[name] ?? PATHS.box} /></svg>`;
}
