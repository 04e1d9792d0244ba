/** The fields of a source, as its form shows them. */
import { at } from './diff.js';

const isPointer = (/** @type {any} */ d) => at(d, 'body.as') === 'pointer';

/** @type {import('./resource.js').Group[]} */
const SOURCE_GROUPS = [
  { title: 'What it runs', fields: [
    { path: 'name', label: 'Name', kind: 'text', required: true, help: 'a–z, 0–9 and dashes, at most 63. It stays as it is.' },
    { path: 'function', label: 'Function', kind: 'text', required: true, list: 'function-names', help: 'By name, also with a revision: bill@3.' },
    { path: 'subject', label: 'Subject', kind: 'text', required: true, help: 'Such as orders.new, orders.* for any one name, orders.> for all that follow. It stays as it is.' },
    { path: 'maxInFlight', label: 'In flight at most', kind: 'number', initial: 64, help: 'Messages that are submitted at once.' },
  ] },
  { title: 'What becomes of a message', fields: [
    { path: 'body.as', label: 'The argument is', kind: 'choice', initial: 'whole', options: [['whole', 'the whole message'], ['pointer', 'a part of the message'], ['cloudevent', 'a CloudEvent']] },
    { path: 'body.pointer', label: 'The part', kind: 'text', help: 'A JSON Pointer, such as /after.', when: isPointer },
    { path: 'body.default', label: 'Without this part', kind: 'text', help: 'Empty: the message is dropped.', when: isPointer },
  ] },
];

/** A new source is written with all of them. */
export const NEW_SOURCE_GROUPS = SOURCE_GROUPS;

/** The name and the subject of a source never change. */
export const CHANGED_SOURCE_GROUPS = SOURCE_GROUPS.map(({ title, fields }) => ({ title, fields: fields.filter(({ path }) => path !== 'name' && path !== 'subject') }));
