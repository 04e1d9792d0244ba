import { HOOK_GROUPS } from '../lib/hook-fields.js';
import { html } from '../lib/html.js';
import { ResourceSettings } from '../parts/resource-settings.js';

/** @param {{name: string}} props */
export default function HookSettings({ name }) {
  return html`<${ResourceSettings} name=${name} list=${['Hooks', '/hooks']} groups=${HOOK_GROUPS} />`;
}
