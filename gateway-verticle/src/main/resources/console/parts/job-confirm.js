import { useState } from 'preact/hooks';
import { requestKey, send } from '../lib/api.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { href, navigate } from '../lib/url.js';
import { useMatched } from '../lib/use-matched.js';
import { Confirm } from './confirm.js';
import { CopyAs } from './copy-as.js';
import { Problem } from './problem.js';

/**
 * Says on how many things a job would work, makes it, and opens its page.
 * @param {{title: string, action: import('../lib/api.js').Action, text: string, kind?: string, things?: string, onClose: () => void, children?: any}} props
 *     `text` is on the button; `things` are counted
 */
export function JobConfirm({ title, action, text, kind = 'primary', things = 'activations', onClose, children }) {
  const [key] = useState(requestKey);
  const { matched, error } = useMatched(action);
  const make = async () => {
    const { data } = await send({ ...action, headers: { 'Idempotency-Key': key } });
    toast('The job was made');
    navigate(href('/jobs/' + data.jobId));
  };
  return html`<${Confirm} title=${title} action=${text} keep="Do nothing" kind=${kind} onConfirm=${make} onClose=${onClose}>
    ${children}
    ${error ? html`<${Problem} error=${error} title="They could not be counted" />`
      : html`<p>${matched === null ? 'Counting…' : matched === 0 ? `Nothing matches now: the job would do nothing.`
        : html`It works on <strong>${matched.toLocaleString('en')}</strong> ${matched === 1 ? things.replace(/s$/, '') : things}, in the background. A page shows how far it is.`}</p>`}
    <div><${CopyAs} action=${action} /></div><//>`;
}
