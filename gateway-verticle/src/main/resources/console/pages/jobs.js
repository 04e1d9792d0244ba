import { JOB_ACTIONS, STATES_OF_JOBS } from '../lib/event-words.js';
import { html } from '../lib/html.js';
import { pace, usePoll } from '../lib/poll.js';
import { href } from '../lib/url.js';
import { Ago } from '../parts/ago.js';
import { StateOf } from '../parts/badge.js';
import { Empty, Loading } from '../parts/empty.js';
import { JobFilter } from '../parts/job-filter.js';
import { PageHead } from '../parts/page-head.js';
import { Pager, usePages } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { SmallProgress } from '../parts/progress.js';
import { Table } from '../parts/table.js';

/** @type {import('../parts/table.js').Column[]} */
const COLUMNS = [
  { title: 'Job', kind: 'fit', cell: (j) => html`<a class="mono" title=${j.jobId} href=${href('/jobs/' + j.jobId)}>…${j.jobId.slice(-8)}</a>` },
  { title: 'State', kind: 'fit', cell: (j) => html`<${StateOf} words=${STATES_OF_JOBS} state=${j.state} />` },
  { title: 'It does', kind: 'fit', cell: (j) => JOB_ACTIONS[j.action] ?? j.action },
  { title: 'Of what', cell: (j) => html`<${JobFilter} filter=${j.filter} />` },
  { title: 'Done', kind: 'fit', cell: (j) => html`<span class="row"><${SmallProgress} of=${j.matched} done=${j.done} failed=${j.failed}
      label=${`${j.done} done, ${j.failed} failed of ${j.matched}`} /><span>${j.done.toLocaleString('en')}<span
      class="muted"> of ${Math.max(j.matched, j.done + j.failed).toLocaleString('en')}</span></span></span>` },
  { title: 'Failed', kind: 'number fit', cell: (j) => (j.failed === 0 ? html`<span class="muted">0</span>` : j.failed.toLocaleString('en')) },
  { title: 'Made', kind: 'number fit', cell: (j) => html`<span class="muted"><${Ago} time=${j.createdAt} /></span>` },
];

/** @param {{query: URLSearchParams}} props */
export default function Jobs({ query }) {
  const pages = usePages(query);
  const list = usePoll('/v1/jobs', { query: { limit: 50, cursor: pages.cursor }, every: (data) => pace(data?.items.some((/** @type {any} */ j) => !j.endedAt) ?? false) });
  const rows = list.data?.items ?? [];
  return html`
    <${PageHead} title="Jobs" />
    <${Problem} error=${list.error} retry=${list.reload} />
    ${rows.length > 0 ? html`<${Table} label="Jobs" columns=${COLUMNS} rows=${rows} id=${(/** @type {any} */ j) => j.jobId}
        open=${(/** @type {any} */ j) => href('/jobs/' + j.jobId)} stale=${list.stale} />`
      : !list.data ? !list.error && html`<${Loading} what="Loading jobs" />`
      : html`<${Empty} title="No jobs in the last 30 days" action=${html`<a class="button" href=${href('/dead-letters')}>Go to the dead letters</a>`}>
          A job cancels, replays or sends again all that a filter selects, in the background. The pages of batches and dead letters make one, and <code>faas job</code>.<//>`}
    <${Pager} pages=${pages} next=${list.data?.next} />`;
}
