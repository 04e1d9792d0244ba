import { useState } from 'preact/hooks';
import { send } from '../lib/api.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { usePoll } from '../lib/poll.js';
import { local } from '../lib/time.js';
import { href } from '../lib/url.js';
import { Ago } from '../parts/ago.js';
import { Confirm } from '../parts/confirm.js';
import { Empty, Loading } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { PageHead } from '../parts/page-head.js';
import { Pager, usePages } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { SetSecret } from '../parts/set-secret.js';
import { Table } from '../parts/table.js';

const SHOWN = 3;

/** The stored versions, the newest first. @param {{s: any}} props */
function Versions({ s }) {
  const rest = s.versions.length - SHOWN;
  return html`<span class="row tight">${s.versions.slice(0, SHOWN).map((/** @type {any} */ v) => html`<span class="chip"
      title=${`stored ${local(v.createdAt)} by ${v.createdBy}`}>v${v.version}</span>`)}${rest > 0 && html`<span class="muted nowrap">and ${rest} more</span>`}</span>`;
}

/** @param {{query: URLSearchParams}} props */
export default function Secrets({ query }) {
  const pages = usePages(query);
  const list = usePoll('/v1/secrets', { query: { limit: 50, cursor: pages.cursor } });
  const [setting, setSetting] = useState(/** @type {{name: string | null} | null} */ (null));
  const [ending, setEnding] = useState(/** @type {any} */ (null));
  const rows = list.data?.items ?? [];
  const create = html`<button type="button" class="primary" onClick=${() => setSetting({ name: null })}><${Icon} name="plus" />New secret</button>`;
  /** @type {import('../parts/table.js').Column[]} */
  const columns = [
    { title: 'Name', cell: (s) => html`<strong class="cut short" title=${s.name}>${s.name}</strong>` },
    { title: 'Versions', cell: (s) => html`<${Versions} s=${s} />` },
    { title: 'Used by', cell: (s) => (s.usedBy.length === 0 ? html`<span class="muted">no function</span>` : html`<span
        class="row">${s.usedBy.slice(0, 2).map((/** @type {string} */ name) => html`<a class="cut" href=${href('/functions/' + name)}>${name}</a>`)}${s.usedBy.length > 2 && html`<span
        class="muted nowrap" title=${s.usedBy.join(', ')}>and ${s.usedBy.length - 2} more</span>`}</span>`) },
    { title: 'Set', kind: 'number fit', cell: (s) => html`<span class="muted"><${Ago} time=${s.versions[0]?.createdAt ?? null} /></span>` },
    { title: '', kind: 'fit', cell: (s) => html`<span class="row tight"><button type="button" class="small" aria-label=${`Set value of ${s.name}`}
        onClick=${() => setSetting({ name: s.name })}>Set value</button><button type="button" class="small danger" aria-label=${`Delete ${s.name}`}
        onClick=${() => setEnding(s)}>Delete</button></span>` },
  ];
  return html`
    <${PageHead} title="Secrets">${rows.length > 0 && create}<//>
    <p class="muted">Functions get them as files or variables. Nobody can read a value back.</p>
    <${Problem} error=${list.error} retry=${list.reload} />
    ${rows.length > 0 ? html`<${Table} label="Secrets" columns=${columns} rows=${rows} id=${(/** @type {any} */ s) => s.name} stale=${list.stale} />`
      : !list.data ? !list.error && html`<${Loading} what="Loading secrets" />`
      : html`<${Empty} title="No secrets yet" action=${create}>A secret is a password or key that a function names in its settings, so that its definition does not contain it.<//>`}
    <${Pager} pages=${pages} next=${list.data?.next} />
    ${setting && html`<${SetSecret} name=${setting.name} onClose=${() => setSetting(null)} after=${list.reload} />`}
    ${ending && html`<${Confirm} title=${`Delete ${ending.name}?`} name=${ending.name} action="Delete secret" onClose=${() => setEnding(null)}
      onConfirm=${() => send({ method: 'DELETE', path: '/v1/secrets/' + encodeURIComponent(ending.name) }).then(() => { toast(`Deleted ${ending.name}`); list.reload(); })}>
      <p>All its versions go.${ending.usedBy.length > 0 && html` It is refused while a function names it: now <strong>${ending.usedBy.join(', ')}</strong>.`}</p><//>`}`;
}
