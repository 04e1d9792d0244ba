import { useState } from 'preact/hooks';
import { send } from '../lib/api.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { href, navigate } from '../lib/url.js';
import { FunctionForm } from '../parts/function-form.js';
import { PageHead } from '../parts/page-head.js';

const actionOf = (/** @type {any} */ document) => ({ method: 'POST', path: '/v1/functions', body: document });

/** @param {{query: URLSearchParams}} props */
export default function NewFunction({ query }) {
  const [initial] = useState({ name: query.get('name') ?? '', image: query.get('image') ?? '', ...(query.has('command') ? { command: query.getAll('command') } : {}) });
  const save = async (/** @type {any} */ document) => {
    const { data } = await send(actionOf(document));
    toast(`Created ${data.name}`);
    navigate(href('/functions/' + data.name));
  };
  return html`<${PageHead} title="New function" crumbs=${[['Functions', '/functions']]} />
    <${FunctionForm} initial=${initial} saveText="Create function" actionOf=${actionOf} onSave=${save} />`;
}
