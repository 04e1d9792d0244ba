import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, send } from '../lib/api.js';
import { changes } from '../lib/diff.js';
import { html } from '../lib/html.js';
import { toast } from '../lib/live.js';
import { mergePatch, onTop, written } from '../lib/resource.js';
import { href, navigate } from '../lib/url.js';
import { DiffView } from './diff-view.js';
import { Loading } from './empty.js';
import { PageHead } from './page-head.js';
import { Problem } from './problem.js';
import { ResourceForm } from './resource-form.js';

/**
 * The settings of a schedule, hook or destination. It sends what was changed, and not over what others changed meanwhile.
 * @param {{name: string, list: [string, string], groups: import('../lib/resource.js').Group[], [form: string]: any}} props
 *     `list` is the word and path of its kind; the rest is the form's
 */
export function ResourceSettings({ name, list, groups, ...form }) {
  const path = `/v1${list[1]}/${encodeURIComponent(name)}`;
  const page = `${list[1]}/${name}`;
  const [base, setBase] = useState(/** @type {{document: any, etag: string} | null} */ (null));
  const [initial, setInitial] = useState(/** @type {any} */ (null));
  const [theirs, setTheirs] = useState(/** @type {import('../lib/diff.js').Change[] | null} */ (null));
  const [error, setError] = useState(/** @type {any} */ (null));
  /** @type {import('preact/hooks').MutableRef<any>} */
  const note = useRef(null);
  useEffect(() => note.current?.scrollIntoView({ block: 'nearest' }), [theirs]);
  const read = async () => {
    const { data, etag } = await send({ method: 'GET', path });
    return { document: written(groups, data), etag: etag ?? '*' };
  };
  const load = () => read().then((found) => { setBase(found); setInitial(found.document); setError(null); }, setError);
  useEffect(() => { load(); }, [name]);
  const head = html`<${PageHead} title="Settings" name=${`Settings of ${name}`} crumbs=${[list, [name, page]]} />`;
  if (!base) {
    return html`${head}${error ? html`<${Problem} error=${error} retry=${load} />` : html`<${Loading} />`}`;
  }
  const actionOf = (/** @type {any} */ document) => ({
    method: 'PATCH', path, type: 'application/merge-patch+json', headers: { 'If-Match': base.etag },
    body: { ...(document.function && { function: document.function }), ...mergePatch(base.document, document) }, // its function is always named: this revives one whose function was deleted
  });
  const save = async (/** @type {any} */ document) => {
    try {
      const { data } = await send(actionOf(document));
      toast(`Saved ${data.name}`);
      navigate(href(`${list[1]}/${data.name}`));
    } catch (failure) {
      if (!(failure instanceof ApiError) || failure.status !== 412) {
        throw failure;
      }
      const now = await read();
      setTheirs(changes(base.document, now.document));
      setInitial(onTop(base.document, document, now.document));
      setBase(now);
    }
  };
  const aside = theirs && html`<section ref=${note} class="note warn stack tight" role="alert"><p>It was changed after you opened it, so nothing was saved. The form has
      your changes on top of these; look at it and save again.</p><${DiffView} changes=${theirs} from="Before" to="Now" /></section>`;
  return html`${head}
    <${ResourceForm} groups=${groups} initial=${initial} saveText="Save" actionOf=${actionOf} onSave=${save} aside=${aside} ...${form} />`;
}
