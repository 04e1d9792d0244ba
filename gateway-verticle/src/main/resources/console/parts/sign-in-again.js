import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { session, signOut } from '../lib/session.js';
import { useSignIn } from '../lib/use-sign-in.js';
import { Dialog } from './dialog.js';
import { TextField } from './field.js';

/** Asks for the password when the login has expired; the page below keeps what was typed. */
export function SignInAgain() {
  const [password, setPassword] = useState('');
  const { busy, wrong, send } = useSignIn();
  const name = session.get().user?.username ?? '';
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    send(name, password);
  };
  return html`<${Dialog} title="Sign in again" onClose=${() => undefined}>
    <form class="stack" onSubmit=${submit}>
      <h2>Your login has expired</h2>
      <p class="muted">Sign in again as <strong>${name}</strong>. What you typed on this page stays.</p>
      <input class="hidden" autocomplete="username" value=${name} readonly tabindex="-1" aria-hidden="true" />
      <${TextField} id="again-password" label="Password" type="password" data-first autocomplete="current-password" value=${password}
          onInput=${setPassword} error=${wrong} />
      <div class="foot"><button type="button" onClick=${signOut}>Leave</button><button type="submit" class="primary"
          disabled=${busy}>Sign in</button></div>
    </form>
  <//>`;
}
