import { useState } from 'preact/hooks';
import { fieldErrors, send } from '../lib/api.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { TextField } from './field.js';
import { Problem } from './problem.js';

/** @param {{username: string}} props */
export function PasswordForm({ username }) {
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [error, setError] = useState(/** @type {any} */ (null));
  const errors = fieldErrors(error);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      await send({ method: 'POST', path: '/v1/auth/password', body: { currentPassword: old, newPassword: next } });
      setOld('');
      setNext('');
      setError(null);
      toast('The password is changed');
    } catch (failure) {
      setError(failure);
    }
  };
  return html`<section class="panel"><h2>Password</h2><form class="stack" onSubmit=${submit}>
    <input class="hidden" autocomplete="username" value=${username} readonly tabindex="-1" aria-hidden="true" />
    <div class="fields">
      <${TextField} id="old-password" label="Current password" type="password" autocomplete="current-password" required value=${old}
          onInput=${setOld} error=${errors.currentPassword} />
      <${TextField} id="new-password" label="New password" type="password" autocomplete="new-password" required minlength="8" value=${next}
          onInput=${setNext} error=${errors.newPassword} help="At least 8 characters. Other sessions end." />
    </div>
    ${Object.keys(errors).length === 0 && html`<${Problem} error=${error} />`}
    <div><button type="submit">Change password</button></div></form></section>`;
}
