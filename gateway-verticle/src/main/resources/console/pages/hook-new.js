import { useState } from 'preact/hooks';
import { send } from '../lib/api.js';
import { addressOf, HOOK_GROUPS } from '../lib/hook-fields.js';
import { html } from '../lib/html.js';
import { href, navigate } from '../lib/url.js';
import { PageHead } from '../parts/page-head.js';
import { ResourceForm } from '../parts/resource-form.js';
import { ShownOnce } from '../parts/shown-once.js';

const actionOf = (/** @type {any} */ document) => ({ method: 'POST', path: '/v1/hooks', body: document });

/** @param {{query: URLSearchParams}} props */
export default function NewHook({ query }) {
  const [initial] = useState({ name: '', function: query.get('function') ?? '' });
  const [made, setMade] = useState(/** @type {any} */ (null));
  const save = async (/** @type {any} */ document) => setMade((await send(actionOf(document))).data);
  return html`<${PageHead} title="New hook" crumbs=${[['Hooks', '/hooks']]} />
    <${ResourceForm} groups=${HOOK_GROUPS} initial=${initial} saveText="Create hook" actionOf=${actionOf} onSave=${save} />
    ${made && html`<${ShownOnce} what="address" text=${addressOf(made)} onClose=${() => navigate(href('/hooks/' + made.name))}>
      <p>Give it to the sender only: who knows it may send${made.signature.scheme === 'none' ? '' : ', with a signature'}.</p><//>`}`;
}
