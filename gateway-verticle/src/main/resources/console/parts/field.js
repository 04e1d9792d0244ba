import { html } from '../lib/html.js';

/**
 * A labelled control with its help and what is wrong with it.
 * @param {{id: string, label: string, help?: any, error?: string, full?: boolean, children: any}} props children: one control,
 *     which has the id, and `aria-describedby` and `aria-invalid` by `described`
 */
export function Field({ id, label, help, error, full = false, children }) {
  return html`<div class=${'field' + (full ? ' full' : '')}>
    <label for=${id}>${label}</label>
    ${children}
    ${error && html`<p class="wrong" id=${id + '-error'}>${error}</p>`}
    ${help && html`<p class="help" id=${id + '-help'}>${help}</p>`}
  </div>`;
}

/** @param {string} id @param {string} [error] @param {unknown} [help] @returns {Record<string, string | undefined>} attributes of the control */
export function described(id, error, help) {
  const parts = [error && `${id}-error`, help && `${id}-help`].filter(Boolean).join(' ');
  return { id, 'aria-describedby': parts || undefined, 'aria-invalid': error ? 'true' : undefined };
}

/**
 * A field of one line. @param {{id: string, label: string, value: string, onInput: (value: string) => void, help?: any,
 *     error?: string, type?: string, full?: boolean, [attribute: string]: any}} props
 */
export function TextField({ id, label, value, onInput, help, error, type = 'text', full, ...rest }) {
  return html`<${Field} id=${id} label=${label} help=${help} error=${error} full=${full}>
    <input ...${described(id, error, help)} type=${type} value=${value} onInput=${(/** @type {any} */ e) => onInput(e.target.value)} ...${rest} />
  <//>`;
}

/**
 * @param {{id: string, label: string, value: string, options: [string, string][], onInput: (value: string) => void,
 *     help?: any, error?: string, full?: boolean}} props options are pairs of value and word
 */
export function SelectField({ id, label, value, options, onInput, help, error, full }) {
  return html`<${Field} id=${id} label=${label} help=${help} error=${error} full=${full}>
    <select ...${described(id, error, help)} value=${value} onChange=${(/** @type {any} */ e) => onInput(e.target.value)}>
      ${options.map(([key, word]) => html`<option value=${key} selected=${key === value}>${word}</option>`)}
    </select>
  <//>`;
}

/** @param {{id: string, label: string, value: string, onInput: (value: string) => void, rows?: number, help?: any, error?: string, full?: boolean, [attribute: string]: any}} props */
export function AreaField({ id, label, value, onInput, rows = 3, help, error, full = true, ...rest }) {
  return html`<${Field} id=${id} label=${label} help=${help} error=${error} full=${full}>
    <textarea ...${described(id, error, help)} rows=${rows} spellcheck=${false} value=${value}
        onInput=${(/** @type {any} */ e) => onInput(e.target.value)} ...${rest}></textarea>
  <//>`;
}
