import { html } from '../lib/html.js';
import { bound } from '../lib/keys.js';
import { prefs } from '../lib/prefs.js';
import { href } from '../lib/url.js';
import { Dialog } from './dialog.js';

/** The shortcuts of this page. @param {{onClose: () => void}} props */
export function HelpSheet({ onClose }) {
  return html`<${Dialog} title="Keyboard shortcuts" onClose=${onClose} light>
    <h2>Keyboard shortcuts</h2>
    ${prefs.get().shortcuts === 'off' && html`<p class="note">Shortcuts of one key are off. <a href=${href('/account')}
        onClick=${onClose}>Turn them on</a></p>`}
    <dl class="facts">${bound().map(({ key, text }) => html`<dt>${key.split(' ').map((each) => html`<kbd>${each}</kbd> `)}</dt><dd>${text}</dd>`)}
      <dt><kbd>Esc</kbd></dt><dd>Close what floats</dd></dl>
    <p><a href="/docs">API reference</a></p>
    <div class="foot"><button type="button" data-first onClick=${onClose}>Close</button></div>
  <//>`;
}
