import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { pace, usePoll } from '../lib/poll.js';
import { STATES } from '../lib/status.js';
import { range } from '../lib/time.js';
import { href, setQuery } from '../lib/url.js';
import { useActivations } from '../lib/use-activations.js';
import { activationColumns } from '../parts/activation-columns.js';
import { ActivationFilters } from '../parts/activation-filters.js';
import { Empty, Loading } from '../parts/empty.js';
import { PageHead } from '../parts/page-head.js';
import { Pager, usePages } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { activationKeys, CancelOrReplay } from '../parts/row-actions.js';
import { Table } from '../parts/table.js';
import { Tabs } from '../parts/tabs.js';

/** What the tabs count: what waits and runs now, and what ended in the time that is shown. @param {URLSearchParams} query @param {string} since @param {string | null} until */
function useCounts(query, since, until) {
  const name = query.get('function');
  const counted = !query.get('tag') && !query.get('reason') && !query.get('trigger') && !query.get('batch');
  const load = usePoll(counted ? '/v1/stats/now' : null, { every: (data) => pace(data?.queued + data?.running > 0) });
  const stats = usePoll(counted ? '/v1/stats' : null, { query: { function: name, since, until } });
  if (!counted) {
    return {};
  }
  const now = name ? load.data?.functions.find((/** @type {any} */ f) => f.name === name || f.id === name) ?? (load.data ? { queued: 0, running: 0 } : null) : load.data;
  return { ...(stats.data?.totals ?? {}), ...(until ? {} : { queued: now?.queued, running: now?.running }) };
}

/** @param {{query: URLSearchParams}} props */
export default function Activations({ query }) {
  const [since, setSince] = useState({ of: '', value: '' });
  const asked = range(query, '24h');
  const of = `${asked.name} ${query.get('since')}`;
  const begin = since.of === of ? since.value : asked.since; // the same begin while the page is open, so that paging holds
  if (since.of !== of) {
    setSince({ of, value: begin });
  }
  const status = query.getAll('status');
  const pages = usePages(query);
  const list = useActivations({
    function: query.get('function'), status, reason: query.getAll('reason'), tag: query.getAll('tag'), trigger: query.get('trigger'), batch: query.get('batch'),
    since: begin, until: asked.until, limit: 50, cursor: pages.cursor,
  });
  const counts = /** @type {Record<string, number>} */ (useCounts(query, begin, asked.until));
  const keep = Object.fromEntries(['function', 'range', 'since', 'until'].map((name) => [name, query.get(name)]));
  const to = (/** @type {string | null} */ state) => href('/activations', { ...keep, tag: query.getAll('tag'), reason: state === null || state === 'failed' ? query.getAll('reason') : [], status: state });
  const tabs = [null, ...Object.keys(STATES)].map((state) => ({
    text: state === null ? 'All' : STATES[state].word, to: to(state), current: state === null ? status.length === 0 : status.length === 1 && status[0] === state,
    count: state === null ? null : counts[state],
  }));
  const filtered = ['function', 'reason', 'tag', 'trigger', 'batch', 'status', 'since'].some((name) => query.has(name));
  const clear = () => setQuery({ function: null, reason: null, tag: null, trigger: null, batch: null, status: null, since: null, until: null, cursor: null });
  const actions = (/** @type {any} */ a) => html`<${CancelOrReplay} a=${a} small=${true} after=${list.list.reload} />`;
  return html`
    <${PageHead} title="Activations" />
    <div class="stack">
      <${Tabs} label="States" tabs=${tabs} />
      <${ActivationFilters} query=${query} />
    </div>
    <${Problem} error=${list.list.error} retry=${list.list.reload} />
    ${list.fresh > 0 && !pages.cursor && html`<button type="button" onClick=${list.show}>Show ${list.fresh} new</button>`}
    ${list.rows.length > 0 ? html`<${Table} label="Activations" columns=${activationColumns({ actions })} rows=${list.rows}
        id=${(/** @type {any} */ a) => a.activationId}
        open=${(/** @type {any} */ a) => href('/activations/' + a.activationId)} keys=${(/** @type {any} */ a) => activationKeys(a.activationId)}
            stale=${list.list.stale} />`
      : !list.list.data ? !list.list.error && html`<${Loading} what="Loading activations" />`
      : filtered ? html`<${Empty} title="No activation matches" action=${html`<button type="button" onClick=${clear}>Clear the filters</button>`}>
          The filters and the time above leave nothing. A tab's number counts what ended in this time, the list what was submitted in it.<//>`
      : html`<${Empty} title="No activations in this time" action=${html`<a class="button primary" href=${href('/functions')}>Choose a function</a>`}>
          Each run of a function is an activation. Invoke a function to see one here, or choose a longer time.<//>`}
    <${Pager} pages=${pages} next=${list.next} />`;
}
