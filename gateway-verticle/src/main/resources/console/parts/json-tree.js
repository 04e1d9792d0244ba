import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';

const MANY = 100; // more children are shown by a button

/** @param {unknown} value */
function leaf(value) {
  const kind = typeof value === 'string' ? 'text' : typeof value === 'number' ? 'num' : 'word';
  return html`<span class=${kind}>${JSON.stringify(value)}</span>`;
}

/** @param {{name: string | null, value: any, deep: number}} props */
function Node({ name, value, deep }) {
  const [open, setOpen] = useState(deep < 3);
  const [shown, setShown] = useState(MANY);
  const label = name === null ? '' : html`<span class="name">${name}: </span>`;
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
    return html`<div>${label}${typeof value === 'object' && value !== null ? (Array.isArray(value) ? '[]' : '{}') : leaf(value)}</div>`;
  }
  const entries = Object.entries(value);
  const text = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return html`<details open=${open} onToggle=${(/** @type {any} */ e) => { e.stopPropagation(); setOpen(e.currentTarget.open); }}>
    <summary>${label}<span class="muted">${text}</span></summary>
    ${open && html`<div class="inner">${entries.slice(0, shown).map(([key, each]) => html`<${Node} key=${key} name=${key} value=${each}
        deep=${deep + 1} />`)}
      ${entries.length > shown && html`<button type="button" class="small"
          onClick=${() => setShown(shown + 1000)}>${entries.length - shown} more</button>`}</div>`}
  </details>`;
}

/** JSON that can be folded. @param {{value: unknown}} props */
export function JsonTree({ value }) {
  return html`<div class="tree"><${Node} name=${null} value=${value} deep=${0} /></div>`;
}
