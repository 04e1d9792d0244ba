import { useState } from 'preact/hooks';
import { fieldErrors, send } from '../lib/api.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { usePoll } from '../lib/poll.js';
import { Ago } from '../parts/ago.js';
import { Confirm } from '../parts/confirm.js';
import { CopyAs } from '../parts/copy-as.js';
import { Dialog } from '../parts/dialog.js';
import { Empty, Loading } from '../parts/empty.js';
import { SelectField, TextField } from '../parts/field.js';
import { PageHead } from '../parts/page-head.js';
import { Pager, usePages } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { ShownOnce } from '../parts/shown-once.js';
import { Table } from '../parts/table.js';

/** @type {[string, string][]} */
const SCOPES = [['read', 'read: see functions, activations and results'], ['invoke', 'invoke: run functions and cancel'], ['functions', 'functions: create, change and delete'], ['secrets', 'secrets: write secrets']];

/** Makes a key and shows it, once. @param {{onClose: () => void}} props */
function NewKey({ onClose }) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState(['read', 'invoke']);
  const [days, setDays] = useState('90');
  const [error, setError] = useState(/** @type {any} */ (null));
  const [made, setMade] = useState(/** @type {any} */ (null));
  const action = { method: 'POST', path: '/v1/auth/keys', body: { name, scopes, expiresInDays: Number(days) } };
  const errors = fieldErrors(error);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      setMade((await send(action)).data);
    } catch (failure) {
      setError(failure);
    }
  };
  const toggle = (/** @type {string} */ scope) => setScopes(scopes.includes(scope) ? scopes.filter((each) => each !== scope) : [...scopes, scope]);
  if (made) {
    return html`<${ShownOnce} what="key" text=${made.key} onClose=${onClose} />`;
  }
  return html`<${Dialog} title="New key" onClose=${onClose}><form class="stack" onSubmit=${submit}><h2>New key</h2>
    <${TextField} id="key-name" label="Name" data-first required maxlength="64" value=${name} onInput=${setName} error=${errors.name}
        help="What uses it, such as ci." autocomplete="off" />
    <fieldset class="field"><legend class="field-label">It may</legend>${SCOPES.map(([scope, word]) => html`<label class="check"><input
        type="checkbox" checked=${scopes.includes(scope)} onChange=${() => toggle(scope)} />${word}</label>`)}</fieldset>
    <${SelectField} id="key-days" label="It expires in" value=${days} onInput=${setDays} error=${errors.expiresInDays}
        options=${[['7', '7 days'], ['30', '30 days'], ['90', '90 days'], ['365', 'a year']]} />
    ${Object.keys(errors).length === 0 && html`<${Problem} error=${error} />`}
    <div class="foot"><button type="button" onClick=${onClose}>Cancel</button><${CopyAs} action=${action} /><button type="submit" class="primary"
        disabled=${scopes.length === 0}>Create key</button></div></form><//>`;
}

/** @param {{query: URLSearchParams}} props */
export default function Keys({ query }) {
  const pages = usePages(query);
  const list = usePoll('/v1/auth/keys', { query: { limit: 50, cursor: pages.cursor } });
  const [making, setMaking] = useState(false);
  const [ending, setEnding] = useState(/** @type {any} */ (null));
  const rows = list.data?.items ?? [];
  const create = html`<button type="button" class="primary" onClick=${() => setMaking(true)}>New key</button>`;
  /** @type {import('../parts/table.js').Column[]} */
  const columns = [
    { title: 'Name', cell: (k) => html`<strong>${k.name}</strong>` },
    { title: 'Key', kind: 'fit', cell: (k) => html`<code>${k.hint}…</code>` },
    { title: 'May', cell: (k) => html`<span class="row tight">${k.scopes.map((/** @type {string} */ scope) => html`<span
        class="chip">${scope}</span>`)}</span>` },
    { title: 'Last used', kind: 'fit', cell: (k) => html`<${Ago} time=${k.lastUsedAt} none="never" />${k.lastUsedFrom && html` <span
        class="muted">from ${k.lastUsedFrom}</span>`}` },
    { title: 'Expires', kind: 'fit', cell: (k) => html`<${Ago} time=${k.expiresAt} />` },
    { title: '', kind: 'fit', cell: (k) => html`<button type="button" class="small danger" aria-label=${`Delete ${k.name}`}
        onClick=${() => setEnding(k)}>Delete</button>` },
  ];
  return html`
    <${PageHead} title="API keys">${rows.length > 0 && create}<//>
    <p class="muted">Programs use a key instead of a login, as <code>Authorization: Bearer</code>.</p>
    <${Problem} error=${list.error} retry=${list.reload} />
    ${rows.length > 0 ? html`<${Table} label="API keys" columns=${columns} rows=${rows} id=${(/** @type {any} */ k) => k.keyId}
        stale=${list.stale} />`
      : !list.data ? !list.error && html`<${Loading} />` : html`<${Empty} title="No keys yet"
          action=${create}>Make one for a program that calls the platform.<//>`}
    <${Pager} pages=${pages} next=${list.data?.next} />
    ${making && html`<${NewKey} onClose=${() => { setMaking(false); list.reload(); }} />`}
    ${ending && html`<${Confirm} title=${`Delete ${ending.name}?`} name=${ending.name} action="Delete key" onClose=${() => setEnding(null)}
      onConfirm=${() => send({ method: 'DELETE', path: '/v1/auth/keys/' + ending.keyId }).then(() => { toast(`Deleted ${ending.name}`); list.reload(); })}>
      <p>What uses it is refused from now on.</p><//>`}`;
}
