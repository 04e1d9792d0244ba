import { useState } from 'preact/hooks';
import { send } from '../lib/api.js';
import { html } from '../lib/html.js';
import { prefer, prefs } from '../lib/prefs.js';
import { session, signOut } from '../lib/session.js';
import { useStore } from '../lib/store.js';
import { Confirm } from '../parts/confirm.js';
import { SelectField, TextField } from '../parts/field.js';
import { PageHead } from '../parts/page-head.js';
import { PasswordForm } from '../parts/password-form.js';
import { Sessions } from '../parts/sessions.js';

function Preferences() {
  const { theme, rows, shortcuts } = useStore(prefs);
  return html`<section class="panel"><h2>This browser</h2><div class="fields">
    <${SelectField} id="theme" label="Theme" value=${theme} options=${[['system', 'as the system'], ['light', 'light'], ['dark', 'dark']]}
        onInput=${(/** @type {string} */ value) => prefer('theme', value)} />
    <${SelectField} id="rows" label="Rows of tables" value=${rows} options=${[['compact', 'compact'], ['wide', 'wide']]}
        onInput=${(/** @type {string} */ value) => prefer('rows', value)} />
    <${SelectField} id="shortcuts" label="Shortcuts of one key" value=${shortcuts} options=${[['on', 'on'], ['off', 'off']]}
        onInput=${(/** @type {string} */ value) => prefer('shortcuts', value)} help="Press ? to see them." />
  </div></section>`;
}

/** @param {{user: import('../lib/session.js').User}} props */
function DeleteAccount({ user }) {
  const [open, setOpen] = useState(false);
  const [password, setPassword] = useState('');
  return html`<section class="panel stack"><h2>Delete the account</h2>
    <p class="muted">Its functions, activations and keys go with it. The name is not given to anyone else.</p>
    <div><button type="button" class="danger" onClick=${() => setOpen(true)}>Delete account</button></div>
    ${open && html`<${Confirm} title=${`Delete the account ${user.username}?`} name=${user.username} action="Delete account"
        onClose=${() => setOpen(false)}
      onConfirm=${() => send({ method: 'DELETE', path: '/v1/auth/me', body: { currentPassword: password } }).then(signOut)}>
      <p>All functions, activations, results and keys of this account are deleted.</p>
      <${TextField} id="delete-password" label="Password" type="password" autocomplete="current-password" value=${password}
          onInput=${setPassword} /><//>`}
  </section>`;
}

export default function Account() {
  const { user } = useStore(session);
  if (!user) {
    return null;
  }
  return html`
    <${PageHead} title="Account"><button type="button" onClick=${signOut}>Sign out</button><//>
    <dl class="facts"><dt>Name</dt><dd>${user.username}</dd><dt>Id</dt><dd><code>${user.userId}</code></dd><dt>Roles</dt><dd>${user.roles.join(', ')}</dd></dl>
    <${Preferences} />
    <${Sessions} />
    <${PasswordForm} username=${user.username} />
    <${DeleteAccount} user=${user} />`;
}
