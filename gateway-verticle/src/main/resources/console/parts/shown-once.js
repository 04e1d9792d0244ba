import { html } from '../lib/html.js';
import { CopyButton } from './copy-as.js';
import { Dialog } from './dialog.js';

/**
 * A secret that the platform never shows again, so Escape does not close it.
 * @param {{what: string, text: string, onClose: () => void, children?: any}} props `what` is its word
 */
export function ShownOnce({ what, text, onClose, children }) {
  return html`<${Dialog} title=${`The new ${what}`} onClose=${() => undefined}><h2>Store this ${what} now</h2>
    <p>It is never shown again.</p>${children}<pre class="code wrap" tabindex="0">${text}</pre>
    <div class="foot"><${CopyButton} text=${text} what=${`the ${what}`} /><button type="button" class="primary" data-first
        onClick=${onClose}>I have stored it</button></div><//>`;
}
