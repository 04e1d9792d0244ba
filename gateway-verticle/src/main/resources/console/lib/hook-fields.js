/** The fields of a hook, as its form shows them. */
import { at } from './diff.js';

/** @type {[string, string][]} */
const SCHEMES = [['none', 'no: the address is enough'], ['standard', 'Standard Webhooks'], ['github', 'as GitHub signs'], ['hmac', 'HMAC of another form']];

const isHmac = (/** @type {any} */ d) => d.signature?.scheme === 'hmac';
const isSigned = (/** @type {any} */ d) => (d.signature?.scheme ?? 'none') !== 'none';
const isPointer = (/** @type {any} */ d) => at(d, 'body.as') === 'pointer';

/** @type {import('./resource.js').Group[]} */
export const HOOK_GROUPS = [
  { title: 'What it runs', fields: [
    { path: 'name', label: 'Name', kind: 'text', required: true, help: 'a–z, 0–9 and dashes, at most 63.' },
    { path: 'function', label: 'Function', kind: 'text', required: true, list: 'function-names', help: 'By name, also with a revision: build@3.' },
    { path: 'tags', label: 'Tags', kind: 'map', help: 'Of its activations. One name=value a line.' },
  ] },
  { title: 'Signature', fields: [
    { path: 'signature.scheme', label: 'Requests are signed', kind: 'choice', initial: 'none', options: SCHEMES },
    { path: 'signature.secrets', label: 'Secrets', kind: 'words', help: 'One a line; each is valid. Never shown again: in the settings, empty keeps them.', when: isSigned },
    { path: 'signature.header', label: 'Header of the signature', kind: 'text', help: 'Such as X-Shop-Signature.', when: isHmac },
    { path: 'signature.algorithm', label: 'Algorithm', kind: 'choice', initial: 'sha256', options: [['sha256', 'SHA-256'], ['sha512', 'SHA-512']], when: isHmac },
    { path: 'signature.encoding', label: 'Encoding', kind: 'choice', initial: 'hex', options: [['hex', 'hex'], ['base64', 'base64']], when: isHmac },
    { path: 'signature.prefix', label: 'Before the signature', kind: 'text', help: 'Such as sha256=.', when: isHmac },
    { path: 'signature.signed', label: 'What is signed', kind: 'text', help: 'Empty: the body. Or as v0:{timestamp}:{body}.', when: isHmac },
    { path: 'signature.timestampHeader', label: 'Header of the time', kind: 'text', help: 'Seconds since 1970, at most 5 minutes old.', when: isHmac },
  ] },
  { title: 'What becomes of a request', fields: [
    { path: 'body.as', label: 'The argument is', kind: 'choice', initial: 'whole', options: [['whole', 'the whole body'], ['pointer', 'a part of the body'], ['cloudevent', 'a CloudEvent']] },
    { path: 'body.pointer', label: 'The part', kind: 'text', help: 'A JSON Pointer, such as /after.', when: isPointer },
    { path: 'body.default', label: 'Without this part', kind: 'text', help: 'Empty: the request is refused.', when: isPointer },
    { path: 'headers', label: 'Headers that become tags', kind: 'words', help: 'One a line. Also FAAS_HOOK_… in the environment.' },
    { path: 'match', label: 'Only requests with', kind: 'map', help: 'One a line: header:X-GitHub-Event=push. Others are ignored.' },
    { path: 'deliveryId.header', label: 'Header that names a delivery', kind: 'text', help: 'A repeat runs once. Empty: webhook-id, X-GitHub-Delivery, or ce-source and ce-id.' },
  ] },
  { title: 'Limits', fields: [
    { path: 'maxBodyKb', label: 'Body (KiB)', kind: 'number', initial: 1024 },
    { path: 'ratePerSecond', label: 'Requests a second', kind: 'number', initial: 100, help: 'Of each gateway.' },
  ] },
];

/** @param {string} scheme */
export const schemeWord = (scheme) => ({ none: 'none', standard: 'Standard Webhooks', github: 'GitHub', hmac: 'HMAC' })[scheme] ?? scheme;

/** Where senders send. @param {any} hook with its path */
export const addressOf = (hook) => window.location.origin + hook.url;
