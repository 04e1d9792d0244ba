import { useState } from 'preact/hooks';
import { requestKey, send } from '../lib/api.js';
import { copy } from '../lib/copy.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { isLive } from '../lib/status.js';
import { href, navigate } from '../lib/url.js';
import { Dialog } from './dialog.js';
import { Problem } from './problem.js';

/** @param {any} a */
export const cancelAction = (a) => ({ method: 'DELETE', path: '/v1/activations/' + a.activationId });
/** @param {any} a */
export const replayAction = (a) => ({ method: 'POST', path: `/v1/activations/${a.activationId}/replay`, body: {} });

/** The shortcuts of an activation, on its page or of the chosen row. @param {string} id @returns {Record<string, [string, () => void]>} */
export const activationKeys = (id) => ({
  c: ['Copy the id', async () => { if (await copy(id)) { toast('Copied the id'); } }],
  x: ['Cancel', () => /** @type {HTMLElement | null} */ (document.querySelector(`[data-cancel="${id}"]`))?.click()],
});

/** Cancels what lives, replays what has ended. @param {{a: any, small?: boolean, after?: () => void}} props */
export function CancelOrReplay({ a, small = false, after }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(/** @type {any} */ (null));
  const act = async (/** @type {import('../lib/api.js').Action} */ action) => {
    setBusy(true);
    try {
      const { data } = await send(action);
      toast(action.method === 'DELETE' ? (data.status === 'cancelled' ? 'Cancelled' : 'Asked it to stop') : 'Replayed');
      if (action.method === 'POST' && !small) {
        navigate(href('/activations/' + data.activationId));
      }
      after?.();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  const live = isLive(a.status);
  const run = () => act(live ? cancelAction(a) : { ...replayAction(a), headers: { 'Idempotency-Key': requestKey() } });
  return html`<button type="button" class=${small ? 'small' : ''} data-cancel=${live ? a.activationId : undefined} disabled=${busy} onClick=${run}
      aria-label=${small ? `${live ? 'Cancel' : 'Replay'} …${a.activationId.slice(-8)}` : undefined}>${live ? 'Cancel' : 'Replay'}</button>
    ${error && html`<${Dialog} title="It was refused" onClose=${() => setError(null)}><${Problem} error=${error} />
      <div class="foot"><button type="button" data-first onClick=${() => setError(null)}>Close</button></div><//>`}`;
}
