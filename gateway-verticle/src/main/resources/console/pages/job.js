import { useState } from 'preact/hooks';
import { send } from '../lib/api.js';
import { JOB_ACTIONS, STATES_OF_JOBS } from '../lib/event-words.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { pace, usePoll } from '../lib/poll.js';
import { duration } from '../lib/time.js';
import { href } from '../lib/url.js';
import { Ago } from '../parts/ago.js';
import { StateOf } from '../parts/badge.js';
import { Confirm } from '../parts/confirm.js';
import { CopyAs, CopyButton } from '../parts/copy-as.js';
import { Loading } from '../parts/empty.js';
import { JobFilter } from '../parts/job-filter.js';
import { PageHead } from '../parts/page-head.js';
import { Problem } from '../parts/problem.js';
import { Progress } from '../parts/progress.js';

/** @param {{j: any}} props */
function Tiles({ j }) {
  const tiles = [['Matched', j.matched], ['Done', j.done], ['Failed', j.failed], [j.endedAt ? 'Not tried' : 'Left', Math.max(0, j.matched - j.done - j.failed)]];
  return html`<section class="tiles" aria-label="Counts">${tiles.map(([word, count]) => html`<div class="tile"><strong>${count.toLocaleString('en')}</strong><span
      class="muted">${word}</span></div>`)}</section>`;
}

/** @param {{id: string}} props */
export default function JobPage({ id }) {
  const path = '/v1/jobs/' + encodeURIComponent(id);
  const job = usePoll(path, { every: (data) => pace(data !== null && !data.endedAt) });
  const [stopping, setStopping] = useState(false);
  const j = job.data;
  const stop = { method: 'DELETE', path };
  const title = j ? JOB_ACTIONS[j.action] ?? j.action : 'Job';
  return html`
    <${PageHead} title=${html`${title} <span class="muted mono">…${id.slice(-8)}</span>`} name=${`${title} …${id.slice(-8)}`} crumbs=${[['Jobs', '/jobs']]}
        badge=${j && html`<${StateOf} words=${STATES_OF_JOBS} state=${j.state} />`}>
      ${j?.state === 'running' && html`<button type="button" class="danger" onClick=${() => setStopping(true)}>Stop job</button><${CopyAs} action=${stop} />`}
    <//>
    <${Problem} error=${job.error} retry=${job.reload} />
    ${!j ? !job.error && html`<${Loading} what="Loading the job" />` : html`<${Tiles} j=${j} />
      <section class="panel stack"><h2>Progress</h2>
        ${j.matched === 0 ? html`<p class="muted">Nothing matched when it was made, so it had nothing to do.</p>`
          : html`<${Progress} of=${j.matched} parts=${[{ word: 'done', like: 'succeeded', count: j.done }, { word: 'failed', like: 'failed', count: j.failed }]} />`}
        ${j.done + j.failed > j.matched && html`<p class="muted small">It found more than were counted when it was made: the count is about a second behind.</p>`}
        ${j.failed > 0 && html`<p class="muted small">Failed is what had ended before its cancel, or was refused for good, such as of a deleted function.</p>`}
        <dl class="facts">
          <dt>Of what</dt><dd><${JobFilter} filter=${j.filter} /></dd>
          ${j.batchId && html`<dt>It submits</dt><dd><a href=${href('/batches/' + j.batchId)}>batch <code>…${j.batchId.slice(-8)}</code></a></dd>`}
          <dt>Made</dt><dd><${Ago} time=${j.createdAt} /></dd>
          ${j.endedAt && html`<dt>Ended</dt><dd><${Ago} time=${j.endedAt} />, after ${duration(Date.parse(j.endedAt) - Date.parse(j.createdAt))}</dd>`}
          <dt>Id</dt><dd class="copied"><code class="cut">${j.jobId}</code><${CopyButton} text=${j.jobId} what="the id" /></dd>
        </dl></section>`}
    ${stopping && html`<${Confirm} title="Stop this job?" action="Stop job" keep="Let it go on" onClose=${() => setStopping(false)}
      onConfirm=${() => send(stop).then(() => { toast('It ends soon'); job.reload(); })}>
      <p>It ends after what it works on now. What it has done stays done; another job with the same filter does the rest.</p><//>`}`;
}
