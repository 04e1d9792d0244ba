import { useState } from 'preact/hooks';
import { send } from '../lib/api.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { pace, usePoll } from '../lib/poll.js';
import { href } from '../lib/url.js';
import { useActivations } from '../lib/use-activations.js';
import { activationColumns } from '../parts/activation-columns.js';
import { Ago } from '../parts/ago.js';
import { Mark } from '../parts/badge.js';
import { Charts } from '../parts/charts.js';
import { CopyButton } from '../parts/copy-as.js';
import { Empty, Loading } from '../parts/empty.js';
import { Invoke } from '../parts/invoke.js';
import { PageHead } from '../parts/page-head.js';
import { Problem } from '../parts/problem.js';
import { RangePicker } from '../parts/range-picker.js';
import { activationKeys, CancelOrReplay } from '../parts/row-actions.js';
import { Table } from '../parts/table.js';

/** @param {{f: any, load: any}} props */
function Facts({ f, load }) {
  const now = load?.functions.find((/** @type {any} */ each) => each.id === f.id);
  return html`<dl class="facts">
    <dt>Image</dt><dd><code class="cut" title=${f.image}>${f.image}</code></dd>
    <dt>Mode</dt><dd>${f.mode}, network ${f.network}</dd>
    <dt>Now</dt><dd>${now?.queued ?? 0} queued, ${now?.running ?? 0} of ${f.concurrency} running</dd>
    <dt>Limits</dt><dd>${f.limits.memoryMb} MiB, ${f.limits.cpus} CPU, ${f.limits.timeoutSeconds} s</dd>
    <dt>Attempts</dt><dd>${f.retry.maxAttempts}</dd>
    <dt>Revision</dt><dd><a href=${href(`/functions/${f.name}/revisions`)}>${f.revision}</a>, <${Ago} time=${f.updatedAt} /></dd>
    <dt>Id</dt><dd class="copied"><code class="cut">${f.id}</code><${CopyButton} text=${f.id} what="the id" /></dd>
  </dl>`;
}

/** @param {{name: string}} props */
function Recent({ name }) {
  const list = useActivations({ function: name, limit: 10 });
  const actions = (/** @type {any} */ a) => html`<${CancelOrReplay} a=${a} small=${true} after=${list.list.reload} />`;
  return html`<section><div class="section-head"><h2>Activations</h2><div class="row">
      ${list.fresh > 0 && html`<button type="button" onClick=${list.show}>Show ${list.fresh} new</button>`}
      <a href=${href('/activations', { function: name })}>All activations</a></div></div>
    <${Problem} error=${list.list.error} retry=${list.list.reload} />
    ${list.rows.length > 0 ? html`<${Table} label="Activations" columns=${activationColumns({ withFunction: false, actions })} rows=${list.rows}
        id=${(/** @type {any} */ a) => a.activationId}
        open=${(/** @type {any} */ a) => href('/activations/' + a.activationId)} keys=${(/** @type {any} */ a) => activationKeys(a.activationId)}
            stale=${list.list.stale} />`
      : !list.list.data ? html`<${Loading} />` : html`<${Empty} title="It has not run yet">Invoke it on this page: its activations appear here.<//>`}
  </section>`;
}

/** @param {{name: string, query: URLSearchParams}} props */
export default function FunctionPage({ name, query }) {
  const path = '/v1/functions/' + encodeURIComponent(name);
  const f = usePoll(path);
  const load = usePoll('/v1/stats/now', { every: (data) => pace(data?.queued + data?.running > 0) });
  const [error, setError] = useState(/** @type {any} */ (null));
  const act = (/** @type {string} */ verb, /** @type {string} */ done) => send({ method: 'POST', path: `${path}/${verb}`, ...(verb === 'pause' ? { body: {} } : {}) })
    .then(() => { setError(null); toast(done); f.reload(); }, setError);
  const paused = f.data?.paused;
  return html`
    <${PageHead} title=${name} crumbs=${[['Functions', '/functions']]} badge=${paused && html`<${Mark} like="timed_out" icon="pause">Paused<//>`}>
      ${f.data && (paused ? html`<button type="button" onClick=${() => act('resume', `Resumed ${name}`)}>Resume</button>` : html`<button
          type="button" onClick=${() => act('pause', `Paused ${name}`)}>Pause function</button>`)}
      <a class="button" href=${href(`/functions/${name}/revisions`)}>Revisions</a>
      <a class="button" href=${href(`/functions/${name}/settings`)}>Settings</a>
    <//>
    <${Problem} error=${error ?? f.error} retry=${error ? undefined : f.reload} />
    ${paused && html`<p class="note warn">Paused <${Ago}
        time=${paused.since} />${paused.note && `: ${paused.note}`}. New activations are ${paused.submits === 'refuse' ? 'refused' : 'queued'}.</p>`}
    ${f.data?.description && html`<p>${f.data.description}</p>`}
    ${f.data && html`<div class="grid-side">
      <div class="stack">
        <div class="section-head"><h2>Figures</h2><${RangePicker} query=${query} fallback="1h" /></div>
        <${Charts} query=${query} of=${{ function: name }} limit=${f.data.concurrency} />
      </div>
      <div class="stack">
        <section class="panel"><h2>Invoke</h2><${Invoke} name=${name} argument=${query.get('argument') ?? ''} /></section>
        <section class="panel"><h2>Definition</h2><${Facts} f=${f.data} load=${load.data} /></section>
      </div>
    </div>
    <${Recent} name=${name} />`}`;
}
