import { useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { useKeys } from '../lib/keys.js';
import { navigate } from '../lib/url.js';

/**
 * @typedef {object} Column
 * @property {string} title shown above the column, and in front of the value on narrow screens
 * @property {(row: any) => any} cell
 * @property {'number' | 'fit' | 'number fit'} [kind]
 */

/**
 * A table that becomes cards on narrow screens. `j` and `k` choose a row, Enter opens it.
 * @param {{label: string, columns: Column[], rows: any[], id: (row: any) => string, open?: (row: any) => string,
 *     stale?: boolean, keys?: (row: any) => Record<string, [string, () => void]>}} props `keys` are those of the chosen row
 */
export function Table({ label, columns, rows, id, open, stale = false, keys: own }) {
  const [chosen, setChosen] = useState(/** @type {string | null} */ (null));
  /** @type {import('preact/hooks').MutableRef<any>} */
  const body = useRef(null);
  const index = rows.findIndex((row) => id(row) === chosen);
  const move = (/** @type {number} */ by) => {
    const next = Math.max(0, Math.min(rows.length - 1, index < 0 ? 0 : index + by));
    if (rows[next]) {
      setChosen(id(rows[next]));
      body.current?.children[next]?.scrollIntoView({ block: 'nearest' });
    }
  };
  /** @type {Record<string, [string, () => void]>} */
  const keys = { j: ['Next row', () => move(1)], k: ['Previous row', () => move(-1)] };
  if (index >= 0) {
    Object.assign(keys, own?.(rows[index]));
  }
  if (open && index >= 0) {
    keys.Enter = ['Open the row', () => navigate(open(rows[index]))];
  }
  useKeys(keys);
  return html`<div class="table-wrap"><table class=${'table' + (stale ? ' stale' : '')} aria-label=${label}>
    <thead><tr>${columns.map((column) => html`<th scope="col" class=${column.kind ?? ''}>${column.title}</th>`)}</tr></thead>
    <tbody ref=${body}>${rows.map((row) => html`<tr key=${id(row)} class=${id(row) === chosen ? 'chosen' : ''}>
      ${columns.map((column) => html`<td class=${column.kind ?? ''} data-label=${column.title}>${column.cell(row)}</td>`)}
    </tr>`)}</tbody>
  </table></div>`;
}
