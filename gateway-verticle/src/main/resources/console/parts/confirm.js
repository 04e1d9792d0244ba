import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { Dialog } from './dialog.js';
import { Problem } from './problem.js';

/**
 * Asks before something is done that cannot be undone. With `name` the user types it first.
 * @param {{title: string, name?: string, action: string, keep?: string, kind?: string, onConfirm: () => Promise<unknown>, onClose: () => void, children?: any}} props
 */
export function Confirm({ title, name, action, keep = 'Keep it', kind = 'danger', onConfirm, onClose, children }) {
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const ready = name === undefined || typed === name;
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!ready || busy) {
      return;
    }
    setBusy(true);
    try {
      await onConfirm();
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <form class="stack" onSubmit=${submit}>
      <h2>${title}</h2>
      ${children}
      ${name !== undefined && html`<div class="field">
        <label for="confirm-name">Type <code>${name}</code> to confirm</label>
        <input id="confirm-name" data-first autocomplete="off" spellcheck=${false} value=${typed}
            onInput=${(/** @type {any} */ e) => setTyped(e.target.value)} />
      </div>`}
      <${Problem} error=${error} />
      <div class="foot">
        <button type="button" onClick=${onClose}>${keep}</button>
        <button type="submit" class=${kind} disabled=${!ready || busy}>${action}</button>
      </div>
    </form>
  <//>`;
}
