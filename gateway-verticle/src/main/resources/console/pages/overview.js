import { html } from '../lib/html.js';
import { pace, usePoll } from '../lib/poll.js';
import { ENDS } from '../lib/stats.js';
import { href } from '../lib/url.js';
import { useActivations } from '../lib/use-activations.js';
import { activationColumns } from '../parts/activation-columns.js';
import { Charts } from '../parts/charts.js';
import { FirstSteps } from '../parts/first-steps.js';
import { PageHead } from '../parts/page-head.js';
import { Problem } from '../parts/problem.js';
import { RangePicker } from '../parts/range-picker.js';
import { activationKeys } from '../parts/row-actions.js';
import { Table } from '../parts/table.js';

/** @param {{load: any, totals: any}} props */
function Tiles({ load, totals }) {
  const failed = totals ? ENDS.slice(1).filter((name) => name !== 'cancelled').reduce((sum, name) => sum + totals[name], 0) : null;
  const shown = (/** @type {number | null | undefined} */ n) => (n === null || n === undefined ? '–' : n.toLocaleString('en'));
  return html`<div class="tiles">
    <a class="tile" href=${href('/activations', { status: 'queued' })}><span class="muted">Queued</span><strong>${shown(load?.queued)}</strong></a>
    <a class="tile" href=${href('/activations', { status: 'running' })}><span class="muted">Running</span><strong>${shown(load?.running)}</strong></a>
    <div class="tile"><span class="muted">Slots in use</span><strong>${load ? `${load.slots - load.free} of ${load.slots}` : '–'}</strong></div>
    <a class="tile" href=${href('/activations', { status: ['failed', 'timed_out', 'expired'], range: '1h' })}><span
        class="muted">Failed in the last hour</span><strong>${shown(failed)}</strong></a>
  </div>`;
}

/** @param {{title: string, query: Record<string, unknown>, none: string, all: string}} props */
function Newest({ title, query, none, all }) {
  const list = useActivations(query);
  return html`<section><div class="section-head"><h2>${title}</h2><div class="row">
      ${list.fresh > 0 && html`<button type="button" class="small" onClick=${list.show}>Show ${list.fresh} new</button>`}<a
          href=${all}>All</a></div></div>
    <${Problem} error=${list.list.error} retry=${list.list.reload} />
    ${list.rows.length > 0 ? html`<${Table} label=${title} columns=${activationColumns().filter((column) => column.title !== 'Tags')}
        rows=${list.rows}
        id=${(/** @type {any} */ a) => a.activationId} open=${(/** @type {any} */ a) => href('/activations/' + a.activationId)}
            keys=${(/** @type {any} */ a) => activationKeys(a.activationId)} stale=${list.list.stale} />`
      : list.list.data && html`<p class="muted">${none}</p>`}
  </section>`;
}

/** @param {{query: URLSearchParams}} props */
export default function Overview({ query }) {
  const load = usePoll('/v1/stats/now', { every: (data) => pace(data?.queued + data?.running > 0) });
  const hour = usePoll('/v1/stats');
  const functions = usePoll('/v1/functions', { query: { limit: 1 } });
  const none = functions.data?.items.length === 0;
  const head = html`<${PageHead} title="Overview">${!none && html`<${RangePicker} query=${query} fallback="1h" />`}<//>`;
  if (none) {
    return html`${head}<${FirstSteps} />`;
  }
  return html`${head}
    <${Problem} error=${load.error} retry=${load.reload} />
    <${Tiles} load=${load.data} totals=${hour.data?.totals} />
    <${Charts} query=${query} of=${{}} only=${['ends', 'load', 'wait', 'run']} />
    <${Newest} title="Newest failures" query=${{ status: ['failed', 'timed_out', 'expired'], limit: 5 }} none="Nothing has failed."
        all=${href('/activations', { status: ['failed', 'timed_out', 'expired'] })} />
    <${Newest} title="Waiting now" query=${{ status: 'queued', limit: 5 }} none="Nothing waits."
        all=${href('/activations', { status: 'queued' })} />`;
}
