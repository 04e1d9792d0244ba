import { useEffect, useMemo, useState } from 'preact/hooks';
import { classify, download, size } from '../lib/bytes.js';
import { html } from '../lib/html.js';
import { LogText } from '../lib/log-text.js';
import { CopyButton } from './copy-as.js';
import { JsonTree } from './json-tree.js';
import { LogView } from './log-view.js';

/** An image, from memory: the page's policy allows no other. @param {{bytes: Uint8Array, type: string}} props */
function Picture({ bytes, type }) {
  const [url, setUrl] = useState(/** @type {string | undefined} */ (undefined));
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([/** @type {BlobPart} */ (bytes)], { type }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes]);
  return html`<img class="result-image" src=${url} alt="Result" />`;
}

/** @param {{text: string}} props */
function Text({ text }) {
  const log = useMemo(() => {
    const lines = new LogText();
    lines.append(text, 'stdout', null);
    return lines;
  }, [text]);
  return html`<${LogView} log=${log} version=${0} live=${false} label="Result" />`;
}

/** What the command wrote to stdout, by its kind. @param {{bytes: Uint8Array, id: string, truncated: boolean}} props */
export function Result({ bytes, id, truncated }) {
  const [raw, setRaw] = useState(false);
  const result = useMemo(() => classify(bytes), [bytes]);
  const shown = raw && result.kind === 'json' ? 'text' : result.kind;
  if (result.kind === 'empty') {
    return html`<p class="muted">It wrote nothing to stdout.</p>`;
  }
  return html`<div class="stack tight">
    <div class="row between"><span
        class="muted small">${{ json: 'JSON', text: 'Text', image: result.type, binary: 'Bytes' }[result.kind]}, ${size(bytes.length)}${truncated ? ', cut off at the limit of the function' : ''}</span>
      <span class="row tight">${result.kind === 'json' && html`<button type="button" class="plain small" aria-pressed=${raw}
          onClick=${() => setRaw(!raw)}>As text</button>`}
        ${result.text !== undefined && result.text.length < 1_000_000 && html`<${CopyButton} text=${result.text} what="the result" />`}
        <button type="button" class="plain small" onClick=${() => download(bytes, `${id}.result`)}>Download</button></span></div>
    ${shown === 'json' ? html`<${JsonTree} value=${result.value} />`
      : shown === 'image' ? html`<${Picture} bytes=${bytes} type=${result.type} />`
      : shown === 'text' ? html`<${Text} text=${result.text ?? ''} />`
      : html`<p class="muted">These bytes are not text. Download them.</p>`}
  </div>`;
}
