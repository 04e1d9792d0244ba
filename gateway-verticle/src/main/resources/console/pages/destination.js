import { useState } from 'preact/hooks';
import { send } from '../lib/api.js';
import { targetOf } from '../lib/destination-fields.js';
import { DELIVERIES, stateOfDestination, STATES_OF_DESTINATIONS } from '../lib/event-words.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { pace, usePoll } from '../lib/poll.js';
import { href, navigate, setQuery } from '../lib/url.js';
import { useAct } from '../lib/use-act.js';
import { ShortId } from '../parts/activation-columns.js';
import { Ago } from '../parts/ago.js';
import { StateOf } from '../parts/badge.js';
import { Confirm } from '../parts/confirm.js';
import { CopyButton } from '../parts/copy-as.js';
import { Delivery, Redeliver } from '../parts/delivery.js';
import { Empty, Loading } from '../parts/empty.js';
import { PageHead } from '../parts/page-head.js';
import { Pager, usePages } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { Rotate } from '../parts/rotate.js';
import { Table } from '../parts/table.js';
import { Tabs } from '../parts/tabs.js';

/** @param {{list: string[]}} props */
const Chips = ({ list }) => html`<dd class="row tight">${list.map((text) => html`<span class="chip" title=${text}>${text}</span>`)}</dd>`;

/** @param {{d: any}} props */
function Facts({ d }) {
  return html`<dl class="facts">
    <dt>${d.kind === 'webhook' ? 'URL' : d.kind === 'function' ? 'Function' : 'Subject'}</dt><dd>${d.kind === 'function'
      ? html`<a href=${href('/functions/' + d.function.split('@')[0])}>${d.function}</a>, with the ${d.argument}` : html`<code>${targetOf(d)}</code>`}</dd>
    <dt>Events</dt><${Chips} list=${d.events} />
    ${d.functions.length > 0 && html`<dt>Only of</dt><${Chips} list=${d.functions} />`}
    ${Object.keys(d.tags).length > 0 && html`<dt>Only with tags</dt><${Chips} list=${Object.entries(d.tags).map(([key, value]) => `${key}:${value}`)} />`}
    ${d.headerNames.length > 0 && html`<dt>Headers</dt><${Chips} list=${d.headerNames} />`}
    <dt>Limits</dt><dd>${d.timeoutSeconds !== null && `${d.timeoutSeconds} s an attempt, `}${d.maxInFlight} at once</dd>
    <dt>Failures in a row</dt><dd>${d.failures}</dd>
    <dt>Changed</dt><dd><${Ago} time=${d.updatedAt} /></dd>
    <dt>Id</dt><dd class="copied"><code class="cut">${d.id}</code><${CopyButton} text=${d.id} what="the id" /></dd>
  </dl>`;
}

/** Why nothing is sent. @param {{d: any}} props */
function Silent({ d }) {
  const state = stateOfDestination(d);
  const why = { user: 'It is disabled.', gone: 'The receiver answered 410, so it was disabled.', failing: 'All attempts of five days failed, so it was disabled.' };
  if (state === 'enabled') {
    return null;
  }
  return html`<p class="note warn">${state === 'open' ? html`Too many attempts failed, so nothing is sent now. It goes on <${Ago} time=${d.circuitOpenUntil} />.`
    : html`${/** @type {any} */ (why)[state]} What waits is kept for 7 days.`}</p>`;
}

/** @param {{d: any, query: URLSearchParams}} props */
function Log({ d, query }) {
  const state = query.get('state');
  const chosen = query.get('delivery');
  const pages = usePages(query);
  const list = usePoll('/v1/deliveries', {
    query: { destination: d.id, state, limit: 25, cursor: pages.cursor }, every: (data) => pace(data?.items.some((/** @type {any} */ each) => each.state === 'pending') ?? false),
  });
  const rows = list.data?.items ?? [];
  const tabs = [[null, 'All'], ...Object.entries(DELIVERIES).map(([key, { word }]) => [key, word])];
  /** @type {import('../parts/table.js').Column[]} */
  const columns = [
    { title: 'State', kind: 'fit', cell: (v) => html`<${StateOf} words=${DELIVERIES} state=${v.state} />` },
    { title: 'Event', cell: (v) => html`<a class="cut" aria-current=${v.deliveryId === chosen ? 'true' : undefined}
        href=${href('/destinations/' + d.name, { state, cursor: pages.cursor, delivery: v.deliveryId })}>${v.type}</a>` },
    { title: 'Activation', kind: 'fit', cell: (v) => v.activationId && html`<${ShortId} id=${v.activationId} />` },
    { title: 'Attempts', kind: 'number fit', cell: (v) => v.attempt },
    { title: 'Why', cell: (v) => (v.reason ?? v.waits) && html`<span class="cut muted">${(v.reason ?? v.waits).replaceAll('_', ' ')}</span>` },
    { title: 'Next attempt', kind: 'fit', cell: (v) => v.nextAttemptAt && html`<${Ago} time=${v.nextAttemptAt} />` },
    { title: 'Made', kind: 'number fit', cell: (v) => html`<span class="muted"><${Ago} time=${v.createdAt} /></span>` },
    { title: '', kind: 'fit', cell: (v) => html`<${Redeliver} id=${v.deliveryId} small=${true} after=${list.reload} />` },
  ];
  return html`<section class="stack"><h2>Deliveries</h2>
    <${Tabs} label="State of deliveries" tabs=${tabs.map(([key, word]) => ({ text: word, to: href('/destinations/' + d.name, { state: key }), current: key === state }))} />
    ${chosen && html`<${Delivery} key=${chosen} id=${chosen} after=${list.reload} />`}
    <${Problem} error=${list.error} retry=${list.reload} />
    ${rows.length > 0 ? html`<${Table} label="Deliveries" columns=${columns} rows=${rows} id=${(/** @type {any} */ v) => v.deliveryId} stale=${list.stale}
        open=${(/** @type {any} */ v) => href('/destinations/' + d.name, { state, cursor: pages.cursor, delivery: v.deliveryId })} />`
      : !list.data ? !list.error && html`<${Loading} />` : html`<${Empty} title=${state ? 'No delivery is in this state' : 'Nothing was sent yet'}>
        ${state ? 'Deliveries are kept for 7 days.' : 'Each event appears here with what the receiver answered. Send a test to try it.'}<//>`}
    <${Pager} pages=${pages} next=${list.data?.next} /></section>`;
}

/** @param {{name: string, query: URLSearchParams}} props */
export default function DestinationPage({ name, query }) {
  const path = '/v1/destinations/' + encodeURIComponent(name);
  const poll = usePoll(path);
  const [deleting, setDeleting] = useState(false);
  const { act, busy, error } = useAct(poll.reload);
  const d = poll.data;
  const post = (/** @type {string} */ verb, /** @type {string} */ done) => act({ method: 'POST', path: `${path}/${verb}` }, done);
  const test = async () => {
    const sent = await post('test', 'Sent a test');
    if (sent?.deliveryId) {
      setQuery({ delivery: sent.deliveryId, state: null, cursor: null });
    }
  };
  return html`
    <${PageHead} title=${name} crumbs=${[['Destinations', '/destinations']]}
        badge=${d && html`<${StateOf} words=${STATES_OF_DESTINATIONS} state=${stateOfDestination(d)} />`}>
      ${d && html`<button type="button" class="primary" disabled=${busy} onClick=${test}>Send a test</button>
        ${d.enabled && stateOfDestination(d) === 'enabled' ? html`<button type="button" disabled=${busy} onClick=${() => post('disable', `Disabled ${name}`)}>Disable</button>`
          : html`<button type="button" disabled=${busy} onClick=${() => post('enable', `Enabled ${name}`)}>${d.enabled ? 'Send now' : 'Enable'}</button>`}
        ${d.kind === 'webhook' && html`<${Rotate} text="New secret" what="secret" path=${path + '/rotate'} secretOf=${(/** @type {any} */ data) => data.secret} after=${poll.reload}>
          <p>Requests are signed by the old one, too, as long as it holds.</p><//>`}
        <a class="button" href=${href(`/destinations/${name}/settings`)}>Settings</a>
        <button type="button" class="danger" onClick=${() => setDeleting(true)}>Delete</button>`}
    <//>
    <${Problem} error=${error ?? poll.error} retry=${error ? undefined : poll.reload} />
    ${d && html`<${Silent} d=${d} />`}
    ${!d ? !poll.error && html`<${Loading} />` : html`<section class="panel"><h2>Definition</h2><${Facts} d=${d} /></section>
      <${Log} d=${d} query=${query} />`}
    ${deleting && html`<${Confirm} title=${`Delete ${name}?`} name=${name} action="Delete destination" onClose=${() => setDeleting(false)}
      onConfirm=${() => send({ method: 'DELETE', path }).then(() => { toast(`Deleted ${name}`); navigate(href('/destinations')); })}>
      <p>What waits to be sent is dropped.</p><//>`}`;
}
