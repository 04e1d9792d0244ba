import { html } from '../lib/html.js';

/** What a job works on, in few words. @param {any} filter @returns {string[]} */
function wordsOf(filter) {
  const { all, ...rest } = filter;
  return all ? ['everything'] : Object.entries(rest).map(([name, value]) => `${name}: ${[value].flat().join(' or ')}`.replaceAll('_', ' '));
}

/** @param {{filter: any}} props */
export function JobFilter({ filter }) {
  return html`<span class="row tight">${wordsOf(filter).map((text) => html`<span class="chip" title=${text}>${text}</span>`)}</span>`;
}
