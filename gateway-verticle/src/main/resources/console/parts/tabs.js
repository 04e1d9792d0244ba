import { html } from '../lib/html.js';

/**
 * Tabs that are links, since the URL holds which one is open.
 * @param {{label: string, tabs: {text: string, to: string, current: boolean, count?: number | null}[]}} props
 */
export function Tabs({ label, tabs }) {
  return html`<nav class="tabs" aria-label=${label}>${tabs.map(({ text, to, current, count }) => html`
    <a href=${to} aria-current=${current ? 'page' : undefined}>${text}${count !== null && count !== undefined && html`<span
        class="count">${count.toLocaleString('en')}</span>`}</a>`)}
  </nav>`;
}
