import { html } from '../lib/html.js';
import { pieces } from '../lib/ansi.js';
import { marked } from '../lib/search.js';
import { clock } from '../lib/time.js';

/** @param {{line: import('../lib/log-text.js').Line, top: number, times: boolean, sides: boolean, wanted: string, hit: boolean}} props */
export function LogLine({ line, top, times, sides, wanted, hit }) {
  return html`<div class=${'log-line' + (hit ? ' hit' : '')} style=${{ top: top + 'px' }}>
    ${sides && html`<span class=${line.stream === 'stderr' ? 'mark-err' : 'mark-out'}></span>`}
    ${times && html`<time>${line.at ? clock(line.at) : ' '.repeat(12)}</time>`}<span>${pieces(line.text).map((piece) => html`<span
        class=${piece.classes || undefined}>${marked(piece.text, wanted).map((part) => (part.hit ? html`<mark>${part.text}</mark>` : part.text))}</span>`)}</span></div>`;
}
