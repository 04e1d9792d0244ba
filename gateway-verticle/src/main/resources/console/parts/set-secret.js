import { useState } from 'preact/hooks';
import { fieldErrors, send } from '../lib/api.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { CopyAs } from './copy-as.js';
import { Dialog } from './dialog.js';
import { AreaField, TextField } from './field.js';
import { Problem } from './problem.js';

/**
 * Stores a value. What is typed is not readable on the page, and no copied text has it.
 * @param {{name: string | null, onClose: () => void, after: () => void}} props `name` is null for a new secret
 */
export function SetSecret({ name: known, onClose, after }) {
  const [name, setName] = useState(known ?? '');
  const [value, setValue] = useState('');
  const [error, setError] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);
  const action = (/** @type {string} */ text) => ({
    method: 'PUT', path: '/v1/secrets/' + encodeURIComponent(name), body: { value: text }, ...(known === null && { headers: { 'If-None-Match': '*' } }),
  });
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const { data } = await send(action(value));
      toast(`Stored version ${data.version} of ${data.name}`);
      after();
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  const title = known === null ? 'New secret' : `New value of ${known}`;
  const errors = fieldErrors(error);
  const isTaken = known === null && error?.status === 412;
  return html`<${Dialog} title=${title} onClose=${onClose}><form class="stack" onSubmit=${submit}><h2>${title}</h2>
    ${known === null ? html`<${TextField} id="secret-name" label="Name" data-first required maxlength="63" autocomplete="off" spellcheck=${false} value=${name} onInput=${setName}
        help="Letters, digits, dashes and underscores, such as db-password." error=${isTaken ? 'There is a secret of this name: set its value in the list.' : undefined} />`
      : html`<p>It becomes the next version. Runs that start from now on get it; a function that names a version keeps that one.</p>`}
    <${AreaField} id="secret-value" label="Value" class="masked" rows=${3} required autocomplete="off" data-first=${known !== null ? true : undefined} value=${value}
        onInput=${setValue} error=${errors.value} help=${`${new TextEncoder().encode(value).length.toLocaleString('en')} of 65,536 bytes. It is stored as it is, without a line end added.`} />
    ${!isTaken && Object.keys(errors).length === 0 && html`<${Problem} error=${error} />`}
    <div class="foot"><button type="button" onClick=${onClose}>Cancel</button><${CopyAs} action=${action('VALUE')} /><button type="submit" class="primary"
        disabled=${busy || name === '' || value === ''}>Store</button></div></form><//>`;
}
