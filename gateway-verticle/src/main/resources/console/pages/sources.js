import { STATES_OF_SOURCES } from '../lib/event-words.js';
import { html } from '../lib/html.js';
import { pace, usePoll } from '../lib/poll.js';
import { href } from '../lib/url.js';
import { StateOf } from '../parts/badge.js';
import { Empty, Loading } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { PageHead } from '../parts/page-head.js';
import { Pager, usePages } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { Table } from '../parts/table.js';

/** @type {import('../parts/table.js').Column[]} */
const COLUMNS = [
  { title: 'Name', cell: (s) => html`<a class="cut short" title=${s.name} href=${href('/sources/' + s.name)}><strong>${s.name}</strong></a>` },
  { title: 'State', kind: 'fit', cell: (s) => html`<${StateOf} words=${STATES_OF_SOURCES} state=${s.state} />` },
  { title: 'Function', cell: (s) => html`<a class="cut short" href=${href('/functions/' + s.function.split('@')[0])}>${s.function}</a>` },
  { title: 'Subject', cell: (s) => html`<code class="cut short" title=${s.subject}>${s.subject}</code>` },
  { title: 'Waiting', kind: 'number fit', cell: (s) => (s.lag === null ? html`<span class="muted">–</span>` : s.lag.toLocaleString('en')) },
  { title: 'Last error', cell: (s) => s.lastError && html`<span class="cut short muted" title=${s.lastError}>${s.lastError}</span>` },
];

/** @param {{query: URLSearchParams}} props */
export default function Sources({ query }) {
  const pages = usePages(query);
  const list = usePoll('/v1/sources', { query: { limit: 50, cursor: pages.cursor }, every: (data) => pace(data?.items.some((/** @type {any} */ s) => s.lag > 0 && s.state === 'running') ?? false) });
  const rows = list.data?.items ?? [];
  const create = html`<a class="button primary" href=${href('/sources/new')}><${Icon} name="plus" />New source</a>`;
  return html`
    <${PageHead} title="Sources">${rows.length > 0 && create}<//>
    <${Problem} error=${list.error} retry=${list.reload} />
    ${rows.length > 0 ? html`<${Table} label="Sources" columns=${COLUMNS} rows=${rows} id=${(/** @type {any} */ s) => s.id}
        open=${(/** @type {any} */ s) => href('/sources/' + s.name)} stale=${list.stale} />`
      : !list.data ? !list.error && html`<${Loading} what="Loading sources" />`
      : html`<${Empty} title="No sources yet" action=${create}>A source runs a function for each message that is published on its subject.<//>`}
    <${Pager} pages=${pages} next=${list.data?.next} />`;
}
