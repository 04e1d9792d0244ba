import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { isLive, REASONS, STATES } from '../lib/status.js';
import { clock, duration } from '../lib/time.js';
import { timeline } from '../lib/timeline.js';

/** @type {Record<string, string>} */
const WORDS = { wait: 'In the queue', pull: 'Image pull', boot: 'Container start', run: 'Command' };

/** Queue, pull, start and run of each attempt on one axis of time. @param {{a: any}} props */
export function TimelineView({ a }) {
  const [now, setNow] = useState(Date.now());
  const live = isLive(a.status);
  useEffect(() => {
    if (!live) {
      return undefined;
    }
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [live]);
  const { from, to, lanes } = timeline(a, now, REASONS);
  const percent = (/** @type {number} */ at) => `${(((at - from) / (to - from)) * 100).toFixed(3)}%`;
  const used = [...new Set(lanes.flatMap((lane) => lane.segments.map((segment) => segment.kind)))];
  return html`<div class="timeline">
    ${lanes.map((lane) => {
      const text = lane.segments.map((each) => `${WORDS[each.kind].toLowerCase()} ${duration(each.to - each.from)}`).join(', ');
      const own = lane.segments.length === 0 ? 0 : lane.segments[lane.segments.length - 1].to - lane.segments[0].from;
      return html`<div class="lane" key=${lane.label}>
        <strong>${lane.label}</strong>
        <div class="track" role="img" aria-label=${`${lane.label}: ${text}`}>${lane.segments.map((each) => html`
          <i class=${`phase-${each.kind} ${each.kind === 'run' ? lane.status : ''}`} title=${`${WORDS[each.kind]}: ${duration(each.to - each.from)}`}
            style=${{ left: percent(each.from), width: percent(from + each.to - each.from) }}></i>`)}</div>
        <span class="number">${duration(own)}</span>
        <p class="note-line">${text}${lane.spawner && `, on ${lane.spawner}`}${lane.text && html`. Ended: ${lane.text}`}</p>
      </div>`;
    })}
    ${a.nextAttemptAt && live && html`<p class="muted">The next attempt is due at ${clock(a.nextAttemptAt)}.</p>`}
    <div class="row between"><div class="legend">${used.map((kind) => html`<span><i
        class=${`phase-${kind} ${kind === 'run' ? a.status : ''}`}></i>${WORDS[kind]}</span>`)}</div>
      <span class="small muted">${clock(a.submittedAt)} to ${a.finishedAt ? clock(a.finishedAt) : 'now'}: ${duration(to - from)} in all, ${STATES[a.status].word.toLowerCase()}</span></div>
  </div>`;
}
