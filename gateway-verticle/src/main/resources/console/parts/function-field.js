import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { same } from '../lib/diff.js';
import { fromText, toText } from '../lib/function-fields.js';
import { AreaField, described, Field, SelectField, TextField } from './field.js';

/**
 * A text of several values. It keeps what is typed, such as an empty line at the end, until another value comes.
 * @param {{field: import('../lib/function-fields.js').FormField, id: string, value: unknown, onValue: (value: unknown) => void, help?: string, error?: string}} props
 */
function Lines({ field, id, value, onValue, help, error }) {
  const [text, setText] = useState(toText(field, value));
  useEffect(() => {
    if (!same(fromText(field, text) ?? null, value ?? null)) {
      setText(toText(field, value));
    }
  }, [value]);
  const input = (/** @type {string} */ typed) => {
    setText(typed);
    onValue(fromText(field, typed));
  };
  return html`<${AreaField} id=${id} label=${field.label} value=${text} onInput=${input} help=${help} error=${error} full=${false}
      rows=${Math.min(8, Math.max(2, text.split('\n').length))} />`;
}

/**
 * One field of a function, by its kind.
 * @param {{field: import('../lib/function-fields.js').FormField, value: any, onValue: (value: unknown) => void, error?: string, fixed?: boolean}} props
 */
export function FunctionField({ field, value, onValue, error, fixed = false }) {
  const id = 'field-' + field.path.replaceAll('.', '-');
  const initial = field.initial === undefined || field.initial === null ? '' : String(field.initial);
  switch (field.kind) {
    case 'choice':
      return html`<${SelectField} id=${id} label=${field.label} value=${value ?? initial} options=${field.options} onInput=${onValue}
          help=${field.help} error=${error} />`;
    case 'yes':
      return html`<div class="field"><span class="field-label">${field.label}</span><label class="check">
        <input ...${described(id, error, field.help)} type="checkbox" checked=${value ?? field.initial}
            onChange=${(/** @type {any} */ e) => onValue(e.target.checked)} />Yes</label>
        ${error && html`<p class="wrong" id=${id + '-error'}>${error}</p>`}${field.help && html`<p class="help"
            id=${id + '-help'}>${field.help}</p>`}</div>`;
    case 'many': {
      const chosen = /** @type {string[]} */ (value ?? field.initial);
      const toggle = (/** @type {string} */ key) => onValue(chosen.includes(key) ? chosen.filter((each) => each !== key) : [...chosen, key]);
      return html`<fieldset class="field"><legend class="field-label">${field.label}</legend>${(field.options ?? []).map(([key, word]) => html`
        <label class="check"><input type="checkbox" checked=${chosen.includes(key)} onChange=${() => toggle(key)} />${word}</label>`)}
        ${error && html`<p class="wrong">${error}</p>`}</fieldset>`;
    }
    case 'area':
      return html`<${AreaField} id=${id} label=${field.label} value=${toText(field, value)} full=${false} help=${field.help} error=${error}
          onInput=${(/** @type {string} */ text) => onValue(fromText(field, text))} />`;
    case 'words':
    case 'map':
      return html`<${Lines} field=${field} id=${id} value=${value} onValue=${onValue} help=${field.help} error=${error} />`;
    default:
      return html`<${TextField} id=${id} label=${field.label} value=${toText(field, value)}
          onInput=${(/** @type {string} */ text) => onValue(fromText(field, text))}
        help=${field.help} error=${error} placeholder=${initial} required=${field.required} readonly=${fixed}
            inputmode=${field.kind === 'number' ? 'decimal' : undefined} list=${field.list}
            autocomplete="off" spellcheck=${false} />`;
  }
}

/** A text that is edited as a whole. @param {{text: string, onInput: (text: string) => void, wrong: string | null}} props */
export function YamlView({ text, onInput, wrong }) {
  return html`<${Field} id="yaml" label="YAML" error=${wrong} help="The same document as the form. JSON is accepted, too." full=${true}>
    <textarea ...${described('yaml', wrong ?? undefined, 'help')} rows="28" spellcheck=${false} value=${text}
        onInput=${(/** @type {any} */ e) => onInput(e.target.value)}></textarea>
  <//>`;
}
