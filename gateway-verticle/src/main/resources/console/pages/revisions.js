import { useState } from 'preact/hooks';
import { send } from '../lib/api.js';
import { changes } from '../lib/diff.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { usePoll } from '../lib/poll.js';
import { href, navigate, setQuery } from '../lib/url.js';
import { Ago } from '../parts/ago.js';
import { Mark } from '../parts/badge.js';
import { Confirm } from '../parts/confirm.js';
import { DiffView } from '../parts/diff-view.js';
import { Loading } from '../parts/empty.js';
import { PageHead } from '../parts/page-head.js';
import { Pager, usePages } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { Table } from '../parts/table.js';

/** What of a revision is taken by a roll-back: the name stays. @param {any} f */
const content = ({ name: _, ...rest }) => rest;

/** @param {{name: string, from: number, to: number}} props */
function Compared({ name, from, to }) {
  const path = '/v1/functions/' + encodeURIComponent(name);
  const old = usePoll(`${path}@${from}`, { every: () => 0 });
  const next = usePoll(`${path}@${to}`, { every: () => 0 });
  const error = old.error ?? next.error;
  return html`<section class="panel"><h2>Revision ${from} to ${to}</h2>
    ${error ? html`<${Problem} error=${error} retry=${() => { old.reload(); next.reload(); }} />`
      : !old.data || !next.data ? html`<${Loading} />`
      : html`<${DiffView} changes=${changes(content(old.data), content(next.data))} from=${`Revision ${from}`} to=${`Revision ${to}`} />`}</section>`;
}

/** @param {{name: string, query: URLSearchParams}} props */
export default function Revisions({ name, query }) {
  const path = '/v1/functions/' + encodeURIComponent(name);
  const pages = usePages(query);
  const current = usePoll(path);
  const list = usePoll(path + '/revisions', { query: { limit: 50, cursor: pages.cursor } });
  const [back, setBack] = useState(/** @type {any} */ (null));
  const newest = current.data?.revision;
  const rows = list.data?.items ?? [];
  const from = Number(query.get('from') ?? (newest > 1 ? newest - 1 : 0));
  const to = Number(query.get('to') ?? newest ?? 0);
  const roll = async () => {
    const { data } = await send({ method: 'POST', path: path + '/rollback', body: { revision: back.revision }, headers: { 'If-Match': current.etag ?? '' } });
    toast(`Revision ${data.revision} has what revision ${back.revision} had`);
    navigate(href('/functions/' + name));
  };
  /** @type {import('../parts/table.js').Column[]} */
  const columns = [
    { title: 'Revision', kind: 'fit', cell: (f) => html`<span class="row"><strong>${f.revision}</strong>${f.revision === newest && html`<${Mark}
        like="succeeded">Current<//>`}</span>` },
    { title: 'Saved', kind: 'fit', cell: (f) => html`<${Ago} time=${f.updatedAt} />` },
    { title: 'Image', cell: (f) => html`<code class="cut">${f.image}</code>` },
    { title: 'From', kind: 'fit', cell: (f) => html`<input type="radio" name="from" aria-label=${`Compare from revision ${f.revision}`}
        checked=${f.revision === from} onChange=${() => setQuery({ from: f.revision, to }, true)} />` },
    { title: 'To', kind: 'fit', cell: (f) => html`<input type="radio" name="to" aria-label=${`Compare to revision ${f.revision}`}
        checked=${f.revision === to} onChange=${() => setQuery({ from, to: f.revision }, true)} />` },
    { title: '', kind: 'fit', cell: (f) => f.revision !== newest && html`<button type="button" class="small"
        aria-label=${`Roll back to revision ${f.revision}`} onClick=${() => setBack(f)}>Roll back</button>` },
  ];
  return html`
    <${PageHead} title="Revisions" name=${`Revisions of ${name}`} crumbs=${[['Functions', '/functions'], [name, '/functions/' + name]]} />
    <${Problem} error=${list.error ?? current.error} retry=${list.reload} />
    ${list.data ? html`<${Table} label="Revisions" columns=${columns} rows=${rows} id=${(/** @type {any} */ f) => String(f.revision)}
        stale=${list.stale} />` : !list.error && html`<${Loading} />`}
    <${Pager} pages=${pages} next=${list.data?.next} />
    ${from > 0 && to > 0 && html`<${Compared} key=${`${from} ${to}`} name=${name} from=${from} to=${to} />`}
    ${rows.length === 1 && !pages.cursor && html`<p
        class="muted">There is one revision. Each change of the settings makes another one, which is compared here.</p>`}
    ${back && html`<${Confirm} title=${`Roll back to revision ${back.revision}?`} action="Roll back" keep="Keep the current one" kind="primary"
        onConfirm=${roll} onClose=${() => setBack(null)}>
      <p>It becomes revision ${newest + 1}; the others stay. This changes:</p>
      <${DiffView} changes=${changes(content(current.data), content(back))} from=${`Revision ${newest}`} to=${`Revision ${newest + 1}`} /><//>`}`;
}
