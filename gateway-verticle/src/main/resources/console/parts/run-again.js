import { useEffect, useState } from 'preact/hooks';
import { fetchAction } from '../lib/api.js';
import { html } from '../lib/html.js';
import { Dialog } from './dialog.js';
import { Loading } from './empty.js';
import { Invoke } from './invoke.js';

/** The argument of an activation. @param {string} id */
function useArgument(id) {
  const [state, setState] = useState(/** @type {{text: string | undefined, error: any}} */ ({ text: undefined, error: null }));
  useEffect(() => {
    const stop = new AbortController();
    fetchAction({ method: 'GET', path: `/v1/activations/${id}/argument`, headers: { Accept: '*/*' } }, stop.signal)
      .then((response) => response.text()).then((text) => setState({ text, error: null }), (error) => !stop.signal.aborted && setState({ text: undefined, error }));
    return () => stop.abort();
  }, [id]);
  return state;
}

/** The invoke form with the argument of an activation. @param {{a: any, onClose: () => void}} props */
export function RunAgain({ a, onClose }) {
  const { text, error } = useArgument(a.activationId);
  return html`<${Dialog} title="Edit and run again" onClose=${onClose} kind="wide"><h2>Edit and run ${a.function.name} again</h2>
    ${error && html`<p class="note warn">Its argument is not available, so write it again. “Replay” runs it as it was.</p>`}
    ${text === undefined && !error ? html`<${Loading} what="Loading the argument" />` : html`<${Invoke} name=${a.function.name}
        argument=${text ?? ''} tags=${a.tags} />`}
    <div class="foot"><button type="button" onClick=${onClose}>Close</button></div><//>`;
}
