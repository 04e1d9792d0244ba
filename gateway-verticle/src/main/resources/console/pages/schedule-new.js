import { useState } from 'preact/hooks';
import { send } from '../lib/api.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { SCHEDULE_GROUPS } from '../lib/schedule-fields.js';
import { href, navigate } from '../lib/url.js';
import { PageHead } from '../parts/page-head.js';
import { ResourceForm } from '../parts/resource-form.js';
import { Preview, previewOf } from '../parts/schedule-preview.js';

const actionOf = (/** @type {any} */ document) => ({ method: 'POST', path: '/v1/schedules', body: document });

/** @param {{query: URLSearchParams}} props */
export default function NewSchedule({ query }) {
  const [initial] = useState({ name: '', function: query.get('function') ?? '', cron: '0 9 * * 1-5', zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
  const save = async (/** @type {any} */ document) => {
    const { data } = await send(actionOf(document));
    toast(`Created ${data.name}`);
    navigate(href('/schedules/' + data.name));
  };
  return html`<${PageHead} title="New schedule" crumbs=${[['Schedules', '/schedules']]} />
    <${ResourceForm} groups=${SCHEDULE_GROUPS} initial=${initial} saveText="Create schedule" actionOf=${actionOf} onSave=${save}
        check=${previewOf} checked=${Preview} />`;
}
