import { useRef, useState } from 'preact/hooks';
import { fieldErrors, requestKey, send } from '../lib/api.js';
import { html } from '../lib/html.js';
import { useKeys } from '../lib/keys.js';
import { toast } from '../lib/live.js';
import { href, navigate } from '../lib/url.js';
import { CopyAs } from './copy-as.js';
import { AreaField, Field, TextField } from './field.js';
import { Problem } from './problem.js';

const LIMIT = 131_071;

/** @param {string} text `key=value`, separated by spaces or commas @returns {Record<string, string>} */
export function tagsOf(text) {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  return Object.fromEntries(words.map((word) => { const at = word.search(/[=:]/); return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)]; }));
}

/** @param {string} text @returns {string | undefined} what is wrong with it as JSON */
function jsonError(text) {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `No JSON: ${/** @type {Error} */ (error).message}`;
  }
}

/**
 * Runs a function: the argument as text, as JSON or from a file.
 * @param {{name: string, argument?: string, tags?: Record<string, string>, revision?: number | null}} props
 */
export function Invoke({ name, argument = '', tags = {}, revision = null }) {
  const [text, setText] = useState(argument);
  const [kind, setKind] = useState('text');
  const [tagText, setTagText] = useState(Object.entries(tags).map(([key, value]) => `${key}=${value}`).join(' '));
  const [follow, setFollow] = useState(true);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(/** @type {any} */ (null));
  const key = useRef(requestKey());
  useKeys({ i: ['Invoke the function', () => document.getElementById('argument')?.focus()] });
  const wrong = kind === 'json' && text !== '' ? jsonError(text) : undefined;
  const action = {
    method: 'POST', path: `/v1/functions/${encodeURIComponent(name)}${revision ? '@' + revision : ''}/activations`,
    body: { argument: text, ...(tagText.trim() ? { tags: tagsOf(tagText) } : {}) },
  };
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (wrong || busy) {
      return;
    }
    setBusy(true);
    setError(null);
    try {
      // The key stays until there is an answer, so that another try does not run it twice.
      const { data } = await send({ ...action, headers: { 'Idempotency-Key': key.current } });
      key.current = requestKey();
      toast('Submitted');
      if (follow) {
        navigate(href('/activations/' + data.activationId));
      }
    } catch (failure) {
      setError(failure);
      if (/** @type {any} */ (failure).status) {
        key.current = requestKey();
      }
    }
    setBusy(false);
  };
  const file = async (/** @type {any} */ event) => {
    const chosen = event.target.files[0];
    if (!chosen) {
      return;
    }
    if (chosen.size > LIMIT) {
      setError(new Error(`The file has ${chosen.size} bytes; an argument has at most ${LIMIT}.`));
      return;
    }
    setError(null);
    setText(await chosen.text());
  };
  const errors = fieldErrors(error);
  return html`<form class="stack" aria-label="Invoke" onSubmit=${submit}>
    <div class="row apart" role="group" aria-label="Input">${[['text', 'Text'], ['json', 'JSON'], ['file', 'File']].map(([value, word]) => html`
      <label class="check"><input type="radio" name="argument-kind" value=${value} checked=${kind === value}
          onChange=${() => setKind(value)} />${word}</label>`)}</div>
    ${kind === 'file' && html`<${Field} id="argument-file" label="File" help="UTF-8, at most 131,071 bytes"><input id="argument-file" type="file"
        onChange=${file} /><//>`}
    <${AreaField} id="argument" label="Argument" rows=${4} value=${text}
        onInput=${(/** @type {string} */ typed) => { setText(typed); key.current = requestKey(); }} error=${errors.argument ?? wrong} />
    <${TextField} id="tags" label="Tags" value=${tagText} onInput=${setTagText} error=${errors.tags} placeholder="order=4711 stage=test"
        autocomplete="off" />
    <label class="check"><input type="checkbox" checked=${follow} onChange=${() => setFollow(!follow)} />Open the activation</label>
    <${Problem} error=${Object.keys(errors).some((field) => field === 'argument') ? null : error} />
    <div class="row"><button type="submit" class="primary" disabled=${busy || Boolean(wrong)}>Invoke</button><${CopyAs} action=${action} /></div>
  </form>`;
}
