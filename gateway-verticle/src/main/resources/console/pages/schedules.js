import { html } from '../lib/html.js';
import { OUTCOMES, STATES_OF_TRIGGERS } from '../lib/event-words.js';
import { usePoll } from '../lib/poll.js';
import { local } from '../lib/time.js';
import { href, setQuery } from '../lib/url.js';
import { Ago } from '../parts/ago.js';
import { StateOf } from '../parts/badge.js';
import { Empty, Loading } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { PageHead } from '../parts/page-head.js';
import { Pager, usePages } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { Table } from '../parts/table.js';
import { Tabs } from '../parts/tabs.js';

/** What became of the newest time: lists of schedules do not have it. @param {{s: any}} props */
function LastTick({ s }) {
  const ticks = usePoll(`/v1/schedules/${s.id}/ticks`, { query: { limit: 1 }, every: () => 30_000 });
  const last = ticks.data?.items[0];
  return last ? html`<span class="row tight"><${StateOf} words=${OUTCOMES} state=${last.outcome} /><span class="muted"><${Ago}
      time=${last.nominalTime} /></span></span>` : html`<span class="muted">${ticks.data ? 'none yet' : '–'}</span>`;
}

/** @param {string} zone @returns {string} its last part, which is what differs */
const city = (zone) => zone.split('/').pop()?.replaceAll('_', ' ') ?? zone;

/** @type {import('../parts/table.js').Column[]} */
const COLUMNS = [
  { title: 'Name', cell: (s) => html`<a class="cut short" title=${s.name} href=${href('/schedules/' + s.name)}><strong>${s.name}</strong></a>` },
  { title: 'State', kind: 'fit', cell: (s) => html`<${StateOf} words=${STATES_OF_TRIGGERS} state=${s.state} />` },
  { title: 'Function', cell: (s) => html`<a class="cut short" href=${href('/functions/' + s.function.split('@')[0])}>${s.function}</a>` },
  { title: 'Times', cell: (s) => (s.at ? html`<span>once, ${local(s.at)}</span>` : html`<span class="row"><code class="nowrap">${s.cron}</code><span
      class="muted nowrap" title=${s.zone}>${city(s.zone)}</span></span>`) },
  { title: 'Last', kind: 'fit', cell: (s) => html`<${LastTick} s=${s} />` },
  { title: 'Next', kind: 'number fit', cell: (s) => html`<${Ago} time=${s.nextTime} none="none" />` },
];

/** @param {{query: URLSearchParams}} props */
export default function Schedules({ query }) {
  const state = query.get('state');
  const pages = usePages(query);
  const list = usePoll('/v1/schedules', { query: { limit: 25, state, function: query.get('function'), cursor: pages.cursor } });
  const rows = list.data?.items ?? [];
  const create = html`<a class="button primary" href=${href('/schedules/new')}><${Icon} name="plus" />New schedule</a>`;
  const tabs = [[null, 'All'], ...Object.entries(STATES_OF_TRIGGERS).map(([key, { word }]) => [key, word])];
  return html`
    <${PageHead} title="Schedules">${(rows.length > 0 || state) && create}<//>
    <${Tabs} label="State" tabs=${tabs.map(([key, word]) => ({ text: word, to: href('/schedules', { state: key, function: query.get('function') }), current: key === state }))} />
    ${query.get('function') && html`<div class="filters"><button type="button" class="small"
        onClick=${() => setQuery({ function: null, cursor: null })}>function ${query.get('function')} ×</button></div>`}
    <${Problem} error=${list.error} retry=${list.reload} />
    ${rows.length > 0 ? html`<${Table} label="Schedules" columns=${COLUMNS} rows=${rows} id=${(/** @type {any} */ s) => s.id}
        open=${(/** @type {any} */ s) => href('/schedules/' + s.name)} stale=${list.stale} />`
      : !list.data ? !list.error && html`<${Loading} what="Loading schedules" />`
      : state || query.get('function') ? html`<${Empty} title="No schedule matches" action=${html`<a class="button" href=${href('/schedules')}>Show all</a>`}>
          No schedule is in this state, or none is of this function.<//>`
      : html`<${Empty} title="No schedules yet" action=${create}>A schedule runs a function at the times of a pattern, or once at a time.<//>`}
    <${Pager} pages=${pages} next=${list.data?.next} />`;
}
