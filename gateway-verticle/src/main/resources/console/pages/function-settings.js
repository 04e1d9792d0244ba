import { useEffect, useState } from 'preact/hooks';
import { ApiError, send } from '../lib/api.js';
import { changes, READ_ONLY, rebase } from '../lib/diff.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { href, navigate } from '../lib/url.js';
import { Confirm } from '../parts/confirm.js';
import { Dialog } from '../parts/dialog.js';
import { DiffView } from '../parts/diff-view.js';
import { Loading } from '../parts/empty.js';
import { FunctionForm } from '../parts/function-form.js';
import { PageHead } from '../parts/page-head.js';
import { Problem } from '../parts/problem.js';

/** The part of a function that a user writes; what is null or empty is not set. @param {any} f */
function written(f) {
  return Object.fromEntries(Object.entries(f).filter(([name, value]) => !READ_ONLY.includes(name) && value !== null));
}

/** @param {{name: string}} props */
export default function FunctionSettings({ name }) {
  const path = '/v1/functions/' + encodeURIComponent(name);
  const [base, setBase] = useState(/** @type {{document: any, etag: string, revision: number} | null} */ (null));
  const [initial, setInitial] = useState(/** @type {any} */ (null));
  const [error, setError] = useState(/** @type {any} */ (null));
  const [review, setReview] = useState(/** @type {any} */ (null));
  const [theirs, setTheirs] = useState(/** @type {any} */ (null));
  const [deleting, setDeleting] = useState(false);
  const read = async () => {
    const { data, etag } = await send({ method: 'GET', path });
    return { document: written(data), etag: etag ?? '', revision: data.revision };
  };
  const load = () => read().then((found) => { setBase(found); setInitial(found.document); setError(null); }, setError);
  useEffect(() => { load(); }, [name]);
  const actionOf = (/** @type {any} */ document) => ({ method: 'PUT', path, body: document, headers: { 'If-Match': base?.etag ?? '*' } });
  const save = async () => {
    try {
      const { data } = await send(actionOf(review));
      toast(data.revision === base?.revision ? 'Nothing changed' : `Saved revision ${data.revision}`);
      navigate(href('/functions/' + data.name));
    } catch (failure) {
      if (!(failure instanceof ApiError) || failure.status !== 412) {
        throw failure;
      }
      setTheirs({ ...(await read()), mine: review });
    }
  };
  const takeOver = () => {
    setInitial(rebase(base?.document, theirs.mine, theirs.document));
    setBase(theirs);
    setTheirs(null);
  };
  const head = html`<${PageHead} title="Settings" name=${`Settings of ${name}`} crumbs=${[['Functions', '/functions'], [name, '/functions/' + name]]}>
    <button type="button" class="danger" onClick=${() => setDeleting(true)}>Delete function</button><//>`;
  if (!base) {
    return html`${head}${error ? html`<${Problem} error=${error} retry=${load} />` : html`<${Loading} />`}`;
  }
  return html`${head}
    <${FunctionForm} initial=${initial} fixedName=${true} saveText="Review changes" actionOf=${actionOf} onSave=${setReview} />
    ${review && !theirs && html`<${Confirm} title=${`Save revision ${base.revision + 1}?`} action="Save" keep="Back to the form" kind="primary"
        onConfirm=${save} onClose=${() => setReview(null)}>
      <${DiffView} changes=${changes(base.document, review)} from=${`Revision ${base.revision}`} to="Yours" /><//>`}
    ${theirs && html`<${Dialog} title="It was changed meanwhile" kind="wide" onClose=${() => setTheirs(null)}>
      <h2>It was changed meanwhile</h2>
      <p>Revision ${theirs.revision} was saved after you opened revision ${base.revision}. It changed:</p>
      <${DiffView} changes=${changes(base.document, theirs.document)} from=${`Revision ${base.revision}`} to=${`Revision ${theirs.revision}`} />
      <p>Your changes:</p>
      <${DiffView} changes=${changes(base.document, theirs.mine)} from=${`Revision ${base.revision}`} to="Yours" />
      <div class="foot"><button type="button" onClick=${() => setTheirs(null)}>Back to the form</button>
        <button type="button" class="primary" onClick=${takeOver}>Make my changes on revision ${theirs.revision}</button></div><//>`}
    ${deleting && html`<${Confirm} title=${`Delete ${name}?`} name=${name} action="Delete function" onClose=${() => setDeleting(false)}
      onConfirm=${() => send({ method: 'DELETE', path }).then(() => { toast(`Deleted ${name}`); navigate(href('/functions')); })}>
      <p>Its queued activations are cancelled. What ended stays in the list of activations.</p><//>`}`;
}
