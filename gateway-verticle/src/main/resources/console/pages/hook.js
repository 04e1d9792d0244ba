import { useState } from 'preact/hooks';
import { send } from '../lib/api.js';
import { STATES_OF_TRIGGERS } from '../lib/event-words.js';
import { addressOf, schemeWord } from '../lib/hook-fields.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { pace, usePoll } from '../lib/poll.js';
import { local } from '../lib/time.js';
import { href, navigate } from '../lib/url.js';
import { useAct } from '../lib/use-act.js';
import { useActivations } from '../lib/use-activations.js';
import { activationColumns } from '../parts/activation-columns.js';
import { Ago } from '../parts/ago.js';
import { Mark, StateOf } from '../parts/badge.js';
import { Confirm } from '../parts/confirm.js';
import { CopyButton } from '../parts/copy-as.js';
import { Empty, Loading } from '../parts/empty.js';
import { PageHead } from '../parts/page-head.js';
import { Problem } from '../parts/problem.js';
import { Rotate } from '../parts/rotate.js';
import { Table } from '../parts/table.js';

/** @param {any} h */
const bodyWord = (h) => ({ whole: 'the whole body', pointer: `${h.body.pointer} of the body`, cloudevent: 'a CloudEvent' })[/** @type {string} */ (h.body.as)] ?? h.body.as;

/** @param {{list: string[]}} props */
const Chips = ({ list }) => html`<dd class="row tight">${list.map((text) => html`<span class="chip" title=${text}>${text}</span>`)}</dd>`;

/** @param {{h: any}} props */
function Facts({ h }) {
  const { scheme, header } = h.signature;
  return html`<dl class="facts">
    <dt>Function</dt><dd><a href=${href('/functions/' + h.function.split('@')[0])}>${h.function}</a></dd>
    <dt>Signature</dt><dd>${schemeWord(scheme)}${header && html`, in <code>${header}</code>`}${scheme !== 'none' && `, ${h.secretCount} ${h.secretCount === 1 ? 'secret' : 'secrets'}`}</dd>
    <dt>Argument</dt><dd>${bodyWord(h)}</dd>
    ${Object.keys(h.match).length > 0 && html`<dt>Only with</dt><${Chips} list=${Object.entries(h.match).map(([key, value]) => `${key.replace('header:', '')}: ${value}`)} />`}
    ${h.headers.length > 0 && html`<dt>Headers as tags</dt><${Chips} list=${h.headers} />`}
    ${Object.keys(h.tags).length > 0 && html`<dt>Tags</dt><${Chips} list=${Object.entries(h.tags).map(([key, value]) => `${key}:${value}`)} />`}
    ${h.deliveryId && html`<dt>Delivery id</dt><dd><code>${h.deliveryId.header}</code></dd>`}
    <dt>Limits</dt><dd>${h.ratePerSecond} requests a second, ${h.maxBodyKb} KiB</dd>
    <dt>Changed</dt><dd><${Ago} time=${h.updatedAt} /></dd>
    <dt>Id</dt><dd class="copied"><code class="cut">${h.id}</code><${CopyButton} text=${h.id} what="the id" /></dd>
  </dl>`;
}

/** @type {import('../parts/table.js').Column[]} */
const REFUSED = [
  { title: 'Time', kind: 'fit', cell: (r) => html`<${Ago} time=${r.at} />` },
  { title: 'Answer', kind: 'fit', cell: (r) => html`<${Mark} like=${r.reason === 'ignored' ? 'cancelled' : 'failed'} icon=${r.reason === 'ignored' ? 'stop' : 'cross'}>${r.status}<//>` },
  { title: 'Reason', cell: (r) => r.reason.replaceAll('_', ' ') },
  { title: 'Delivery', cell: (r) => r.deliveryId && html`<code class="cut" title=${r.deliveryId}>${r.deliveryId}</code>` },
];

/** @param {{path: string}} props */
function Refused({ path }) {
  const list = usePoll(path + '/requests', { every: () => pace(true) * 2 });
  const rows = (list.data?.items ?? []).map((/** @type {any} */ r, /** @type {number} */ i) => ({ ...r, key: `${r.at} ${i}` }));
  return html`<section><div class="section-head"><h2>Refused and ignored requests</h2></div>
    <${Problem} error=${list.error} retry=${list.reload} />
    ${rows.length > 0 ? html`<${Table} label="Refused and ignored requests" columns=${REFUSED.filter(({ title }) => title !== 'Delivery' || rows.some((/** @type {any} */ r) => r.deliveryId))} rows=${rows} id=${(/** @type {any} */ r) => r.key} stale=${list.stale} />`
      : !list.data ? !list.error && html`<${Loading} />` : html`<${Empty} title="None">The last requests that ran nothing appear here, but never those without the right address.<//>`}</section>`;
}

/** @param {{id: string}} props */
function Recent({ id }) {
  const list = useActivations({ trigger: id, limit: 5 });
  return html`<section><div class="section-head"><h2>Activations</h2><div class="row">
      ${list.fresh > 0 && html`<button type="button" onClick=${list.show}>Show ${list.fresh} new</button>`}
      <a href=${href('/activations', { trigger: id })}>All of this hook</a></div></div>
    <${Problem} error=${list.list.error} retry=${list.list.reload} />
    ${list.rows.length > 0 ? html`<${Table} label="Activations" columns=${activationColumns({ withFunction: false })} rows=${list.rows}
        id=${(/** @type {any} */ a) => a.activationId} open=${(/** @type {any} */ a) => href('/activations/' + a.activationId)} stale=${list.list.stale} />`
      : !list.list.data ? !list.list.error && html`<${Loading} />` : html`<${Empty} title="No request ran yet">Each request that is accepted appears here as an activation.<//>`}</section>`;
}

/** @param {{name: string}} props */
export default function HookPage({ name }) {
  const path = '/v1/hooks/' + encodeURIComponent(name);
  const hook = usePoll(path);
  const [deleting, setDeleting] = useState(false);
  const { act, busy, error } = useAct(hook.reload);
  const h = hook.data;
  return html`
    <${PageHead} title=${name} crumbs=${[['Hooks', '/hooks']]} badge=${h && html`<${StateOf} words=${STATES_OF_TRIGGERS} state=${h.state} />`}>
      ${h && html`${h.paused ? html`<button type="button" disabled=${busy} onClick=${() => act({ method: 'POST', path: path + '/resume' }, `Resumed ${name}`)}>Resume</button>`
          : html`<button type="button" disabled=${busy} onClick=${() => act({ method: 'POST', path: path + '/pause' }, `Paused ${name}`)}>Pause hook</button>`}
        <${Rotate} text="New address" what="address" path=${path + '/rotate'} secretOf=${addressOf} after=${hook.reload}>
          <p>Senders need the new one. The secrets of the signature stay.</p><//>
        <a class="button" href=${href(`/hooks/${name}/settings`)}>Settings</a>
        <button type="button" class="danger" onClick=${() => setDeleting(true)}>Delete</button>`}
    <//>
    <${Problem} error=${error ?? hook.error} retry=${error ? undefined : hook.reload} />
    ${h?.state === 'paused' && html`<p class="note warn">Senders are answered with 503 until it is resumed.</p>`}
    ${h?.state === 'function_deleted' && html`<p class="note warn">Its function was deleted. A new one of that name does not revive it: save its settings again.</p>`}
    ${h?.oldUrlUntil && Date.parse(h.oldUrlUntil) > Date.now() && html`<p class="note">The address before the last change holds until ${local(h.oldUrlUntil)}.</p>`}
    ${!h ? !hook.error && html`<${Loading} />` : html`<section class="panel"><h2>Definition</h2><${Facts} h=${h} /></section>
      <${Refused} path=${path} /><${Recent} id=${h.id} />`}
    ${deleting && html`<${Confirm} title=${`Delete ${name}?`} name=${name} action="Delete hook" onClose=${() => setDeleting(false)}
      onConfirm=${() => send({ method: 'DELETE', path }).then(() => { toast(`Deleted ${name}`); navigate(href('/hooks')); })}>
      <p>Its address answers 404 from then on. Activations that it submitted go on.</p><//>`}`;
}
