import { html } from '../lib/html.js';

const WIDTH = 96;
const HEIGHT = 20;

/** A small line without axes; its label says the numbers that matter. @param {{values: (number | null)[], label: string}} props */
export function Sparkline({ values, label }) {
  const top = Math.max(1, ...values.map((value) => value ?? 0));
  if (!values.some((value) => (value ?? 0) > 0)) {
    return html`<span class="muted" aria-label=${label}>–</span>`;
  }
  const x = (/** @type {number} */ i) => (2 + (i / Math.max(1, values.length - 1)) * (WIDTH - 4)).toFixed(1);
  const y = (/** @type {number} */ value) => (HEIGHT - 2 - (value / top) * (HEIGHT - 4)).toFixed(1);
  let path = '';
  let pen = 'M';
  /** @type {any[]} single values, which a line would not show */
  const dots = [];
  values.forEach((value, i) => {
    if (value === null) {
      pen = 'M';
    } else if (pen === 'M' && (values[i + 1] ?? null) === null) {
      dots.push(html`<circle cx=${x(i)} cy=${y(value)} r="2" />`);
    } else {
      path += `${pen}${x(i)} ${y(value)}`;
      pen = 'L';
    }
  });
  return html`<svg class="spark" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${label}><title>${label}</title><path
      d=${path} />${dots}</svg>`;
}
