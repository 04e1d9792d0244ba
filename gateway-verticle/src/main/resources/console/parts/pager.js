import { html } from '../lib/html.js';
import { setQuery } from '../lib/url.js';

/**
 * Paging by the cursor in the URL. Back is the browser's back button; "first page" is always there.
 * @param {URLSearchParams} query @param {string} [name] of the parameter
 */
export function usePages(query, name = 'cursor') {
  const cursor = query.get(name);
  return { cursor, first: () => setQuery({ [name]: null }), to: (/** @type {string} */ next) => setQuery({ [name]: next }) };
}

/** @param {{pages: ReturnType<typeof usePages>, next: string | null | undefined}} props */
export function Pager({ pages, next }) {
  if (!pages.cursor && !next) {
    return null;
  }
  return html`<nav class="row" aria-label="Paging">
    <button type="button" disabled=${!pages.cursor} onClick=${pages.first}>First page</button>
    <button type="button" disabled=${!next} onClick=${() => next && pages.to(next)}>Next page</button>
  </nav>`;
}
