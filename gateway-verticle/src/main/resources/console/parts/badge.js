import { html } from '../lib/html.js';
import { STATES } from '../lib/status.js';
import { Icon } from './icon.js';

/** The state of an activation, as icon, word and colour. @param {{status: string}} props */
export function Badge({ status }) {
  const { word, icon } = STATES[status] ?? { word: status, icon: 'box' };
  return html`<span class=${'badge ' + status}><${Icon} name=${icon} />${word}</span>`;
}

/** A state with its words. @param {{words: import('../lib/event-words.js').Words, state: string}} props */
export function StateOf({ words, state }) {
  const { word, like, icon } = words[state] ?? { word: state, like: 'queued', icon: 'box' };
  return html`<${Mark} like=${like} icon=${icon}>${word}<//>`;
}

/** Any other state: with the colour of the one that it is most like. @param {{like: string, icon?: string, children: any}} props */
export function Mark({ like, icon, children }) {
  return html`<span class=${'badge ' + like}><${Icon} name=${icon ?? STATES[like].icon} />${children}</span>`;
}
