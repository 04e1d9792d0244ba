import { DELIVERIES } from '../lib/event-words.js';
import { html } from '../lib/html.js';
import { pace, usePoll } from '../lib/poll.js';
import { clock, duration, local } from '../lib/time.js';
import { href, setQuery } from '../lib/url.js';
import { useAct } from '../lib/use-act.js';
import { ShortId } from './activation-columns.js';
import { Ago } from './ago.js';
import { Mark, StateOf } from './badge.js';
import { CopyButton } from './copy-as.js';
import { Loading } from './empty.js';
import { Problem } from './problem.js';
import { Table } from './table.js';

/** @type {Record<string, string>} */
const WAITS = { circuit_open: 'It waits: too many attempts to this destination failed.', destination_disabled: 'It waits until the destination is enabled.' };

/** @param {any} a an attempt */
const worked = (a) => a.status !== null && a.status >= 200 && a.status < 300;

/** @type {import('./table.js').Column[]} */
const ATTEMPTS = [
  { title: 'Attempt', kind: 'number fit', cell: (a) => a.number },
  { title: 'Time', kind: 'fit', cell: (a) => html`<span title=${local(a.at)}>${clock(a.at)}</span>` },
  { title: 'Answer', kind: 'fit', cell: (a) => html`<${Mark} like=${worked(a) ? 'succeeded' : 'failed'}>${a.status ?? 'none'}<//>` },
  { title: 'What came back', cell: (a) => (a.error ?? a.response) && html`<code class="cut" title=${a.error ?? a.response}>${a.error ?? a.response}</code>` },
  { title: 'Took', kind: 'number fit', cell: (a) => duration(a.durationMs) },
];

/** The button that sends an event again. @param {{id: string, small?: boolean, after: () => void}} props */
export function Redeliver({ id, small = false, after }) {
  const { act, busy, error } = useAct(after);
  return html`<button type="button" class=${small ? 'small' : ''} disabled=${busy} aria-label=${small ? `Redeliver …${id.slice(-8)}` : undefined}
      onClick=${() => act({ method: 'POST', path: `/v1/deliveries/${id}/redeliver` }, 'It is sent again')}>${error ? 'Refused: try again' : 'Redeliver'}</button>`;
}

/** A delivery with its attempts. @param {{id: string, after: () => void}} props */
export function Delivery({ id, after }) {
  const poll = usePoll('/v1/deliveries/' + encodeURIComponent(id), { every: (data) => pace(data?.state === 'pending') });
  const d = poll.data;
  const attempts = (d?.attempts ?? []).map((/** @type {any} */ a, /** @type {number} */ i) => ({ ...a, number: i + 1 }));
  const last = attempts[attempts.length - 1];
  const headers = Object.entries(last?.responseHeaders ?? {});
  return html`<section class="panel stack" aria-label="Delivery">
    <div class="section-head"><div class="row"><h2>${d?.type ?? 'Delivery'}</h2>${d && html`<${StateOf} words=${DELIVERIES} state=${d.state} />`}</div>
      <div class="row">${d && html`<${Redeliver} id=${id} after=${() => { poll.reload(); after(); }} />`}
        <button type="button" onClick=${() => setQuery({ delivery: null })}>Close</button></div></div>
    <${Problem} error=${poll.error} retry=${poll.reload} />
    ${!d ? !poll.error && html`<${Loading} />` : html`<dl class="facts">
        <dt>Made</dt><dd><${Ago} time=${d.createdAt} /></dd>
        ${d.activationId && html`<dt>Activation</dt><dd><${ShortId} id=${d.activationId} /></dd>`}
        ${d.submittedActivationId && html`<dt>It called</dt><dd><a class="mono" href=${href('/activations/' + d.submittedActivationId)}>…${d.submittedActivationId.slice(-8)}</a></dd>`}
        ${d.reason && html`<dt>Why</dt><dd>${d.reason.replaceAll('_', ' ')}</dd>`}
        ${d.nextAttemptAt && html`<dt>Next attempt</dt><dd><${Ago} time=${d.nextAttemptAt} /></dd>`}
        <dt>Event</dt><dd class="copied"><code class="cut">${d.eventId}</code><${CopyButton} text=${d.eventId} what="the id of the event" /></dd></dl>
      ${d.waits && html`<p class="note warn">${WAITS[d.waits] ?? d.waits}</p>`}
      ${attempts.length === 0 ? html`<p class="muted">No attempt yet.</p>`
        : html`<${Table} label="Attempts" columns=${ATTEMPTS} rows=${[...attempts].reverse()} id=${(/** @type {any} */ a) => String(a.number)} stale=${poll.stale} />`}
      ${last && (last.response || headers.length > 0) && html`<div class="stack tight"><h3>The newest answer</h3>
        <pre class="code wrap" tabindex="0">${headers.map(([name, value]) => `${name}: ${value}`).join('\n')}${headers.length > 0 && last.response ? '\n\n' : ''}${last.response}</pre></div>`}`}
  </section>`;
}
