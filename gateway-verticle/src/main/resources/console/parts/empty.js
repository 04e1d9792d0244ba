import { html } from '../lib/html.js';

/**
 * Says what belongs here, why there is nothing, and the next step.
 * @param {{title: string, children?: any, action?: any}} props
 */
export function Empty({ title, children, action }) {
  return html`<div class="empty"><h2>${title}</h2>${children && html`<p class="muted">${children}</p>`}${action}</div>`;
}

/** A place where data comes soon. It says nothing for the first moment, and never covers data. @param {{what?: string}} props */
export function Loading({ what = 'Loading' }) {
  return html`<p class="loading" role="status">${what}…</p>`;
}
