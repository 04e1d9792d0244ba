import { html } from '../lib/html.js';
import { local, range } from '../lib/time.js';
import { setQuery } from '../lib/url.js';

/** The time that charts and lists show; the URL has it. @param {{query: URLSearchParams, fallback: string, names?: string[], also?: Record<string, null>}} props */
export function RangePicker({ query, fallback, names = ['1h', '6h', '24h', '7d', '30d'], also = {} }) {
  const { name, since, until } = range(query, /** @type {any} */ (fallback));
  return html`<label class="row tight"><span class="hidden">Time</span>
    <select aria-label="Time" value=${name}
        onChange=${(/** @type {any} */ e) => setQuery({ range: e.target.value, since: null, until: null, ...also })}>
      ${name === 'custom' && html`<option
          value="custom" selected>${local(since).slice(5, 16)} to ${until ? local(until).slice(5, 16) : 'now'}</option>`}
      ${names.map((each) => html`<option value=${each} selected=${each === name}>Last ${each.replace('h', ' h').replace('d', ' days')}</option>`)}
    </select></label>
    ${name === 'custom' && html`<button type="button" class="plain small"
        onClick=${() => setQuery({ since: null, until: null, ...also })}>Zoom out</button>`}`;
}
