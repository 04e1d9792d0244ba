import { useState } from 'preact/hooks';
import { send } from '../lib/api.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { NEW_SOURCE_GROUPS } from '../lib/source-fields.js';
import { href, navigate } from '../lib/url.js';
import { PageHead } from '../parts/page-head.js';
import { ResourceForm } from '../parts/resource-form.js';

const actionOf = (/** @type {any} */ document) => ({ method: 'POST', path: '/v1/sources', body: document });

/** @param {{query: URLSearchParams}} props */
export default function NewSource({ query }) {
  const [initial] = useState({ name: '', function: query.get('function') ?? '', subject: '' });
  const save = async (/** @type {any} */ document) => {
    const { data } = await send(actionOf(document));
    toast(`Created ${data.name}`);
    navigate(href('/sources/' + data.name));
  };
  return html`<${PageHead} title="New source" crumbs=${[['Sources', '/sources']]} />
    <${ResourceForm} groups=${NEW_SOURCE_GROUPS} initial=${initial} saveText="Create source" actionOf=${actionOf} onSave=${save} />`;
}
