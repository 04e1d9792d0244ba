import { html } from '../lib/html.js';
import { SCHEDULE_GROUPS } from '../lib/schedule-fields.js';
import { ResourceSettings } from '../parts/resource-settings.js';
import { Preview, previewOf } from '../parts/schedule-preview.js';

/** @param {{name: string}} props */
export default function ScheduleSettings({ name }) {
  return html`<${ResourceSettings} name=${name} list=${['Schedules', '/schedules']} groups=${SCHEDULE_GROUPS} check=${previewOf} checked=${Preview} />`;
}
