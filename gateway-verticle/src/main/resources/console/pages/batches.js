import { STATES_OF_BATCHES, stateOfBatch } from '../lib/event-words.js';
import { html } from '../lib/html.js';
import { pace, usePoll } from '../lib/poll.js';
import { href } from '../lib/url.js';
import { Ago } from '../parts/ago.js';
import { StateOf } from '../parts/badge.js';
import { Empty, Loading } from '../parts/empty.js';
import { PageHead } from '../parts/page-head.js';
import { Pager, usePages } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { Table } from '../parts/table.js';

const count = (/** @type {number | null} */ n) => (n === null ? html`<span class="muted">–</span>` : n.toLocaleString('en'));

/** @type {import('../parts/table.js').Column[]} */
const COLUMNS = [
  { title: 'Batch', kind: 'fit', cell: (b) => html`<a class="mono" title=${b.batchId} href=${href('/batches/' + b.batchId)}>…${b.batchId.slice(-8)}</a>` },
  { title: 'State', kind: 'fit', cell: (b) => html`<${StateOf} words=${STATES_OF_BATCHES} state=${stateOfBatch(b)} />` },
  { title: 'Function', cell: (b) => (b.function ? html`<a class="cut" href=${href('/functions/' + b.function.name)}>${b.function.name}</a>`
    : html`<span class="muted">of a job</span>`) },
  { title: 'Items', kind: 'number fit', cell: (b) => count(b.size) },
  { title: 'Accepted', kind: 'number fit', cell: (b) => count(b.accepted) },
  { title: 'Refused', kind: 'number fit', cell: (b) => count(b.rejected) },
  { title: 'Submitted', kind: 'number fit', cell: (b) => html`<span class="muted"><${Ago} time=${b.createdAt} /></span>` },
  { title: 'Ended', kind: 'number fit', cell: (b) => html`<span class="muted"><${Ago} time=${b.endedAt} /></span>` },
];

/** @param {{query: URLSearchParams}} props */
export default function Batches({ query }) {
  const pages = usePages(query);
  const list = usePoll('/v1/batches', { query: { limit: 50, cursor: pages.cursor }, every: (data) => pace(data?.items.some((/** @type {any} */ b) => !b.endedAt) ?? false) });
  const rows = list.data?.items ?? [];
  return html`
    <${PageHead} title="Batches" />
    <${Problem} error=${list.error} retry=${list.reload} />
    ${rows.length > 0 ? html`<${Table} label="Batches" columns=${COLUMNS} rows=${rows} id=${(/** @type {any} */ b) => b.batchId}
        open=${(/** @type {any} */ b) => href('/batches/' + b.batchId)} stale=${list.stale} />`
      : !list.data ? !list.error && html`<${Loading} what="Loading batches" />`
      : html`<${Empty} title="No batches yet" action=${html`<code>faas invoke NAME --batch FILE</code>`}>
          A batch is many activations that were submitted together. The client makes one of the lines of a file; a job that runs things again makes one, too.<//>`}
    <${Pager} pages=${pages} next=${list.data?.next} />`;
}
