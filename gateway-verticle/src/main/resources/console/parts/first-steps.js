import { useState } from 'preact/hooks';
import { requestKey, send } from '../lib/api.js';
import { html } from '../lib/html.js';
import { href, navigate } from '../lib/url.js';
import { CopyAs } from './copy-as.js';
import { Problem } from './problem.js';

const EXAMPLE = { name: 'hello', image: 'busybox', command: ['echo', 'Hello,'], description: 'The first function: it greets its argument.' };
const RUN = { argument: 'world' };

/** Three steps for a user who has no function. */
export function FirstSteps() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(/** @type {any} */ (null));
  const create = { method: 'POST', path: '/v1/functions', body: EXAMPLE };
  const run = { method: 'POST', path: '/v1/functions/hello/activations', body: RUN };
  const all = async () => {
    setBusy(true);
    try {
      await send(create);
      const { data } = await send({ ...run, headers: { 'Idempotency-Key': requestKey() } });
      navigate(href('/activations/' + data.activationId));
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return html`<section class="panel stack"><h2>Three steps to the first result</h2>
    <ol class="stack" style=${{ paddingLeft: '20px' }}>
      <li><strong>Make a function</strong><p class="muted">An image and a command: <code>echo Hello,</code> in <code>busybox</code>.</p><${CopyAs}
          action=${create} /></li>
      <li><strong>Invoke it</strong><p
          class="muted">With the argument <code>world</code>, which becomes the last word of the command.</p><${CopyAs} action=${run} /></li>
      <li><strong>Read its result</strong><p class="muted">The page of the activation shows where its time went and what it wrote.</p></li>
    </ol>
    <${Problem} error=${error} />
    <div class="row"><button type="button" class="primary" disabled=${busy} onClick=${all}>Do all three</button><a class="button"
        href=${href('/functions/new')}>Make my own</a></div></section>`;
}
