import { html } from '../lib/html.js';
import { CHANGED_SOURCE_GROUPS } from '../lib/source-fields.js';
import { ResourceSettings } from '../parts/resource-settings.js';

/** @param {{name: string}} props */
export default function SourceSettings({ name }) {
  return html`<${ResourceSettings} name=${name} list=${['Sources', '/sources']} groups=${CHANGED_SOURCE_GROUPS} />`;
}
