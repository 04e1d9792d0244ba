import { useState } from 'preact/hooks';
import { send } from '../lib/api.js';
import { DESTINATION_GROUPS } from '../lib/destination-fields.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { href, navigate } from '../lib/url.js';
import { PageHead } from '../parts/page-head.js';
import { ResourceForm } from '../parts/resource-form.js';
import { ShownOnce } from '../parts/shown-once.js';

const actionOf = (/** @type {any} */ document) => ({ method: 'POST', path: '/v1/destinations', body: document });

export default function NewDestination() {
  const [initial] = useState({ name: '', url: '', events: ['activation.failed', 'activation.timed_out'] });
  const [made, setMade] = useState(/** @type {any} */ (null));
  const open = (/** @type {string} */ name) => navigate(href('/destinations/' + name));
  const save = async (/** @type {any} */ document) => {
    const { data } = await send(actionOf(document));
    if (data.secret && !document.secret) {
      setMade(data);
    } else {
      toast(`Created ${data.name}`);
      open(data.name);
    }
  };
  return html`<${PageHead} title="New destination" crumbs=${[['Destinations', '/destinations']]} />
    <${ResourceForm} groups=${DESTINATION_GROUPS} initial=${initial} saveText="Create destination" actionOf=${actionOf} onSave=${save} />
    ${made && html`<${ShownOnce} what="secret" text=${made.secret} onClose=${() => open(made.name)}>
      <p>The receiver checks with it that a request is from this platform.</p><//>`}`;
}
