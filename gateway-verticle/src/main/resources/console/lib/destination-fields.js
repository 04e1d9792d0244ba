/** The fields of a destination, as its form shows them. */
import { EVENTS } from './event-words.js';

const isKind = (/** @type {string} */ kind) => (/** @type {any} */ d) => (d.kind ?? 'webhook') === kind;

/** @type {import('./resource.js').Group[]} */
export const DESTINATION_GROUPS = [
  { title: 'Where events go', fields: [
    { path: 'name', label: 'Name', kind: 'text', required: true, help: 'a–z, 0–9 and dashes, at most 63.' },
    { path: 'kind', label: 'Kind', kind: 'choice', initial: 'webhook', options: [['webhook', 'webhook: a request to a URL'], ['function', 'function: a call with each event'], ['subject', 'subject: a message']] },
    { path: 'url', label: 'URL', kind: 'text', required: true, help: 'By https, such as erp.example/faas.', when: isKind('webhook') },
    { path: 'function', label: 'Function', kind: 'text', required: true, list: 'function-names', help: 'By name, also with a revision: notify@3.', when: isKind('function') },
    { path: 'argument', label: 'The argument is', kind: 'choice', initial: 'result', options: [['result', 'the result of what ended'], ['event', 'the event']], when: isKind('function') },
    { path: 'allowLoop', label: 'Calls may come around again', kind: 'yes', initial: false, help: 'Each chain ends after 16 calls.', when: isKind('function') },
    { path: 'subject', label: 'Subject', kind: 'text', required: true, help: 'One of yours.', when: isKind('subject') },
    { path: 'format', label: 'Format', kind: 'choice', initial: 'cloudevents-structured', options: [['cloudevents-structured', 'CloudEvent, in one document'], ['cloudevents-binary', 'CloudEvent, with headers']], when: isKind('subject') },
  ] },
  { title: 'What it gets', fields: [
    { path: 'events', label: 'It gets an event when', kind: 'many', initial: [], options: EVENTS },
    { path: 'functions', label: 'Only of these functions', kind: 'words', help: 'One a line. Empty: of all.' },
    { path: 'tags', label: 'Only with these tags', kind: 'map', help: 'One name=value a line; all of them.' },
  ] },
  { title: 'How it is sent', fields: [
    { path: 'headers', label: 'Headers', kind: 'map', help: 'One Name=value a line. Values are never shown again: in the settings, empty keeps them.', when: isKind('webhook') },
    { path: 'secret', label: 'Secret', kind: 'text', help: 'Signs each request. Empty: one is made, or stays.', when: isKind('webhook') },
    { path: 'timeoutSeconds', label: 'Time limit (s)', kind: 'number', initial: 15, help: 'Of an attempt.', when: isKind('webhook') },
    { path: 'maxInFlight', label: 'At once', kind: 'number', initial: 10, help: 'Of one dispatcher.' },
  ] },
];

/** Where it sends. @param {any} d @returns {string} */
export const targetOf = (d) => d.url ?? d.function ?? d.subject ?? '';
