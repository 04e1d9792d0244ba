import { targetOf } from '../lib/destination-fields.js';
import { EVENTS, stateOfDestination, STATES_OF_DESTINATIONS } from '../lib/event-words.js';
import { html } from '../lib/html.js';
import { usePoll } from '../lib/poll.js';
import { href } from '../lib/url.js';
import { StateOf } from '../parts/badge.js';
import { Empty, Loading } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { PageHead } from '../parts/page-head.js';
import { Pager, usePages } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { Rotate } from '../parts/rotate.js';
import { Table } from '../parts/table.js';

/** @param {string[]} events @returns {string} */
const eventsWord = (events) => (events.length === EVENTS.length ? 'all' : events.length === 1 ? events[0] : `${events[0]} and ${events.length - 1} more`);

/** @type {import('../parts/table.js').Column[]} */
const COLUMNS = [
  { title: 'Name', cell: (d) => html`<a class="cut short" title=${d.name} href=${href('/destinations/' + d.name)}><strong>${d.name}</strong></a>` },
  { title: 'State', kind: 'fit', cell: (d) => html`<${StateOf} words=${STATES_OF_DESTINATIONS} state=${stateOfDestination(d)} />` },
  { title: 'Kind', kind: 'fit', cell: (d) => html`<span class="muted">${d.kind}</span>` },
  { title: 'Sends to', cell: (d) => html`<code class="cut short" title=${targetOf(d)}>${targetOf(d)}</code>` },
  { title: 'Events', cell: (d) => html`<span class="cut short" title=${d.events.join(', ')}>${eventsWord(d.events)}</span>` },
  { title: 'Failures', kind: 'number fit', cell: (d) => html`<span class=${d.failures > 0 ? '' : 'muted'}>${d.failures}</span>` },
];

/** @param {{query: URLSearchParams}} props */
export default function Destinations({ query }) {
  const pages = usePages(query);
  const list = usePoll('/v1/destinations', { query: { limit: 50, cursor: pages.cursor } });
  const rows = list.data?.items ?? [];
  const create = html`<a class="button primary" href=${href('/destinations/new')}><${Icon} name="plus" />New destination</a>`;
  return html`
    <${PageHead} title="Destinations">
      <${Rotate} text="Callback secret" what="callback secret" path="/v1/callback-secret" secretOf=${(/** @type {any} */ data) => data.secret}>
        <p>It signs the requests to URLs that are given with a submit as its callback. Receivers need the new one.</p><//>
      ${rows.length > 0 && create}<//>
    <${Problem} error=${list.error} retry=${list.reload} />
    ${rows.length > 0 ? html`<${Table} label="Destinations" columns=${COLUMNS} rows=${rows} id=${(/** @type {any} */ d) => d.id}
        open=${(/** @type {any} */ d) => href('/destinations/' + d.name)} stale=${list.stale} />`
      : !list.data ? !list.error && html`<${Loading} what="Loading destinations" />`
      : html`<${Empty} title="No destinations yet" action=${create}>A destination gets an event when an activation ends: a request to a URL, a call of a function, or a message.<//>`}
    <${Pager} pages=${pages} next=${list.data?.next} />`;
}
