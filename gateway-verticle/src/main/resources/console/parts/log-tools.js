import { html } from '../lib/html.js';

/**
 * Search and options above a log.
 * @param {{options: {wrap: boolean, times: boolean, side: string}, onOptions: (options: any) => void,
 *     search: ReturnType<typeof import('../lib/use-search.js').useSearch>, both: boolean, lines: number, children?: any}} props
 */
export function LogTools({ options, onOptions, search, both, lines, children }) {
  const key = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      search.go(event.shiftKey ? -1 : 1);
    }
  };
  const toggle = (/** @type {'wrap' | 'times'} */ name, /** @type {string} */ word) => html`<label class="check">
    <input type="checkbox" checked=${options[name]} onChange=${() => onOptions({ ...options, [name]: !options[name] })} />${word}</label>`;
  return html`<div class="log-tools">
    <input type="search" aria-label="Search in the log" placeholder="Search" value=${search.wanted}
        onInput=${(/** @type {any} */ e) => search.setWanted(e.target.value)} onKeyDown=${key} />
    ${search.wanted !== '' && html`<span
        role="status">${search.hits.length === 0 ? (search.done ? 'no match' : 'searching…') : `${search.at + 1} of ${search.hits.length.toLocaleString('en')}${search.done ? '' : '…'}`}</span>
      <button type="button" class="plain small" aria-label="Previous match" onClick=${() => search.go(-1)}>↑</button><button type="button"
          class="plain small" aria-label="Next match" onClick=${() => search.go(1)}>↓</button>`}
    ${toggle('wrap', 'Wrap')}${toggle('times', 'Times')}
    ${both && html`<select aria-label="Streams" class="small" value=${options.side}
        onChange=${(/** @type {any} */ e) => onOptions({ ...options, side: e.target.value })}>
      ${[['both', 'both streams'], ['stdout', 'stdout'], ['stderr', 'stderr']].map(([value, word]) => html`<option value=${value}
          selected=${value === options.side}>${word}</option>`)}</select>`}
    <span class="muted small">${lines.toLocaleString('en')} ${lines === 1 ? 'line' : 'lines'}</span>
    <span class="log-actions">${children}</span>
  </div>`;
}
