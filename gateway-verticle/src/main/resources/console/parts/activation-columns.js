import { html } from '../lib/html.js';
import { duration } from '../lib/time.js';
import { phases } from '../lib/timeline.js';
import { isLive } from '../lib/status.js';
import { href } from '../lib/url.js';
import { Ago } from './ago.js';
import { Badge } from './badge.js';

/** @type {Record<string, string>} */
export const PHASE_WORDS = { wait: 'waited', pull: 'pulled', boot: 'started', run: 'ran' };

/** What an activation waited for and how long it ran, in one bar. @param {{a: any}} props */
export function PhaseBar({ a }) {
  const parts = phases(a, Date.now());
  const text = parts.map(({ kind, ms }) => `${PHASE_WORDS[kind]} ${duration(ms)}`).join(', ');
  return html`<span class="phase-bar" role="img" aria-label=${text || 'nothing yet'} title=${text}>${parts.map(({ kind, ms }) => html`
    <i class=${`phase-${kind} ${kind === 'run' ? a.status : ''}`} style=${{ flexGrow: ms, minWidth: '2px' }}></i>`)}</span>`;
}

/** Short, since ids share their beginning in time. @param {{id: string}} props */
export function ShortId({ id }) {
  return html`<a class="mono" href=${href('/activations/' + id)} title=${id}>…${id.slice(-8)}</a>`;
}

/** @param {any} a @returns {string} why it ended so, in few words */
export function shortReason(a) {
  if (a.reason === null) {
    return '';
  }
  return a.reason === 'exit_code' ? `exit ${a.exitCode}` : a.reason === 'signal' ? a.signal ?? 'signal' : a.reason.replaceAll('_', ' ');
}

/** @param {any} a @returns {string} */
const why = (a) => [shortReason(a), a.attempt > 1 ? `attempt ${a.attempt}` : ''].filter(Boolean).join(', ');

/**
 * The columns of lists of activations.
 * @param {{withFunction?: boolean, actions?: (a: any) => any}} options @returns {import('./table.js').Column[]}
 */
export function activationColumns({ withFunction = true, actions } = {}) {
  return [
    { title: 'State', kind: 'fit', cell: (a) => html`<${Badge} status=${a.status} />` },
    { title: 'Activation', kind: 'fit', cell: (a) => html`<${ShortId} id=${a.activationId} />` },
    ...(withFunction ? [{ title: 'Function', cell: (/** @type {any} */ a) => html`<a class="cut"
        href=${href('/functions/' + a.function.name)}>${a.function.name}</a>` }] : []),
    { title: 'Why', cell: (a) => why(a) && html`<span class="cut muted" title=${a.detail ?? ''}>${why(a)}</span>` },
    { title: 'Tags', cell: (a) => Object.keys(a.tags).length > 0 && html`<span
        class="row tight">${Object.entries(a.tags).slice(0, 2).map(([key, value]) => html`<span class="chip"
        title=${`${key}:${value}`}>${key}:${value}</span>`)}</span>` },
    { title: 'Waited, started, ran', kind: 'fit', cell: (a) => html`<${PhaseBar} a=${a} />` },
    { title: 'Took', kind: 'number fit', cell: (a) => (a.durationMs !== null ? duration(a.durationMs) : isLive(a.status) ? '' : '–') },
    { title: 'Submitted', kind: 'number fit', cell: (a) => html`<span class="muted"><${Ago} time=${a.submittedAt} /></span>` },
    ...(actions ? [{ title: '', kind: /** @type {const} */ ('fit'), cell: actions }] : []),
  ];
}
