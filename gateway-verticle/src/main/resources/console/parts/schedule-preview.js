import { html } from '../lib/html.js';
import { Ago } from './ago.js';

/** @param {any} document */
export const previewOf = (document) => (document.cron && !document.at
  ? { method: 'POST', path: '/v1/schedules/preview', body: { cron: document.cron, zone: document.zone ?? null, dst: document.dst ?? null, count: 5 } } : null);

/** The next times of what is typed. @param {any} data */
export const Preview = (data) => html`<div class="panel stack tight" aria-live="polite"><h3>Next times</h3>
  ${data ? html`<ol class="plain stack tight">${data.times.map((/** @type {any} */ time) => html`<li class="row apart"><span class="mono">${time.localTime.replace('T', ' ')}</span>
      <span class="muted"><${Ago} time=${time.nominalTime} /></span>
      ${time.explain && html`<span class="small">${!time.fires && html`<strong>Does not run. </strong>`}${time.explain}</span>`}</li>`)}</ol>
      ${data.times.length === 0 && html`<p class="muted">This pattern has no time.</p>`}`
    : html`<p class="muted">They appear here when the pattern is complete.</p>`}</div>`;
