import { html } from '../lib/html.js';
import { pace, usePoll } from '../lib/poll.js';
import { duration } from '../lib/time.js';
import { href, setQuery } from '../lib/url.js';
import { lastEnd, sum } from '../lib/stats.js';
import { Ago } from '../parts/ago.js';
import { Badge, Mark } from '../parts/badge.js';
import { Empty, Loading } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { PageHead } from '../parts/page-head.js';
import { Pager, usePages } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { Sparkline } from '../parts/sparkline.js';
import { Table } from '../parts/table.js';

/** A function that the client made for one command and that goes when it is idle. @param {any} f */
const isAdHoc = (f) => f.idleTtlSeconds !== null && f.idleTtlSeconds !== undefined;

/** @param {any} load @param {any} stats @returns {import('../parts/table.js').Column[]} */
function columnsOf(load, stats) {
  const now = (/** @type {any} */ f) => load?.functions.find((/** @type {any} */ each) => each.id === f.id);
  const series = (/** @type {any} */ f) => stats?.functions?.[f.id]?.series;
  return [
    { title: 'Name', cell: (f) => html`<span class="row"><a href=${href('/functions/' + f.name)}><strong>${f.name}</strong></a>
      ${f.paused && html`<${Mark} like="timed_out" icon="pause">Paused<//>`}</span>` },
    { title: 'Image', cell: (f) => html`<code class="cut image" title=${f.image}>${f.image}</code>` },
    { title: 'Mode', kind: 'fit', cell: (f) => html`<span class="muted">${f.mode}</span>` },
    { title: 'Queued', kind: 'number', cell: (f) => now(f)?.queued ?? 0 },
    { title: 'Running', kind: 'number', cell: (f) => html`${now(f)?.running ?? 0}<span class="muted">/${f.concurrency}</span>` },
    { title: 'Ended in 24 h', kind: 'fit', cell: (f) => {
      const ends = sum(series(f));
      return html`<${Sparkline} values=${ends} label=${`${ends.reduce((a, b) => a + b, 0)} ended in 24 hours`} />`;
    } },
    { title: 'p95 run', kind: 'fit', cell: (f) => {
      const p95 = series(f)?.runMs?.p95 ?? [];
      const known = p95.filter((/** @type {number | null} */ ms) => ms !== null);
      const text = known.length > 0 ? duration(known[known.length - 1]) : 'no run in 24 hours';
      return html`<span class="row"><${Sparkline} values=${p95} label=${'p95 ' + text} />${known.length > 0 && text}</span>`;
    } },
    { title: 'Last end', kind: 'fit', cell: (f) => {
      const last = lastEnd(stats, series(f));
      return last ? html`<span class="row tight"><${Badge} status=${last.status} /><span class="muted">${last.time ? html`<${Ago}
          time=${last.time} />` : '< 15 min ago'}</span></span>` : html`<span class="muted">–</span>`;
    } },
  ];
}

/** @param {{query: URLSearchParams}} props */
export default function Functions({ query }) {
  const name = query.get('name') ?? '';
  const label = query.get('label') ?? '';
  const adHoc = query.get('adhoc') === 'true';
  const pages = usePages(query);
  const list = usePoll('/v1/functions', { query: { limit: 50, cursor: pages.cursor, label: /^[^:]{1,64}:/.test(label) ? label : null } });
  const load = usePoll('/v1/stats/now', { every: (data) => pace(data?.queued + data?.running > 0) });
  const items = list.data?.items ?? [];
  const rows = items.filter((/** @type {any} */ f) => f.name.includes(name) && (adHoc || !isAdHoc(f)));
  const ids = items.map((/** @type {any} */ f) => f.id);
  const stats = usePoll(ids.length > 0 ? '/v1/stats' : null, {
    query: { by: 'function', function: ids, step: 900, since: new Date(Math.floor(Date.now() / 900_000) * 900_000 - 86_400_000).toISOString() }, every: () => 30_000,
  });
  const filtered = name !== '' || label !== '';
  const create = html`<a class="button primary" href=${href('/functions/new')}><${Icon} name="plus" />New function</a>`;
  return html`
    <${PageHead} title="Functions">${items.length > 0 && create}<//>
    <div class="filters" role="search">
      <input type="search" data-filter aria-label="Filter by name" placeholder="Name" value=${name}
          onInput=${(/** @type {any} */ e) => setQuery({ name: e.target.value }, true)} />
      <input type="search" aria-label="Filter by label" placeholder="Label, as team:web" value=${label}
          onInput=${(/** @type {any} */ e) => setQuery({ label: e.target.value, cursor: null }, true)} />
      <label class="check"><input type="checkbox" checked=${adHoc} onChange=${() => setQuery({ adhoc: !adHoc }, true)} />Ad-hoc functions</label>
    </div>
    <${Problem} error=${list.error} retry=${list.reload} />
    ${!list.data ? !list.error && html`<${Loading} what="Loading functions" />`
      : rows.length > 0 ? html`<${Table} label="Functions" columns=${columnsOf(load.data, stats.data)} rows=${rows}
          id=${(/** @type {any} */ f) => f.id}
          open=${(/** @type {any} */ f) => href('/functions/' + f.name)} stale=${list.stale} />`
      : filtered ? html`<${Empty} title="No function matches" action=${html`<button type="button"
          onClick=${() => setQuery({ name: null, label: null })}>Clear the filters</button>`}>
          A function is shown if its name contains the text and it has the label.<//>`
      : items.length > 0 ? html`<${Empty} title="Only ad-hoc functions" action=${html`<button type="button"
          onClick=${() => setQuery({ adhoc: true })}>Show them</button>`}>
          The functions here were made by <code>faas run</code> and go when they are idle.<//>`
      : html`<${Empty} title="No functions yet" action=${create}>A function is a container image that runs once for each activation.<//>`}
    <${Pager} pages=${pages} next=${list.data?.next} />`;
}
