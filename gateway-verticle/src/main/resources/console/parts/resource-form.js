import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, fieldErrors, send } from '../lib/api.js';
import { at, withValue } from '../lib/diff.js';
import { errorOf } from '../lib/function-fields.js';
import { html } from '../lib/html.js';
import { cleaned, meant } from '../lib/resource.js';
import { useFunctionNames } from '../lib/use-function-names.js';
import { CopyAs } from './copy-as.js';
import { FunctionField } from './function-field.js';
import { Problem } from './problem.js';

const TYPING_MS = 400;

/** Asks the platform about the document while the user types. @param {import('../lib/api.js').Action | null} action */
function useCheck(action) {
  const [state, setState] = useState(/** @type {{error: any, data: any}} */ ({ error: null, data: null }));
  useEffect(() => {
    if (action === null) {
      setState({ error: null, data: null });
      return undefined;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => send(action, stop.signal).then(
      ({ data }) => setState({ error: null, data }),
      (error) => !stop.signal.aborted && setState({ error, data: null }),
    ), TYPING_MS);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [JSON.stringify(action)]);
  return state;
}

/**
 * A form of groups of fields. The platform says what is wrong, and that is shown at the fields.
 * @param {{groups: import('../lib/resource.js').Group[], initial: any, saveText: string,
 *     actionOf: (document: any) => import('../lib/api.js').Action, onSave: (document: any) => Promise<void>,
 *     check?: (document: any) => import('../lib/api.js').Action | null, checked?: (data: any) => any, aside?: any}} props
 *     `check` asks about the document while it is typed; `checked` draws the answer below the first group; `aside` is above the buttons
 */
export function ResourceForm({ groups, initial, saveText, actionOf, onSave, check, checked, aside }) {
  const [typed, setTyped] = useState(initial);
  const [failure, setFailure] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);
  /** @type {import('preact/hooks').MutableRef<any>} */
  const form = useRef(null);
  const names = useFunctionNames();
  useEffect(() => setTyped(initial), [initial]); // another document, such as one that was brought up to date
  const doc = cleaned(groups, typed);
  const { error: doubt, data } = useCheck(check?.(doc) ?? null);
  const change = (/** @type {any} */ next) => {
    setFailure(null);
    setTyped(next);
  };
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy) {
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      await onSave(doc);
    } catch (error) {
      setFailure(error);
      requestAnimationFrame(() => form.current?.querySelector('[aria-invalid="true"]')?.focus());
    }
    setBusy(false);
  };
  const error = failure ?? doubt;
  const errors = fieldErrors(error);
  const shown = meant(groups, typed);
  const placed = shown.flatMap((group) => group.fields).filter((field) => errorOf(field, errors)).length;
  const whole = placed > 0 && placed >= Object.keys(errors).length;
  return html`<form class="stack wide" ref=${form} onSubmit=${submit} novalidate>
    <datalist id="function-names">${names.map((name) => html`<option value=${name} />`)}</datalist>
    ${shown.map((group, i) => html`<section class="stack" key=${group.title} aria-label=${group.title}><h2>${group.title}</h2>
      <div class="fields">${group.fields.map((field) => html`<${FunctionField} key=${field.path} field=${field} value=${at(typed, field.path)}
          error=${errorOf(field, errors)} onValue=${(/** @type {unknown} */ value) => change(withValue(typed, field.path, value))} />`)}</div>
      ${i === 0 && checked?.(data)}</section>`)}
    <${Problem} error=${!whole && (failure || error instanceof ApiError) ? error : null} />
    ${whole && failure && html`<p class="wrong" role="alert">It was not saved: see the red texts at the fields.</p>`}
    ${aside}
    <div class="row"><button type="submit" class="primary" disabled=${busy}>${saveText}</button><${CopyAs} action=${actionOf(doc)} /></div>
  </form>`;
}
