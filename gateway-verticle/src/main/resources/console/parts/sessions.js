import { useState } from 'preact/hooks';
import { send } from '../lib/api.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { usePoll } from '../lib/poll.js';
import { Ago } from './ago.js';
import { Mark } from './badge.js';
import { Confirm } from './confirm.js';
import { Loading } from './empty.js';
import { Problem } from './problem.js';
import { Table } from './table.js';

/** What kind of client it is, in few words. @param {string | null} agent */
function clientOf(agent) {
  if (!agent) {
    return 'unknown';
  }
  const browser = /(Firefox|Edg|Chrome|Safari)\/(\d+)/.exec(agent);
  return browser ? `${browser[1].replace('Edg', 'Edge')} ${browser[2]}` : agent;
}

/** The logins of the user. */
export function Sessions() {
  const list = usePoll('/v1/auth/sessions', { query: { limit: 50 }, every: () => 30_000 });
  const [others, setOthers] = useState(false);
  const [error, setError] = useState(/** @type {any} */ (null));
  const end = (/** @type {any} */ each) => send({ method: 'DELETE', path: '/v1/auth/sessions/' + each.sid }).then(() => { toast('Signed out there'); list.reload(); }, setError);
  /** @type {import('./table.js').Column[]} */
  const columns = [
    { title: 'Client', cell: (s) => html`<span class="row"><span class="cut"
        title=${s.client ?? ''}>${clientOf(s.client)}</span>${s.current && html`<${Mark} like="succeeded">This one<//>`}</span>` },
    { title: 'Address', kind: 'fit', cell: (s) => html`<code>${s.address ?? '–'}</code>` },
    { title: 'Signed in', kind: 'fit', cell: (s) => html`<${Ago} time=${s.createdAt} />` },
    { title: 'Last used', kind: 'fit', cell: (s) => html`<${Ago} time=${s.lastUsedAt} />` },
    { title: 'Ends', kind: 'fit', cell: (s) => html`<${Ago} time=${s.endsAt} />` },
    { title: '', kind: 'fit', cell: (s) => !s.current && html`<button type="button" class="small" onClick=${() => end(s)}
        aria-label=${`End the session of ${clientOf(s.client)}`}>End</button>` },
  ];
  return html`<section><div class="section-head"><h2>Sessions</h2><button type="button"
      onClick=${() => setOthers(true)}>Sign out everywhere else</button></div>
    <${Problem} error=${error ?? list.error} retry=${list.reload} />
    ${list.data ? html`<${Table} label="Sessions" columns=${columns} rows=${list.data.items} id=${(/** @type {any} */ s) => s.sid}
        stale=${list.stale} />` : !list.error && html`<${Loading} />`}
    ${others && html`<${Confirm} title="Sign out everywhere else?" action="Sign out" onClose=${() => setOthers(false)} keep="Back"
      onConfirm=${() => send({ method: 'DELETE', path: '/v1/auth/sessions' }).then(() => { toast('Signed out everywhere else'); list.reload(); })}><p>All other browsers and clients must sign in again. API keys stay.</p><//>`}
  </section>`;
}
