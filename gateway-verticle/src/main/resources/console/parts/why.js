import { html } from '../lib/html.js';
import { usePoll } from '../lib/poll.js';
import { local } from '../lib/time.js';
import { href } from '../lib/url.js';
import { Problem } from './problem.js';

/** @param {{label: string, value: number, limit: number | null, text?: string}} props */
export function Meter({ label, value, limit, text }) {
  const share = limit ? Math.min(1, value / limit) : 0;
  return html`<div class=${'meter' + (limit && share >= 1 ? ' full' : '')}><span>${label}</span>
    <div class="bar" role="img" aria-label=${text ?? `${value} of ${limit ?? 'no limit'}`}><i style=${{ width: `${share * 100}%` }}></i></div>
    <span class="nowrap">${text ?? (limit === null ? value : `${value} of ${limit}`)}</span></div>`;
}

/** What would change it. @param {any} e @returns {any} */
function way(e) {
  switch (e.why) {
    case 'function_at_limit':
      return html`<a href=${href(`/functions/${e.function.name}/settings`)}>Let more of ${e.function.name} run at the same time</a>`;
    case 'function_paused':
      return html`<a href=${href(`/functions/${e.function.name}`)}>Resume ${e.function.name}</a>`;
    case 'retry_later':
      return html`<a href=${href(`/functions/${e.function.name}/settings`)}>Change the back-off of ${e.function.name}</a>`;
    case 'no_memory':
      return html`<a href=${href(`/functions/${e.function.name}/settings`)}>Lower the memory of ${e.function.name}</a>`;
    default:
      return null;
  }
}

/** Why an activation waits: a sentence, then the figures behind it. @param {{id: string}} props */
export function Why({ id }) {
  const explain = usePoll(`/v1/activations/${id}/explain`, { every: () => 2000 });
  const e = explain.data;
  if (!e) {
    return html`<${Problem} error=${explain.error} retry=${explain.reload} />`;
  }
  return html`<section class="panel stack" aria-label="Why is it waiting?"><h2>Why is it waiting?</h2>
    <p>${e.detail}</p>
    <div class="stack tight">
      ${e.queuedBefore !== null && html`<${Meter} label="Ahead in the queue" value=${e.queuedBefore} limit=${Math.max(e.function?.queued ?? 1, 1)}
          text=${`about ${e.queuedBefore}`} />`}
      ${e.function && html`<${Meter} label=${`${e.function.name} runs`} value=${e.function.running} limit=${e.function.limit} />`}
      ${e.owner?.limit && html`<${Meter} label="All your functions run" value=${e.owner.running} limit=${e.owner.limit} />`}
      ${e.platform && html`<${Meter} label="Slots in use" value=${e.platform.slots - e.platform.free} limit=${e.platform.slots} />`}
      ${e.owner && e.owner.ownersWaiting > 1 && html`<${Meter} label="Your share of the turns" value=${e.owner.share} limit=${1}
          text=${`${Math.round(e.owner.share * 100)} %, ${e.owner.ownersWaiting} users wait`} />`}
    </div>
    ${e.expiresAt && html`<p class="muted small">It expires at ${local(e.expiresAt)} if it still waits then.</p>`}
    ${way(e) && html`<p>${way(e)}</p>`}
    <${Problem} error=${explain.error} /></section>`;
}
