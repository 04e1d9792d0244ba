import { html } from '../lib/html.js';
import { href } from '../lib/url.js';
import { useActivations } from '../lib/use-activations.js';
import { activationColumns } from './activation-columns.js';
import { Empty, Loading } from './empty.js';
import { Problem } from './problem.js';
import { Table } from './table.js';

/** The newest activations of a trigger. @param {{trigger: string, what: string, children: any}} props `what` names the trigger; children say when there are some */
export function RecentActivations({ trigger, what, children }) {
  const { rows, fresh, show, list } = useActivations({ trigger, limit: 5 });
  return html`<section><div class="section-head"><h2>Activations</h2><div class="row">
      ${fresh > 0 && html`<button type="button" onClick=${show}>Show ${fresh} new</button>`}
      <a href=${href('/activations', { trigger })}>All of this ${what}</a></div></div>
    <${Problem} error=${list.error} retry=${list.reload} />
    ${rows.length > 0 ? html`<${Table} label="Activations" columns=${activationColumns({ withFunction: false })} rows=${rows}
        id=${(/** @type {any} */ a) => a.activationId} open=${(/** @type {any} */ a) => href('/activations/' + a.activationId)} stale=${list.stale} />`
      : !list.data ? !list.error && html`<${Loading} />` : html`<${Empty} title="None yet">${children}<//>`}</section>`;
}
