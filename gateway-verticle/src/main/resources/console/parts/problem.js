import { html } from '../lib/html.js';
import { ApiError } from '../lib/api.js';

/**
 * An error: what happened, the next step, the id of the request, and another try.
 * @param {{error: any, retry?: () => void, title?: string}} props
 */
export function Problem({ error, retry, title }) {
  if (!error) {
    return null;
  }
  const problem = error instanceof ApiError ? error.problem : { title: 'The console failed', detail: String(error?.message ?? error), requestId: undefined, errors: undefined };
  return html`<div class="problem" role="alert">
    <h2>${title ?? problem.title}</h2>
    <p>${problem.detail}</p>
    ${problem.errors && html`<ul
        class="plain small">${problem.errors.map((each) => html`<li><code>${each.field || 'body'}</code> ${each.message}</li>`)}</ul>`}
    ${problem.requestId && html`<p class="small muted">Request <code>${problem.requestId}</code></p>`}
    ${retry && html`<button type="button" onClick=${retry}>Try again</button>`}
  </div>`;
}
