import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, fieldErrors, send } from '../lib/api.js';
import { at, withValue } from '../lib/diff.js';
import { errorOf, GROUPS } from '../lib/function-fields.js';
import { html } from '../lib/html.js';
import { fromYaml } from '../lib/yaml-read.js';
import { toYaml } from '../lib/yaml-write.js';
import { CopyAs } from './copy-as.js';
import { FunctionField, YamlView } from './function-field.js';
import { Problem } from './problem.js';

const TYPING_MS = 400;

/**
 * Asks the platform, while the user types, whether it would take the document.
 * @param {any} document @param {(document: any) => import('../lib/api.js').Action} actionOf @param {boolean} touched
 */
function useDryRun(document, actionOf, touched) {
  const [state, setState] = useState(/** @type {{error: any, stored: any}} */ ({ error: null, stored: null }));
  useEffect(() => {
    if (!touched || !document.name || !document.image) {
      return undefined;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const action = actionOf(document);
      send({ ...action, headers: {}, query: { dryRun: true } }, stop.signal).then(
        ({ data }) => setState({ error: null, stored: data }),
        (error) => !stop.signal.aborted && setState({ error, stored: null }),
      );
    }, TYPING_MS);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [JSON.stringify(document), touched]);
  return state;
}

/**
 * The form of a function and its YAML: two views of one document.
 * @param {{initial: any, fixedName?: boolean, saveText: string, actionOf: (document: any) => import('../lib/api.js').Action,
 *     onSave: (document: any) => Promise<void> | void, aside?: any}} props
 */
export function FunctionForm({ initial, fixedName = false, saveText, actionOf, onSave, aside }) {
  const [doc, setDoc] = useState(initial);
  const [yaml, setYaml] = useState(/** @type {string | null} */ (null));
  const [wrong, setWrong] = useState(/** @type {string | null} */ (null));
  const [failure, setFailure] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);
  const touched = useRef(false);
  useEffect(() => { // another document, such as one that was brought up to date
    setDoc(initial);
    setYaml((text) => (text === null ? null : toYaml(initial)));
  }, [initial]);
  const dry = useDryRun(doc, actionOf, touched.current);
  const change = (/** @type {any} */ next) => {
    touched.current = true;
    setFailure(null);
    setDoc(next);
  };
  const typeYaml = (/** @type {string} */ text) => {
    setYaml(text);
    try {
      const read = fromYaml(text);
      if (typeof read !== 'object' || read === null || Array.isArray(read)) {
        throw new Error('Write fields as `name: value`.');
      }
      setWrong(null);
      change(read);
    } catch (error) {
      setWrong(/** @type {Error} */ (error).message);
    }
  };
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (wrong || busy) {
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      await onSave(doc);
    } catch (error) {
      setFailure(error);
    }
    setBusy(false);
  };
  const error = failure ?? dry.error;
  const errors = fieldErrors(error);
  const placed = GROUPS.flatMap((group) => group.fields).some((field) => errorOf(field, errors));
  const general = error instanceof ApiError && !(placed && yaml === null) ? error : null;
  return html`<form class="stack wide" onSubmit=${submit} novalidate>
    <div class="tabs" role="group" aria-label="View">
      <button type="button" aria-pressed=${yaml === null} disabled=${wrong !== null} onClick=${() => setYaml(null)}>Form</button>
      <button type="button" aria-pressed=${yaml !== null} onClick=${() => setYaml(toYaml(doc))}>YAML</button>
    </div>
    ${yaml !== null ? html`<${YamlView} text=${yaml} onInput=${typeYaml} wrong=${wrong} />`
      : GROUPS.map((group) => html`<section class="stack" key=${group.title} aria-label=${group.title}><h2>${group.title}</h2><div
          class="fields">${group.fields.map((field) => html`
        <${FunctionField} key=${field.path} field=${field} value=${at(doc, field.path)} error=${errorOf(field, errors)}
            fixed=${fixedName && field.path === 'name'}
          onValue=${(/** @type {unknown} */ value) => change(withValue(doc, field.path, value))} />`)}</div></section>`)}
    ${aside}
    <${Problem} error=${general ?? (failure && !placed ? failure : null)} />
    ${placed && yaml === null && html`<p class="wrong" role="status">Some fields are not right yet: see the red texts at them.</p>`}
    <div class="row"><button type="submit" class="primary" disabled=${busy || wrong !== null}>${saveText}</button><${CopyAs}
        action=${actionOf(doc)} /></div>
  </form>`;
}
