import { html } from '../lib/html.js';
import { shown } from '../lib/diff.js';

/** Changes by field, the old value and the new one. @param {{changes: import('../lib/diff.js').Change[], from?: string, to?: string}} props */
export function DiffView({ changes, from = 'Old', to = 'New' }) {
  if (changes.length === 0) {
    return html`<p class="muted">Nothing differs.</p>`;
  }
  return html`<table class="diff"><thead><tr><th scope="col">Field</th><th scope="col">${from}</th><th scope="col">${to}</th></tr></thead>
    <tbody>${changes.map((change) => html`<tr key=${change.field}><td><code>${change.field}</code></td>
      <td><del>${shown(change.from)}</del></td><td><ins>${shown(change.to)}</ins></td></tr>`)}</tbody></table>`;
}
