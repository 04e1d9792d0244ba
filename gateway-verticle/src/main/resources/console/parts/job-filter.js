import { html } from '../lib/html.js';

/** @type {Record<string, (value: any) => string>} */
const WORDS = {
  all: () => 'everything',
  function: (name) => name,
  status: (states) => [states].flat().join(' or ').replaceAll('_', ' '),
  reason: (reasons) => [reasons].flat().join(' or ').replaceAll('_', ' '),
  batch: (id) => `batch …${id.slice(-8)}`,
  trigger: (id) => `trigger …${id.slice(-8)}`,
};

/** What a job works on, in few words. @param {{filter: any}} props */
export function JobFilter({ filter }) {
  const names = [...new Set([...Object.keys(WORDS), ...Object.keys(filter)])].filter((name) => filter[name] !== undefined && filter[name] !== null);
  return html`<span class="row tight">${names.map((name) => html`<span class="chip" title=${`${name}: ${filter[name]}`}>${WORDS[name]?.(filter[name])
      ?? `${name}: ${[filter[name]].flat().join(', ')}`}</span>`)}</span>`;
}
