import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { REASONS } from '../lib/status.js';
import { setQuery } from '../lib/url.js';
import { useFunctionNames } from '../lib/use-function-names.js';
import { RangePicker } from './range-picker.js';

/** Chooses a function and a reason. @param {{query: URLSearchParams, reasons?: string[]}} props */
export function FunctionAndReason({ query, reasons = Object.keys(REASONS) }) {
  const names = useFunctionNames();
  const chosen = query.get('function') ?? '';
  const all = chosen && !names.includes(chosen) ? [chosen, ...names] : names;
  return html`
    <select data-filter aria-label="Function" value=${chosen}
        onChange=${(/** @type {any} */ e) => setQuery({ function: e.target.value, cursor: null })}>
      <option value="" selected=${chosen === ''}>All functions</option>${all.map((name) => html`<option value=${name}
          selected=${name === chosen}>${name}</option>`)}</select>
    <select aria-label="Reason" value=${query.get('reason') ?? ''}
        onChange=${(/** @type {any} */ e) => setQuery({ reason: e.target.value, cursor: null })}>
      <option value="" selected=${!query.get('reason')}>Any reason</option>${reasons.map((reason) => html`<option value=${reason}
          selected=${reason === query.get('reason')}>${reason.replaceAll('_', ' ')}</option>`)}</select>`;
}

/** The filters of lists of activations; the URL has their values. @param {{query: URLSearchParams}} props */
export function ActivationFilters({ query }) {
  const [tag, setTag] = useState('');
  const tags = query.getAll('tag');
  const addTag = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (/^[^:]{1,64}:/.test(tag)) {
      setQuery({ tag: [...tags, tag], cursor: null });
      setTag('');
    }
  };
  return html`<div class="filters" role="search" aria-label="Filters">
    <${FunctionAndReason} query=${query} />
    <${RangePicker} query=${query} fallback="24h" names=${['1h', '24h', '7d', '30d', '90d']} also=${{ cursor: null }} />
    <form class="row tight" onSubmit=${addTag}><input aria-label="Tag" placeholder="Tag, as order:4711" value=${tag}
        onInput=${(/** @type {any} */ e) => setTag(e.target.value)} />
      ${tag !== '' && html`<button type="submit" disabled=${!/^[^:]{1,64}:/.test(tag)}>Filter</button>`}</form>
    ${tags.map((each) => html`<button type="button" class="small" aria-label=${`Remove the tag ${each}`}
        onClick=${() => setQuery({ tag: tags.filter((other) => other !== each), cursor: null })}>${each} ×</button>`)}
    ${['trigger', 'batch'].filter((name) => query.get(name)).map((name) => html`<button type="button" class="small"
        onClick=${() => setQuery({ [name]: null, cursor: null })}>${name} …${query.get(name)?.slice(-6)} ×</button>`)}
  </div>`;
}
