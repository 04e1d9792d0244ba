import { useState } from 'preact/hooks';
import { send } from '../lib/api.js';
import { STATES_OF_SOURCES } from '../lib/event-words.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { pace, usePoll } from '../lib/poll.js';
import { href, navigate } from '../lib/url.js';
import { useAct } from '../lib/use-act.js';
import { Ago } from '../parts/ago.js';
import { StateOf } from '../parts/badge.js';
import { Confirm } from '../parts/confirm.js';
import { CopyButton } from '../parts/copy-as.js';
import { Loading } from '../parts/empty.js';
import { PageHead } from '../parts/page-head.js';
import { Problem } from '../parts/problem.js';
import { RecentActivations } from '../parts/recent-activations.js';

/** @param {any} s */
const bodyWord = (s) => ({ whole: 'the whole message', pointer: `${s.body.pointer} of the message`, cloudevent: 'a CloudEvent' })[/** @type {string} */ (s.body.as)] ?? s.body.as;

/** @param {{s: any}} props */
function Facts({ s }) {
  return html`<dl class="facts">
    <dt>Function</dt><dd><a href=${href('/functions/' + s.function.split('@')[0])}>${s.function}</a></dd>
    <dt>Subject</dt><dd><code>${s.subject}</code></dd>
    <dt>Waiting</dt><dd>${s.lag === null ? 'not known at the moment' : `${s.lag.toLocaleString('en')} ${s.lag === 1 ? 'message' : 'messages'}`}</dd>
    <dt>In flight</dt><dd>${s.maxInFlight} at most</dd>
    <dt>Argument</dt><dd>${bodyWord(s)}</dd>
    ${s.body.default !== null && html`<dt>Without this part</dt><dd><code class="cut">${s.body.default}</code></dd>`}
    <dt>Changed</dt><dd><${Ago} time=${s.updatedAt} /></dd>
    <dt>Id</dt><dd class="copied"><code class="cut">${s.id}</code><${CopyButton} text=${s.id} what="the id" /></dd>
  </dl>`;
}

/** @type {Record<string, string>} what a state means for its messages */
const NOTES = {
  paused: 'Messages wait until it is resumed, at most 3 days.',
  waiting: 'Submits are refused for now. It goes on by itself.',
  failing: 'Within the last minute a message was refused for good and dropped, or messages cannot be read.',
  function_deleted: 'Its function was deleted. A new one of that name does not revive it: save its settings again.',
};

/** @param {{name: string}} props */
export default function SourcePage({ name }) {
  const path = '/v1/sources/' + encodeURIComponent(name);
  const source = usePoll(path, { every: (data) => pace(data?.lag > 0 || data?.state === 'waiting') });
  const [deleting, setDeleting] = useState(false);
  const { act, busy, error } = useAct(source.reload);
  const s = source.data;
  const note = s && (s.state !== 'waiting' || s.lastError) ? NOTES[s.state] : null;
  return html`
    <${PageHead} title=${name} crumbs=${[['Sources', '/sources']]} badge=${s && html`<${StateOf} words=${STATES_OF_SOURCES} state=${s.state} />`}>
      ${s && html`${s.paused ? html`<button type="button" disabled=${busy} onClick=${() => act({ method: 'POST', path: path + '/resume' }, `Resumed ${name}`)}>Resume</button>`
          : html`<button type="button" disabled=${busy} onClick=${() => act({ method: 'POST', path: path + '/pause' }, `Paused ${name}`)}>Pause source</button>`}
        <a class="button" href=${href(`/sources/${name}/settings`)}>Settings</a>
        <button type="button" class="danger" onClick=${() => setDeleting(true)}>Delete</button>`}
    <//>
    <${Problem} error=${error ?? source.error} retry=${error ? undefined : source.reload} />
    ${note && html`<p class="note warn">${note}</p>`}
    ${s?.lastError && html`<section class="panel stack"><h2>Last error</h2><pre class="code wrap" tabindex="0">${s.lastError}</pre></section>`}
    ${!s ? !source.error && html`<${Loading} what="Loading the source" />` : html`<section class="panel"><h2>Definition</h2><${Facts} s=${s} /></section>
      <${RecentActivations} trigger=${s.id} what="source">Publish a message with <code>faas subject publish ${s.subject.replace(/[*>]/g, 'new')} TEXT</code>: it runs here.<//>`}
    ${deleting && html`<${Confirm} title=${`Delete ${name}?`} name=${name} action="Delete source" onClose=${() => setDeleting(false)}
      onConfirm=${() => send({ method: 'DELETE', path }).then(() => { toast(`Deleted ${name}`); navigate(href('/sources')); })}>
      <p>Messages that wait for it alone are lost${s.lag > 0 && html`: now <strong>${s.lag.toLocaleString('en')}</strong>`}. Activations that it submitted go on.</p><//>`}`;
}
