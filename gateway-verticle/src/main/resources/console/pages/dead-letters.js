import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { href, setQuery } from '../lib/url.js';
import { useActivations } from '../lib/use-activations.js';
import { activationColumns } from '../parts/activation-columns.js';
import { FunctionAndReason } from '../parts/activation-filters.js';
import { Empty, Loading } from '../parts/empty.js';
import { JobConfirm } from '../parts/job-confirm.js';
import { PageHead } from '../parts/page-head.js';
import { Pager, usePages } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { activationKeys } from '../parts/row-actions.js';
import { Table } from '../parts/table.js';

/** Reasons of what failed for good: what was cancelled is no dead letter. */
const LOST = ['exit_code', 'out_of_memory', 'timed_out', 'signal', 'image_not_found', 'image_pull_failed', 'start_failed', 'worker_lost', 'function_deleted', 'queue_ttl'];

/** @param {{query: URLSearchParams}} props */
export default function DeadLetters({ query }) {
  const pages = usePages(query);
  const [asked, setAsked] = useState(/** @type {'redrive' | 'dismiss' | null} */ (null));
  const name = query.get('function');
  const reason = query.getAll('reason');
  const { rows, fresh, show, list, next } = useActivations({ function: name, reason, limit: 50, cursor: pages.cursor }, '/v1/dead-letters');
  const filtered = name !== null || reason.length > 0;
  const which = filtered ? `all that match${name ? `, of ${name}` : ''}${reason.length > 0 ? `, by ${reason.join(' or ').replaceAll('_', ' ')}` : ''}` : 'all of them';
  const filter = filtered ? { ...(name && { function: name }), ...(reason.length > 0 && { reason }) } : { all: true };
  const action = { method: 'POST', path: '/v1/dead-letters/' + asked, body: { filter } };
  const of = filtered ? 'these' : 'all';
  return html`
    <${PageHead} title="Dead letters">${rows.length > 0 && html`<button type="button" onClick=${() => setAsked('dismiss')}>Dismiss ${of}</button>
      <button type="button" class="primary" onClick=${() => setAsked('redrive')}>Run ${of} again</button>`}<//>
    <p class="muted">Activations that failed after their last attempt, until they are run again or dismissed.</p>
    <div class="filters" role="search" aria-label="Filters"><${FunctionAndReason} query=${query} reasons=${LOST} /></div>
    <${Problem} error=${list.error} retry=${list.reload} />
    ${fresh > 0 && !pages.cursor && html`<div><button type="button" onClick=${show}>Show ${fresh} new</button></div>`}
    ${rows.length > 0 ? html`<${Table} label="Dead letters" columns=${activationColumns()} rows=${rows} id=${(/** @type {any} */ a) => a.activationId}
        open=${(/** @type {any} */ a) => href('/activations/' + a.activationId)} keys=${(/** @type {any} */ a) => activationKeys(a.activationId)} stale=${list.stale} />`
      : !list.data ? !list.error && html`<${Loading} what="Loading dead letters" />`
      : filtered ? html`<${Empty} title="No dead letter matches" action=${html`<button type="button"
          onClick=${() => setQuery({ function: null, reason: null, cursor: null })}>Clear the filters</button>`}>None of this function failed for good by this reason.<//>`
      : html`<${Empty} title="No dead letters" action=${html`<a class="button" href=${href('/activations', { status: 'failed' })}>See what failed in this day</a>`}>
          Nothing failed for good, or all of it was run again or dismissed.<//>`}
    <${Pager} pages=${pages} next=${next} />
    ${asked === 'redrive' && html`<${JobConfirm} title="Run dead letters again?" text="Run again" things="dead letters" action=${action} onClose=${() => setAsked(null)}>
      <p>This runs ${which}, also those on other pages of the list, with the newest revision of each function.</p><//>`}
    ${asked === 'dismiss' && html`<${JobConfirm} title="Dismiss dead letters?" text="Dismiss" kind="danger" things="dead letters" action=${action} onClose=${() => setAsked(null)}>
      <p>This dismisses ${which}, also those on other pages of the list. Their records stay among the activations.</p><//>`}`;
}
