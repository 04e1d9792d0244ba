import { useState } from 'preact/hooks';
import { fieldErrors, send as call } from '../lib/api.js';
import { html } from '../lib/html.js';
import { href, navigate } from '../lib/url.js';
import { useMethods } from '../lib/use-methods.js';
import { useSignIn } from '../lib/use-sign-in.js';
import { TextField } from '../parts/field.js';
import { PageHead } from '../parts/page-head.js';
import { Problem } from '../parts/problem.js';
import { safeNext } from './signin.js';

/** @param {{query: URLSearchParams}} props */
export default function SignUp({ query }) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [invitation, setInvitation] = useState(query.get('invitation') ?? '');
  const [error, setError] = useState(/** @type {any} */ (null));
  const { busy, wrong, send } = useSignIn();
  const methods = useMethods();
  const next = query.get('next');
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setError(null);
    try {
      await call({ method: 'POST', path: '/v1/auth/register', body: { username, password, ...(invitation ? { invitation } : {}) } });
    } catch (failure) {
      setError(failure);
      return;
    }
    if (await send(username, password)) {
      navigate(safeNext(next), true);
    }
  };
  const fields = fieldErrors(error);
  const mode = methods?.registration;
  return html`<main class="panel stack">
    <${PageHead} title="Sign up" />
    ${mode === 'closed' ? html`<p>This platform takes no new accounts. Ask its operator for one.</p>`
      : html`<form class="stack" onSubmit=${submit}>
        <${TextField} id="username" label="Name" autocomplete="username" autocapitalize="none" spellcheck=${false} required value=${username}
            onInput=${setUsername}
          error=${fields.username} help="3 to 64 of a–z, 0–9, dot, dash and underscore. It cannot be changed." />
        <${TextField} id="password" label="Password" type="password" autocomplete="new-password" required minlength="8" value=${password}
            onInput=${setPassword}
          error=${fields.password} help="At least 8 characters." />
        ${(mode === 'invitation' || invitation !== '') && html`<${TextField} id="invitation" label="Invitation" required autocomplete="off"
            value=${invitation} onInput=${setInvitation} error=${fields.invitation} />`}
        ${error && Object.keys(fields).length === 0 && html`<${Problem} error=${error} />`}
        ${wrong && html`<p class="problem" role="alert">${wrong}</p>`}
        <button type="submit" class="primary" disabled=${busy}>Sign up</button>
      </form>`}
    <p class="muted">You have an account? <a href=${href('/signin', { next })}>Sign in</a></p>
  </main>`;
}
