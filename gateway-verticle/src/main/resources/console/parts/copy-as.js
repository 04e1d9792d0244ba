import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { asCli, asCurl, asHttp, copy } from '../lib/copy.js';
import { toast } from '../lib/live.js';
import { Dialog } from './dialog.js';
import { Menu } from './menu.js';

/** The text in a field, selected, where the clipboard is not available. @param {{text: string, onClose: () => void}} props */
export function CopyField({ text, onClose }) {
  return html`<${Dialog} title="Copy the text" onClose=${onClose} kind="wide">
    <h2>Copy the text</h2>
    <p class="muted">The browser allows copying by a button only over HTTPS. Press Ctrl-C.</p>
    <textarea data-first readonly rows="8" aria-label="Text to copy" onFocus=${(/** @type {any} */ e) => e.target.select()}>${text}</textarea>
    <div class="foot"><button type="button" onClick=${onClose}>Close</button></div>
  <//>`;
}

/** Copies what an action sends. @param {{action: import('../lib/api.js').Action}} props */
export function CopyAs({ action }) {
  const [shown, setShown] = useState(/** @type {string | null} */ (null));
  const take = async (/** @type {string} */ name, /** @type {string} */ text) => {
    if (await copy(text)) {
      toast(`Copied as ${name}`);
    } else {
      setShown(text);
    }
  };
  return html`<${Menu} label="Copy as" items=${[
    { text: 'curl', run: () => take('curl', asCurl(action, window.location.origin)) },
    { text: 'faas (client)', run: () => take('a command of the client', asCli(action)) },
    { text: 'HTTP', run: () => take('HTTP', asHttp(action, window.location.host)) },
  ]} />${shown !== null && html`<${CopyField} text=${shown} onClose=${() => setShown(null)} />`}`;
}

/** Copies a text. @param {{text: string, what: string}} props */
export function CopyButton({ text, what }) {
  const [shown, setShown] = useState(false);
  const take = async () => ((await copy(text)) ? toast(`Copied ${what}`) : setShown(true));
  return html`<button type="button" class="plain small" onClick=${take} aria-label=${`Copy ${what}`}>Copy</button>
    ${shown && html`<${CopyField} text=${text} onClose=${() => setShown(false)} />`}`;
}
