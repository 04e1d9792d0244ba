import { useState } from 'preact/hooks';
import { STATES_OF_BATCHES, stateOfBatch } from '../lib/event-words.js';
import { html } from '../lib/html.js';
import { pace, usePoll } from '../lib/poll.js';
import { isLive, STATES } from '../lib/status.js';
import { duration } from '../lib/time.js';
import { href, setQuery } from '../lib/url.js';
import { ShortId } from '../parts/activation-columns.js';
import { Ago } from '../parts/ago.js';
import { Badge, StateOf } from '../parts/badge.js';
import { CopyButton } from '../parts/copy-as.js';
import { Empty, Loading } from '../parts/empty.js';
import { JobConfirm } from '../parts/job-confirm.js';
import { PageHead } from '../parts/page-head.js';
import { Pager, usePages } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { Progress } from '../parts/progress.js';
import { Table } from '../parts/table.js';
import { Tabs } from '../parts/tabs.js';

/** @param {{b: any}} props */
function Facts({ b }) {
  return html`<dl class="facts">
    <dt>Function</dt><dd>${b.function ? html`<a href=${href('/functions/' + b.function.name)}>${b.function.name}</a>, revision ${b.function.revision}`
      : 'those of the activations that a job ran again'}</dd>
    <dt>Items</dt><dd>${b.size === null ? 'not known yet' : b.size.toLocaleString('en')}${b.rejected > 0 && `, ${b.rejected.toLocaleString('en')} refused`}</dd>
    <dt>Submitted</dt><dd><${Ago} time=${b.createdAt} /></dd>
    ${b.endedAt && html`<dt>Ended</dt><dd><${Ago} time=${b.endedAt} />, after ${duration(Date.parse(b.endedAt) - Date.parse(b.createdAt))}</dd>`}
    <dt>Id</dt><dd class="copied"><code class="cut">${b.batchId}</code><${CopyButton} text=${b.batchId} what="the id" /></dd>
  </dl>`;
}

/** @type {import('../parts/table.js').Column[]} */
const COLUMNS = [
  { title: 'Item', kind: 'number fit', cell: (i) => i.index.toLocaleString('en') },
  { title: 'State', kind: 'fit', cell: (i) => html`<${Badge} status=${i.status} />` },
  { title: 'Activation', kind: 'fit', cell: (i) => html`<${ShortId} id=${i.activationId} />` },
  { title: 'Why', cell: (i) => i.reason && html`<span class="muted">${i.reason.replaceAll('_', ' ')}</span>` },
];

/** @param {{b: any, query: URLSearchParams, live: boolean}} props */
function Items({ b, query, live }) {
  const pages = usePages(query);
  const status = query.get('status');
  const list = usePoll(`/v1/batches/${b.batchId}/items`, { query: { limit: 50, status, cursor: pages.cursor }, every: () => pace(live) });
  const rows = list.data?.items ?? [];
  const shown = Object.keys(STATES).filter((state) => b.counts[state] > 0 || state === status);
  const tabs = [null, ...shown].map((state) => ({
    text: state === null ? 'All' : STATES[state].word, to: href('/batches/' + b.batchId, { status: state }), current: state === status,
    count: state === null ? null : b.counts[state] ?? 0,
  }));
  return html`<section class="stack"><div class="section-head"><h2>Items</h2><a href=${href('/activations', { batch: b.batchId, range: '90d' })}>Their times and tags</a></div>
    <${Tabs} label="States" tabs=${tabs} />
    <${Problem} error=${list.error} retry=${list.reload} />
    ${rows.length > 0 ? html`<${Table} label="Items" columns=${COLUMNS} rows=${rows} id=${(/** @type {any} */ i) => i.activationId}
        open=${(/** @type {any} */ i) => href('/activations/' + i.activationId)} stale=${list.stale} />`
      : !list.data ? !list.error && html`<${Loading} what="Loading items" />`
      : html`<${Empty} title=${status ? 'No item is in this state' : 'No item was accepted'} action=${status && html`<button type="button"
          onClick=${() => setQuery({ status: null, cursor: null })}>Show all</button>`}>Accepted items appear here about a second later.<//>`}
    <${Pager} pages=${pages} next=${list.data?.next} /></section>`;
}

const jobOf = (/** @type {string} */ action, /** @type {any} */ filter) => ({ method: 'POST', path: '/v1/jobs', body: { action, filter } });

/** @param {{id: string, query: URLSearchParams}} props */
export default function BatchPage({ id, query }) {
  const batch = usePoll('/v1/batches/' + encodeURIComponent(id), { every: (data) => pace(data !== null && !data.endedAt) });
  const [asked, setAsked] = useState(/** @type {'cancel' | 'replay' | null} */ (null));
  const b = batch.data;
  const counts = b?.counts ?? {};
  const live = b !== null && !b.endedAt;
  const lost = ['failed', 'timed_out', 'expired'].filter((status) => counts[status] > 0);
  return html`
    <${PageHead} title=${html`Batch <span class="muted mono">…${id.slice(-8)}</span>`} name=${`Batch …${id.slice(-8)}`} crumbs=${[['Batches', '/batches']]}
        badge=${b && html`<${StateOf} words=${STATES_OF_BATCHES} state=${stateOfBatch(b)} />`}>
      ${lost.length > 0 && html`<button type="button" onClick=${() => setAsked('replay')}>Run what failed again</button>`}
      ${Object.keys(counts).some(isLive) && html`<button type="button" class="danger" onClick=${() => setAsked('cancel')}>Cancel the rest</button>`}
    <//>
    <${Problem} error=${batch.error} retry=${batch.reload} />
    ${b?.state === 'incomplete' && html`<p class="note warn">The request that submitted it was cut off. Sending it again with the same key completes it.</p>`}
    ${b?.rejected > 0 && html`<p class="note">Refused items are not listed here: the answer to the request named each of them with its reason.</p>`}
    ${!b ? !batch.error && html`<${Loading} what="Loading the batch" />` : html`<section class="panel stack"><h2>Progress</h2>
        <${Progress} of=${b.accepted ?? b.size ?? 0} parts=${Object.keys(STATES).map((state) => ({ word: STATES[state].word, like: state, count: counts[state] ?? 0 }))} />
        <${Facts} b=${b} /></section>
      <${Items} b=${{ ...b, counts }} query=${query} live=${live} />`}
    ${asked === 'cancel' && html`<${JobConfirm} title="Cancel the rest of the batch?" text="Cancel them" kind="danger" onClose=${() => setAsked(null)}
        action=${jobOf('cancel', { batch: id })}><p>What has not started never starts, and what runs is stopped.</p><//>`}
    ${asked === 'replay' && html`<${JobConfirm} title="Run what failed again?" text="Run again" onClose=${() => setAsked(null)}
        action=${jobOf('replay', { batch: id, status: lost })}><p>They become items of a new batch; those of this one stay as they are.</p><//>`}`;
}
