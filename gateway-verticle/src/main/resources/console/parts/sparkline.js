import { html } from '../lib/html.js';

/** A small line without axes; its label says the numbers that matter. @param {{values: (number | null)[], label: string}} props */
export function Sparkline({ values, label }) {
  const known = values.filter((value) => value !== null);
  const top = Math.max(1, ...known.map(Number));
  if (known.length === 0 || known.every((value) => value === 0)) {
    return html`<span class="muted" aria-label=${label}>–</span>`;
  }
  let path = '';
  let pen = 'M';
  values.forEach((value, i) => {
    if (value === null) {
      pen = 'M';
      return;
    }
    const alone = (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null;
    path += `${alone ? 'M' : pen}${((i / Math.max(1, values.length - 1)) * 96).toFixed(1)} ${(19 - (value / top) * 17).toFixed(1)}`;
    path += alone ? 'l.1 0' : ''; // a dot
    pen = 'L';
  });
  return html`<svg class="spark" viewBox="0 0 96 20" preserveAspectRatio="none" role="img" aria-label=${label}><title>${label}</title><path d=${path} /></svg>`;
}
