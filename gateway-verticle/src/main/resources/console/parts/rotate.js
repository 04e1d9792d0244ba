import { useState } from 'preact/hooks';
import { send } from '../lib/api.js';
import { html } from '../lib/html.js';
import { Confirm } from './confirm.js';
import { SelectField } from './field.js';
import { ShownOnce } from './shown-once.js';

/** @type {[string, string][]} */
const OVERLAPS = [['0', 'not at all'], ['1', 'an hour'], ['24', 'a day'], ['168', '7 days']];

/**
 * A button that makes a new secret or address, asks how long the old one holds, and shows the new one once.
 * @param {{text: string, what: string, path: string, secretOf: (data: any) => string, after?: () => void, children?: any}} props
 *     children say what it does
 */
export function Rotate({ text, what, path, secretOf, after, children }) {
  const [open, setOpen] = useState(false);
  const [hours, setHours] = useState('24');
  const [made, setMade] = useState(/** @type {string | null} */ (null));
  const rotate = async () => {
    const { data } = await send({ method: 'POST', path, body: { overlapHours: Number(hours) } });
    setMade(secretOf(data));
    after?.();
  };
  return html`<button type="button" onClick=${() => setOpen(true)}>${text}</button>
    ${open && html`<${Confirm} title=${`Make a new ${what}?`} action=${`Make a new ${what}`} keep="Cancel" kind="primary" onConfirm=${rotate} onClose=${() => setOpen(false)}>
      ${children}<${SelectField} id="rotate-hours" label="The old one holds, too, for" value=${hours} options=${OVERLAPS} onInput=${setHours} /><//>`}
    ${made !== null && html`<${ShownOnce} what=${what} text=${made} onClose=${() => setMade(null)} />`}`;
}
