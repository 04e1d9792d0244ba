import { html } from '../lib/html.js';
import { usePoll } from '../lib/poll.js';
import { charts } from '../lib/series.js';
import { seconds } from '../lib/stats.js';
import { local, range } from '../lib/time.js';
import { href, navigate, setQuery } from '../lib/url.js';
import { Chart, written } from './chart.js';
import { Problem } from './problem.js';

/** The numbers of the charts. @param {{stats: any, list: import('../lib/series.js').ChartData[]}} props */
function Numbers({ stats, list }) {
  const columns = list.flatMap((chart) => chart.lines.map((line) => ({ title: `${chart.title}: ${line.label}`, unit: chart.unit, values: line.raw ?? line.values })));
  const busy = stats.time.map((/** @type {string} */ _, /** @type {number} */ i) => i).filter((/** @type {number} */ i) => columns.some((column) => (column.values[i] ?? 0) > 0));
  return html`<details><summary>The numbers as a table</summary>
    <div class="table-wrap" tabindex="0" role="region" aria-label="Numbers of the charts" style=${{ overflowX: 'auto', marginTop: '8px' }}><table
        class="table">
      <thead><tr><th scope="col">Time</th>${columns.map((column) => html`<th scope="col" class="number">${column.title}</th>`)}</tr></thead>
      <tbody>${busy.reverse().map((/** @type {number} */ i) => html`<tr><td class="nowrap" data-label="Time">${local(stats.time[i]).slice(0, 16)}</td>
        ${columns.map((column) => html`<td class="number"
            data-label=${column.title}>${written(column.unit, column.values[i])}</td>`)}</tr>`)}</tbody></table></div>
    ${busy.length === 0 && html`<p class="muted">Nothing in this time.</p>`}</details>`;
}

/**
 * The charts of one function, of all of a user, or of the platform. A drag zooms; a click lists the activations of that step.
 * @param {{query: URLSearchParams, of: Record<string, unknown>, limit?: number | null, fallback?: keyof typeof import('../lib/time.js').RANGES, only?: string[]}} props
 */
export function Charts({ query, of, limit = null, fallback = '1h', only }) {
  const { since, until } = range(query, fallback);
  const stats = usePoll('/v1/stats', { query: { ...of, since: until || query.get('since') ? since : null, ...(until || query.get('since') ? { until } : { since: since }) } });
  if (!stats.data?.series) {
    return stats.error ? html`<${Problem} error=${stats.error} retry=${stats.reload} />` : html`<div class="charts"
        aria-busy="true">${(only ?? ['1', '2', '3', '4']).map(() => html`<div class="chart" style=${{ height: '218px' }}></div>`)}</div>`;
  }
  const times = seconds(stats.data.time);
  const list = charts(stats.data, limit).filter((chart) => !only || only.includes(chart.id));
  const iso = (/** @type {number} */ at) => new Date(at * 1000).toISOString();
  const zoom = (/** @type {number} */ from, /** @type {number} */ to) => setQuery({ since: iso(Math.floor(from / 60) * 60), until: iso(Math.ceil(to / 60) * 60), range: null });
  const pick = (/** @type {number} */ i) => navigate(href('/activations', { ...of, scope: null, since: iso(times[i]), until: iso(times[i] + stats.data.stepSeconds) }));
  return html`<div class="stack">
    <div class="charts">${list.map((chart) => html`<${Chart} key=${chart.id} chart=${chart} times=${times} onZoom=${zoom} onPick=${pick} />`)}</div>
    <${Numbers} stats=${stats.data} list=${list} />
  </div>`;
}
