/** The fields of a function, as its form shows them: in groups, with their defaults. */

/**
 * @typedef {object} FormField
 * @property {string} path
 * @property {string} label
 * @property {'text' | 'number' | 'choice' | 'yes' | 'words' | 'map' | 'many' | 'area'} kind words: a list, one a line; map: NAME=value, one a line
 * @property {unknown} [initial] the platform's default
 * @property {[string, string][]} [options]
 * @property {string} [help]
 * @property {boolean} [required]
 * @property {boolean} [decimal]
 * @property {string} [list] the id of the values that are offered
 */

/** @type {{title: string, fields: FormField[]}[]} */
export const GROUPS = [
  { title: 'What it runs', fields: [
    { path: 'name', label: 'Name', kind: 'text', required: true, help: 'a–z, 0–9 and dashes, at most 63.' },
    { path: 'image', label: 'Image', kind: 'text', required: true, help: 'As docker run names it, such as busybox:1.36.' },
    { path: 'description', label: 'Description', kind: 'text', initial: '', help: 'For people.' },
    { path: 'entrypoint', label: 'Entrypoint', kind: 'words', help: 'One word a line. Empty: that of the image.' },
    { path: 'command', label: 'Command', kind: 'words', help: 'One word a line. Empty: that of the image. The argument comes after it.' },
    { path: 'argumentAs', label: 'The argument is', kind: 'choice', initial: 'last', options: [['last', 'the last word of the command'], ['none', 'not passed']] },
  ] },
  { title: 'Environment', fields: [
    { path: 'env', label: 'Variables', kind: 'map', help: 'One NAME=value a line.' },
    { path: 'secrets', label: 'Secrets', kind: 'words', help: 'One a line: name, name@version or VARIABLE=name.' },
    { path: 'labels', label: 'Labels', kind: 'map', help: 'One name=value a line. For your own order; the platform does not use them.' },
  ] },
  { title: 'Sandbox', fields: [
    { path: 'mode', label: 'Mode', kind: 'choice', initial: 'isolated', options: [['isolated', 'isolated: a new container each time'], ['nested', 'nested: a new root in a kept container'], ['reused', 'reused: a new process in a kept container']] },
    { path: 'network', label: 'Network', kind: 'choice', initial: 'none', options: [['none', 'none'], ['outbound', 'outbound']] },
    { path: 'readOnlyRoot', label: 'Read-only root file system', kind: 'yes', initial: false, help: '/tmp is always writable.' },
    { path: 'prewarm.min', label: 'Containers ready on each spawner', kind: 'number', initial: 0 },
  ] },
  { title: 'Limits', fields: [
    { path: 'limits.memoryMb', label: 'Memory (MiB)', kind: 'number', initial: 128, help: 'Using more ends the attempt.' },
    { path: 'limits.cpus', label: 'Processors', kind: 'number', initial: 1, decimal: true },
    { path: 'limits.pids', label: 'Processes and threads', kind: 'number', initial: 128 },
    { path: 'limits.timeoutSeconds', label: 'Time limit (s)', kind: 'number', initial: 300, help: 'Of the command. Then it is killed.' },
    { path: 'limits.resultKb', label: 'Result kept (KiB)', kind: 'number', initial: 1024, help: 'What is kept of stdout.' },
    { path: 'limits.logKb', label: 'Log kept (KiB)', kind: 'number', initial: 1024, help: 'What is kept of stderr.' },
  ] },
  { title: 'Queue and retries', fields: [
    { path: 'concurrency', label: 'Running at the same time', kind: 'number', initial: 10, help: 'On all machines together.' },
    { path: 'queue.maxPending', label: 'Queued at most', kind: 'number', initial: 100000 },
    { path: 'queue.ttlSeconds', label: 'Expires in the queue after (s)', kind: 'number', initial: 86400 },
    { path: 'retry.maxAttempts', label: 'Attempts', kind: 'number', initial: 1, help: 'With the first one.' },
    { path: 'retry.backoffSeconds', label: 'Back-off (s)', kind: 'number', initial: 1, help: 'It doubles after each attempt.' },
    { path: 'retry.on', label: 'Retry after', kind: 'many', initial: ['exit_code', 'timed_out', 'out_of_memory'], options: [['exit_code', 'an error of the command'], ['timed_out', 'the time limit'], ['out_of_memory', 'the memory limit']] },
    { path: 'delivery', label: 'When a machine is lost', kind: 'choice', initial: 'at-least-once', options: [['at-least-once', 'run it again'], ['at-most-once', 'do not run it again']] },
    { path: 'idleTtlSeconds', label: 'Delete when idle for (s)', kind: 'number', initial: null, help: 'Empty: never.' },
  ] },
  { title: 'Destinations', fields: [
    { path: 'destinations.onSuccess', label: 'After success', kind: 'words', initial: [], help: 'Names of destinations, one a line.' },
    { path: 'destinations.onFailure', label: 'After any other end', kind: 'words', initial: [] },
    { path: 'destinations.onEnd', label: 'After each end', kind: 'words', initial: [] },
  ] },
];

/** @param {FormField} field @param {unknown} value @returns {string} as its control shows it */
export function toText(field, value) {
  if (value === undefined || value === null) {
    return '';
  }
  if (field.kind === 'words') {
    return /** @type {string[]} */ (value).join('\n');
  }
  if (field.kind === 'map') {
    return Object.entries(/** @type {object} */ (value)).map(([name, text]) => `${name}=${text}`).join('\n');
  }
  return String(value);
}

/** @param {FormField} field @param {string} text @returns {unknown} undefined for what is not set */
export function fromText(field, text) {
  if (text === '') {
    return undefined;
  }
  if (field.kind === 'number') {
    return Number.isNaN(Number(text)) ? text : Number(text);
  }
  if (field.kind === 'words') {
    return text.split('\n');
  }
  if (field.kind === 'map') {
    const rows = text.split('\n').filter((row) => row !== '');
    return Object.fromEntries(rows.map((row) => (row.includes('=') ? [row.slice(0, row.indexOf('=')), row.slice(row.indexOf('=') + 1)] : [row, ''])));
  }
  return text;
}

/** @param {FormField} field @param {Record<string, string>} errors by field of the request @returns {string | undefined} */
export function errorOf(field, errors) {
  const own = Object.entries(errors).filter(([name]) => name === field.path || name.startsWith(field.path + '.') || name.startsWith(field.path + '['));
  return own.length === 0 ? undefined : own.map(([name, message]) => (name === field.path ? message : `${name.slice(field.path.length)}: ${message}`)).join(' ');
}
