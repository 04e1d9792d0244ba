import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { session } from '../lib/session.js';
import { useStore } from '../lib/store.js';
import { href, navigate, PREFIX } from '../lib/url.js';
import { useMethods } from '../lib/use-methods.js';
import { useSignIn } from '../lib/use-sign-in.js';
import { TextField } from '../parts/field.js';
import { PageHead } from '../parts/page-head.js';

/** Only a page of this console, so that a link cannot lead elsewhere. @param {string | null} next @returns {string} */
export function safeNext(next) {
  return next !== null && (next === PREFIX || next.startsWith(PREFIX + '/')) && !next.includes('\\') ? next : href('/');
}

/** @param {{query: URLSearchParams}} props */
export default function SignIn({ query }) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const { busy, wrong, send } = useSignIn();
  const methods = useMethods();
  const { state } = useStore(session);
  const next = query.get('next');
  useEffect(() => {
    if (state === 'in') {
      navigate(safeNext(next), true);
    }
  }, [state]);
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    send(username, password);
  };
  return html`<main class="panel stack">
    <${PageHead} title="Sign in" />
    <form class="stack" onSubmit=${submit}>
      <${TextField} id="username" label="Name" autocomplete="username" autocapitalize="none" spellcheck=${false} required value=${username}
          onInput=${setUsername} />
      <${TextField} id="password" label="Password" type="password" autocomplete="current-password" required value=${password}
          onInput=${setPassword} />
      ${wrong && html`<p class="problem" role="alert">${wrong}</p>`}
      <button type="submit" class="primary" disabled=${busy}>Sign in</button>
    </form>
    ${methods && methods.registration !== 'closed' && html`<p class="muted">No account yet? <a href=${href('/signup', { next })}>Sign up</a></p>`}
  </main>`;
}
