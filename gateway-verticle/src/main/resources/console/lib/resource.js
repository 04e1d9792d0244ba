/** Documents of schedules, hooks and destinations: what a form shows of them, and what it sends. */
import { at, same, withValue } from './diff.js';

/** @typedef {import('./function-fields.js').FormField & {when?: (document: any) => boolean}} ResourceField */
/** @typedef {{title: string, fields: ResourceField[]}} Group */

/** What the form has of what the platform returned. @param {Group[]} groups @param {any} data @returns {any} */
export function written(groups, data) {
  const set = groups.flatMap((group) => group.fields).filter(({ path }) => (at(data, path) ?? null) !== null);
  return set.reduce((document, { path }) => withValue(document, path, at(data, path)), {});
}

/** The groups with the fields that have a meaning in this document. @param {Group[]} groups @param {any} document @returns {Group[]} */
export function meant(groups, document) {
  return groups.map(({ title, fields }) => ({ title, fields: fields.filter((field) => field.when?.(document) ?? true) })).filter(({ fields }) => fields.length > 0);
}

/** The document without what its own choices have made meaningless. @param {Group[]} groups @param {any} document @returns {any} */
export function cleaned(groups, document) {
  const kept = meant(groups, document).flatMap((group) => group.fields);
  return groups.flatMap((group) => group.fields).filter((field) => !kept.includes(field)).reduce((rest, { path }) => withValue(rest, path, undefined), document);
}

const isMap = (/** @type {unknown} */ value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A JSON merge patch (RFC 7396). @param {any} from @param {any} to @returns {any} */
export function mergePatch(from, to) {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].filter((name) => !same(from[name], to[name]));
  return Object.fromEntries(names.map((name) => [name, to[name] === undefined ? null : isMap(from[name]) && isMap(to[name]) ? mergePatch(from[name], to[name]) : to[name]]));
}

/** The fields that I changed, on what others saved meanwhile. @param {any} base @param {any} mine @param {any} theirs */
export function onTop(base, mine, theirs) {
  const changed = Object.keys({ ...base, ...mine }).filter((name) => !same(base[name], mine[name]));
  return changed.reduce((document, name) => withValue(document, name, mine[name]), theirs);
}
