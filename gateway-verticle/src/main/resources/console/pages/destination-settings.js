import { DESTINATION_GROUPS } from '../lib/destination-fields.js';
import { html } from '../lib/html.js';
import { ResourceSettings } from '../parts/resource-settings.js';

/** @param {{name: string}} props */
export default function DestinationSettings({ name }) {
  return html`<${ResourceSettings} name=${name} list=${['Destinations', '/destinations']} groups=${DESTINATION_GROUPS} />`;
}
