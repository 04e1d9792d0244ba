import { STATES_OF_TRIGGERS } from '../lib/event-words.js';
import { schemeWord } from '../lib/hook-fields.js';
import { html } from '../lib/html.js';
import { usePoll } from '../lib/poll.js';
import { href } from '../lib/url.js';
import { Ago } from '../parts/ago.js';
import { StateOf } from '../parts/badge.js';
import { Empty, Loading } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { PageHead } from '../parts/page-head.js';
import { Pager, usePages } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { Table } from '../parts/table.js';

/** @type {import('../parts/table.js').Column[]} */
const COLUMNS = [
  { title: 'Name', cell: (h) => html`<a class="cut short" title=${h.name} href=${href('/hooks/' + h.name)}><strong>${h.name}</strong></a>` },
  { title: 'State', kind: 'fit', cell: (h) => html`<${StateOf} words=${STATES_OF_TRIGGERS} state=${h.state} />` },
  { title: 'Function', cell: (h) => html`<a class="cut short" href=${href('/functions/' + h.function.split('@')[0])}>${h.function}</a>` },
  { title: 'Signature', cell: (h) => html`<span class=${h.signature.scheme === 'none' ? 'muted' : ''}>${schemeWord(h.signature.scheme)}</span>` },
  { title: 'Only with', cell: (h) => Object.keys(h.match).length > 0 && html`<span class="row tight">${Object.entries(h.match).slice(0, 1).map(([key, value]) => html`<span
      class="chip" title=${`${key}=${value}`}>${key.replace('header:', '')}: ${value}</span>`)}</span>` },
  { title: 'Changed', kind: 'number fit', cell: (h) => html`<span class="muted"><${Ago} time=${h.updatedAt} /></span>` },
];

/** @param {{query: URLSearchParams}} props */
export default function Hooks({ query }) {
  const pages = usePages(query);
  const list = usePoll('/v1/hooks', { query: { limit: 50, cursor: pages.cursor } });
  const rows = list.data?.items ?? [];
  const create = html`<a class="button primary" href=${href('/hooks/new')}><${Icon} name="plus" />New hook</a>`;
  return html`
    <${PageHead} title="Hooks">${rows.length > 0 && create}<//>
    <${Problem} error=${list.error} retry=${list.reload} />
    ${rows.length > 0 ? html`<${Table} label="Hooks" columns=${COLUMNS} rows=${rows} id=${(/** @type {any} */ h) => h.id}
        open=${(/** @type {any} */ h) => href('/hooks/' + h.name)} stale=${list.stale} />`
      : !list.data ? !list.error && html`<${Loading} what="Loading hooks" />`
      : html`<${Empty} title="No hooks yet" action=${create}>A hook is an address of its own: each request that another system sends there runs a function.<//>`}
    <${Pager} pages=${pages} next=${list.data?.next} />`;
}
