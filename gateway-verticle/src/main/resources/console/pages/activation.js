import { useMemo, useState } from 'preact/hooks';
import { download, size } from '../lib/bytes.js';
import { fetchAction } from '../lib/api.js';
import { html } from '../lib/html.js';
import { useKeys } from '../lib/keys.js';
import { isLive, outcome } from '../lib/status.js';
import { duration, local } from '../lib/time.js';
import { href } from '../lib/url.js';
import { useActivation } from '../lib/use-activation.js';
import { Badge } from '../parts/badge.js';
import { CopyAs, CopyButton } from '../parts/copy-as.js';
import { Loading } from '../parts/empty.js';
import { LogView } from '../parts/log-view.js';
import { PageHead } from '../parts/page-head.js';
import { Problem } from '../parts/problem.js';
import { Result } from '../parts/result.js';
import { activationKeys, CancelOrReplay, cancelAction, replayAction } from '../parts/row-actions.js';
import { RunAgain } from '../parts/run-again.js';
import { TimelineView } from '../parts/timeline-view.js';
import { Why } from '../parts/why.js';

/** @param {{a: any}} props */
function Facts({ a }) {
  return html`<dl class="facts">
    <dt>Function</dt><dd><a href=${href('/functions/' + a.function.name)}>${a.function.name}</a>, revision ${a.function.revision}</dd>
    <dt>Submitted</dt><dd>${local(a.submittedAt)}</dd>
    ${a.finishedAt && html`<dt>Ended</dt><dd>${local(a.finishedAt)}</dd>`}
    ${a.exitCode !== null && html`<dt>Exit code</dt><dd>${a.exitCode}</dd>`}
    ${a.cpuMs !== null && html`<dt>CPU time</dt><dd>${duration(a.cpuMs)}</dd>`}
    ${a.peakMemoryKb !== null && html`<dt>Memory</dt><dd>${size(a.peakMemoryKb * 1024)} at most${a.oomKills > 0 ? `, ${a.oomKills} killed` : ''}</dd>`}
    ${a.spawner && html`<dt>Spawner</dt><dd><code>${a.spawner}</code></dd>`}
    ${a.mode && html`<dt>Mode</dt><dd>${a.mode}${a.sandbox && a.sandbox !== a.mode ? `, ${a.sandbox}` : ''}${a.modeFallback ? `: ${a.modeFallback}` : ''}</dd>`}
    <dt>Image</dt><dd><code>${a.image}</code></dd>
    ${Object.keys(a.tags).length > 0 && html`<dt>Tags</dt><dd class="row tight">${Object.entries(a.tags).map(([key, value]) => html`<a
        class="chip" href=${href('/activations', { tag: `${key}:${value}` })}>${key}:${value}</a>`)}</dd>`}
    ${a.trigger && html`<dt>Started by</dt><dd>${a.trigger.type} <a
        href=${href('/activations', { trigger: a.trigger.id })}><code>…${a.trigger.id.slice(-8)}</code></a></dd>`}
    ${a.cause && html`<dt>Caused by</dt><dd><a
        href=${href('/activations/' + a.cause.activationId)}><code>…${a.cause.activationId.slice(-8)}</code></a></dd>`}
    ${a.batch && html`<dt>Batch</dt><dd><a href=${href('/activations', { batch: a.batch.id })}>item ${a.batch.index}</a></dd>`}
    ${a.redrivenAs && html`<dt>Run again as</dt><dd><a href=${href('/activations/' + a.redrivenAs)}><code>…${a.redrivenAs.slice(-8)}</code></a></dd>`}
    <dt>Id</dt><dd class="copied"><code class="cut">${a.activationId}</code><${CopyButton} text=${a.activationId} what="the id" /></dd>
  </dl>`;
}

/** @param {{id: string}} props */
export default function ActivationPage({ id }) {
  const { record: a, output, version, line, error, complete, reload } = useActivation(id);
  const [editing, setEditing] = useState(false);
  useKeys(activationKeys(id));
  const bytes = useMemo(() => (complete ? output.resultBytes() : new Uint8Array()), [complete, output, version]);
  const title = a ? html`${a.function.name} <span class="muted mono">…${id.slice(-8)}</span>` : html`<span class="mono">…${id.slice(-8)}</span>`;
  const head = html`<${PageHead} title=${title} name=${a ? `${a.function.name} …${id.slice(-8)}` : id} crumbs=${[['Activations', '/activations']]}
      badge=${a && html`<${Badge} status=${a.status} />`}>
    ${a && html`<${CancelOrReplay} a=${a} /><button type="button" onClick=${() => setEditing(true)}>Edit and run again</button>
      <${CopyAs} action=${isLive(a.status) ? cancelAction(a) : replayAction(a)} />`}<//>`;
  if (!a) {
    return html`${head}${error ? html`<${Problem} error=${error} retry=${reload} />` : html`<${Loading} what="Loading the activation" />`}`;
  }
  const live = isLive(a.status);
  const save = async (/** @type {string} */ what) => {
    const response = await fetchAction({ method: 'GET', path: `/v1/activations/${id}/${what}`, headers: { Accept: '*/*' } });
    download(new Uint8Array(await response.arrayBuffer()), `${id}.${what === 'logs' ? 'log' : 'result'}`);
  };
  return html`${head}
    <p class="outcome">${outcome(a, duration)}${!live && a.detail && html`<br /><span class="muted">${a.detail}</span>`}</p>
    ${line === 'lost' && live && html`<p class="note warn" role="status">The connection was lost. It is tried again; no line is missed.</p>`}
    <${Problem} error=${error} retry=${reload} />
    <section class="panel"><h2>Timeline</h2><${TimelineView} a=${a} /></section>
    ${a.status === 'queued' && html`<${Why} id=${id} />`}
    <div class="grid-side">
      <div class="stack wide">
        ${complete && html`<section><h2 class="section-head">Result</h2><${Result} bytes=${bytes} id=${id}
            truncated=${a.resultTruncated} /></section>`}
        ${(!complete || output.received.stderr > 0) && html`<section><div class="section-head"><h2>${complete ? 'Log' : 'Output'}</h2></div>
          ${output.log.count > 0 ? html`<${LogView} log=${output.log} version=${version} live=${live} label=${complete ? 'Log' : 'Output'}
              side=${complete ? 'stderr' : 'both'}
              tools=${html`${a.logTruncated && html`<span class="muted small">cut off at the limit</span>`}<button type="button" class="small"
                  onClick=${() => save('logs')}>Download</button>`} />`
            : html`<p class="muted">It has written nothing yet.</p>`}
        </section>`}
      </div>
      <section class="panel"><h2>Details</h2><${Facts} a=${a} /></section>
    </div>
    ${editing && html`<${RunAgain} a=${a} onClose=${() => setEditing(false)} />`}`;
}
