import { html } from '../lib/html.js';

/**
 * How much of a whole is in which state, as one bar and its numbers.
 * @param {{of: number, parts: {word: string, like: string, count: number}[]}} props `like` is the state whose colour it has
 */
export function Progress({ of, parts }) {
  const some = parts.filter(({ count }) => count > 0);
  const left = Math.max(0, of - some.reduce((sum, { count }) => sum + count, 0));
  const text = some.map(({ word, count }) => `${count.toLocaleString('en')} ${word.toLowerCase()}`).join(', ') || 'nothing yet';
  return html`<div class="stack tight"><div class="progress" role="img" aria-label=${text}>${some.map(({ like, count }) => html`<i
      class=${like} style=${{ flexGrow: count }}></i>`)}${left > 0 && html`<i class="left" style=${{ flexGrow: left }}></i>`}</div>
    <div class="legend">${some.map(({ word, like, count }) => html`<span><i class=${like}></i>${count.toLocaleString('en')} ${word.toLowerCase()}</span>`)}
      ${some.length === 0 && html`<span>nothing yet</span>`}</div></div>`;
}

/** A small one for a row of a table. @param {{of: number, done: number, failed: number, label: string}} props */
export function SmallProgress({ of, done, failed, label }) {
  return html`<span class="progress small-bar" role="img" aria-label=${label}><i class="succeeded" style=${{ flexGrow: done }}></i><i
      class="failed" style=${{ flexGrow: failed }}></i><i class="left" style=${{ flexGrow: Math.max(0, of - done - failed) }}></i></span>`;
}
