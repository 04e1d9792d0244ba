import { html } from '../lib/html.js';
import { announcement, toasts } from '../lib/live.js';
import { useStore } from '../lib/store.js';

/** Confirmations, and the live region that screen readers read. */
export function Toasts() {
  return html`<div class="toasts">${useStore(toasts).map(({ id, text }) => html`<div class="toast" key=${id}>${text}</div>`)}</div>
    <div class="hidden" aria-live="polite">${useStore(announcement)}</div>`;
}
