import { useState } from 'preact/hooks';
import { requestKey, send } from '../lib/api.js';
import { BECAUSE, OUTCOMES, STATES_OF_TRIGGERS } from '../lib/event-words.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { pace, usePoll } from '../lib/poll.js';
import { overlapWord } from '../lib/schedule-fields.js';
import { duration, inZone, local } from '../lib/time.js';
import { href, navigate, setQuery } from '../lib/url.js';
import { useAct } from '../lib/use-act.js';
import { ShortId } from '../parts/activation-columns.js';
import { Ago } from '../parts/ago.js';
import { StateOf } from '../parts/badge.js';
import { Confirm } from '../parts/confirm.js';
import { CopyButton } from '../parts/copy-as.js';
import { Empty, Loading } from '../parts/empty.js';
import { PageHead } from '../parts/page-head.js';
import { Pager, usePages } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { Table } from '../parts/table.js';

/** @param {{s: any}} props */
function Facts({ s }) {
  return html`<dl class="facts">
    <dt>Function</dt><dd><a href=${href('/functions/' + s.function.split('@')[0])}>${s.function}</a></dd>
    <dt>Times</dt><dd>${s.at ? html`once, ${local(s.at)}` : html`<code>${s.cron}</code>`}</dd>
    ${!s.at && html`<dt>Time zone</dt><dd>${s.zone}</dd>`}
    <dt>Overlap</dt><dd>${overlapWord(s.overlap)}</dd>
    <dt>Late by at most</dt><dd>${duration(s.catchupWindowSeconds * 1000)}</dd>
    ${s.jitterSeconds > 0 && html`<dt>Spread over</dt><dd>${duration(s.jitterSeconds * 1000)}</dd>`}
    ${s.startAt && html`<dt>Not before</dt><dd>${local(s.startAt)}</dd>`}
    ${s.endAt && html`<dt>Not from</dt><dd>${local(s.endAt)}</dd>`}
    ${s.remainingActions !== null && html`<dt>Activations left</dt><dd>${s.remainingActions}</dd>`}
    <dt>After a failure</dt><dd>${s.pauseOnFailure ? 'it pauses' : 'it goes on'}</dd>
    <dt>Argument</dt><dd>${s.argument === '' ? html`<span class="muted">empty</span>` : html`<code class="cut" title=${s.argument}>${s.argument}</code>`}</dd>
    ${Object.keys(s.tags).length > 0 && html`<dt>Tags</dt><dd class="row tight">${Object.entries(s.tags).map(([key, value]) => html`<span
        class="chip">${key}:${value}</span>`)}</dd>`}
    <dt>Changed</dt><dd><${Ago} time=${s.updatedAt} /></dd>
    <dt>Id</dt><dd class="copied"><code class="cut">${s.id}</code><${CopyButton} text=${s.id} what="the id" /></dd>
  </dl>`;
}

/** @param {{s: any}} props */
function NextTimes({ s }) {
  const times = s.nextTimes ?? [];
  return html`<section class="panel"><h2>Next times</h2>
    ${times.length === 0 ? html`<p class="muted">${s.state === 'paused' ? 'None while it is paused.' : 'No time is left.'}</p>`
      : html`<ol class="plain stack tight">${times.slice(0, 5).map((/** @type {string} */ time) => html`<li class="row between"><span>${inZone(time, s.zone)}</span>
        <span class="muted"><${Ago} time=${time} /></span></li>`)}</ol>`}</section>`;
}

/** @param {any} t a tick @returns {string} why */
function why(t) {
  const count = t.count > 1 ? `${t.count >= 10_000 ? '10,000 or more' : t.count} times: ` : '';
  return count + (t.explain ?? t.reason?.replaceAll('_', ' ') ?? BECAUSE[t.outcome] ?? '');
}

/** @param {string} zone @returns {import('../parts/table.js').Column[]} */
const columnsOf = (zone) => [
  { title: 'Time', kind: 'fit', cell: (t) => html`<span title=${t.nominalTime}>${inZone(t.nominalTime, zone)}</span>` },
  { title: 'Outcome', kind: 'fit', cell: (t) => html`<${StateOf} words=${OUTCOMES} state=${t.outcome} />` },
  { title: 'By', kind: 'fit', cell: (t) => html`<span class="muted">${t.kind === 'manual' ? 'hand' : t.kind}</span>` },
  { title: 'Activation', kind: 'fit', cell: (t) => t.activationId && html`<${ShortId} id=${t.activationId} />` },
  { title: 'Why', cell: (t) => why(t) && html`<span class="cut muted" title=${why(t)}>${why(t)}</span>` },
  { title: 'Late by', kind: 'number fit', cell: (t) => (t.lateMs === null ? '' : duration(t.lateMs)) },
];

/** @param {{s: any, ticks: import('../lib/poll.js').Poll, pages: any, outcome: string}} props */
function Ticks({ s, ticks, pages, outcome }) {
  const rows = ticks.data?.items ?? [];
  return html`<section><div class="section-head"><h2>What became of its times</h2><div class="row">
      <select aria-label="Outcome" data-filter value=${outcome} onChange=${(/** @type {any} */ e) => setQuery({ outcome: e.target.value, cursor: null })}>
        <option value="" selected=${outcome === ''}>All outcomes</option>${Object.entries(OUTCOMES).map(([key, { word }]) => html`<option value=${key}
            selected=${key === outcome}>${word}</option>`)}</select>
      <a href=${href('/activations', { trigger: s.id })}>Its activations</a></div></div>
    <div class="stack"><${Problem} error=${ticks.error} retry=${ticks.reload} />
    ${rows.length > 0 ? html`<${Table} label="Times" columns=${columnsOf(s.zone)} rows=${rows} id=${(/** @type {any} */ t) => t.tickId} stale=${ticks.stale} />`
      : !ticks.data ? html`<${Loading} />` : html`<${Empty} title=${outcome ? 'No time had this outcome' : 'No time has come yet'}>
        ${outcome ? 'What became of times is kept for 30 days.' : 'What becomes of each time appears here, for 30 days.'}<//>`}
    <${Pager} pages=${pages} next=${ticks.data?.next} /></div></section>`;
}

/** @param {{name: string, query: URLSearchParams}} props */
export default function SchedulePage({ name, query }) {
  const path = '/v1/schedules/' + encodeURIComponent(name);
  const outcome = query.get('outcome') ?? '';
  const pages = usePages(query);
  const s = usePoll(path, { every: (data) => pace(data?.nextTime && Date.parse(data.nextTime) - Date.now() < 15_000) });
  const ticks = usePoll(path + '/ticks', {
    query: { limit: 25, outcome, cursor: pages.cursor }, every: (data) => pace(s.data?.nextTime && Date.parse(s.data.nextTime) - Date.now() < 15_000
      || data?.items.some((/** @type {any} */ t) => ['claimed', 'waiting', 'buffered'].includes(t.outcome))),
  });
  const [deleting, setDeleting] = useState(false);
  const { act, busy, error } = useAct(() => { s.reload(); ticks.reload(); });
  const trigger = () => act({ method: 'POST', path: path + '/trigger', body: {}, headers: { 'Idempotency-Key': requestKey() } }, 'Triggered');
  const paused = s.data?.state === 'paused';
  const badge = s.data && html`<${StateOf} words=${STATES_OF_TRIGGERS} state=${s.data.state} />`;
  return html`
    <${PageHead} title=${name} crumbs=${[['Schedules', '/schedules']]} badge=${badge}>
      ${s.data && html`<button type="button" class="primary" disabled=${busy || s.data.state === 'function_deleted'} onClick=${trigger}>Trigger now</button>
        ${paused ? html`<button type="button" disabled=${busy} onClick=${() => act({ method: 'POST', path: path + '/resume', body: {} }, `Resumed ${name}`)}>Resume</button>`
          : s.data.state === 'active' && html`<button type="button" disabled=${busy}
            onClick=${() => act({ method: 'POST', path: path + '/pause', body: {} }, `Paused ${name}`)}>Pause schedule</button>`}
        <a class="button" href=${href(`/schedules/${name}/settings`)}>Settings</a>
        <button type="button" class="danger" onClick=${() => setDeleting(true)}>Delete</button>`}
    <//>
    <${Problem} error=${error ?? s.error} retry=${error ? undefined : s.reload} />
    ${s.data?.note && html`<p class=${paused ? 'note warn' : 'note'}>${s.data.note}</p>`}
    ${s.data?.state === 'function_deleted' && html`<p class="note warn">Its function was deleted. A new one of that name does not revive it: save its settings again.</p>`}
    ${!s.data ? !s.error && html`<${Loading} />` : html`<div class="grid-2">
      <${NextTimes} s=${s.data} /><section class="panel"><h2>Definition</h2><${Facts} s=${s.data} /></section></div>
      <${Ticks} s=${s.data} ticks=${ticks} pages=${pages} outcome=${outcome} />`}
    ${deleting && html`<${Confirm} title=${`Delete ${name}?`} name=${name} action="Delete schedule" onClose=${() => setDeleting(false)}
      onConfirm=${() => send({ method: 'DELETE', path }).then(() => { toast(`Deleted ${name}`); navigate(href('/schedules')); })}>
      <p>What waits to be submitted goes with it. Activations that it submitted go on.</p><//>`}`;
}
