/** The fields of a schedule, as its form shows them. */

/** @type {[string, string][]} */
const OVERLAPS = [['skip', 'skip this time'], ['bufferOne', 'let one time wait'], ['bufferAll', 'let all times wait, in order'], ['cancelOther', 'cancel the earlier one'], ['allowAll', 'run both']];

/** @type {import('./resource.js').Group[]} */
export const SCHEDULE_GROUPS = [
  { title: 'What and when', fields: [
    { path: 'name', label: 'Name', kind: 'text', required: true, help: 'a–z, 0–9 and dashes, at most 63.' },
    { path: 'function', label: 'Function', kind: 'text', required: true, list: 'function-names', help: 'By name, also with a revision: report@3.' },
    { path: 'cron', label: 'Pattern', kind: 'text', help: 'Minute, hour, day, month, day of week: 30 2 * * *. Or @daily, or @every 90s.' },
    { path: 'at', label: 'Or one time', kind: 'text', help: 'Such as 2026-12-24T18:00:00Z.' },
    { path: 'zone', label: 'Time zone', kind: 'text', initial: 'UTC', help: 'Such as Europe/Berlin.', when: (d) => !d.at },
    { path: 'dst', label: 'A time that the clock skips', kind: 'choice', initial: 'once', options: [['once', 'runs at the next valid time'], ['skip', 'does not run']], when: (d) => !d.at },
  ] },
  { title: 'What it submits', fields: [
    { path: 'argument', label: 'Argument', kind: 'area', initial: '' },
    { path: 'tags', label: 'Tags', kind: 'map', help: 'One name=value a line.' },
    { path: 'timeoutSeconds', label: 'Time limit (s)', kind: 'number', help: 'Empty: that of the function.' },
  ] },
  { title: 'How it goes on', fields: [
    { path: 'overlap', label: 'While an earlier one has not ended', kind: 'choice', initial: 'skip', options: OVERLAPS },
    { path: 'catchupWindowSeconds', label: 'Late by at most (s)', kind: 'number', initial: 3600, help: 'A time that is found later is missed.' },
    { path: 'jitterSeconds', label: 'Spread over (s)', kind: 'number', initial: 0, help: 'Each time is due later by less than this.' },
    { path: 'pauseOnFailure', label: 'Pause after a failure', kind: 'yes', initial: false },
  ] },
  { title: 'When it ends', fields: [
    { path: 'startAt', label: 'Not before', kind: 'text', help: 'Such as 2026-12-24T18:00:00Z.' },
    { path: 'endAt', label: 'Not from', kind: 'text', help: 'Empty: it has no end.' },
    { path: 'remainingActions', label: 'Activations left', kind: 'number', help: 'Empty: no limit.' },
    { path: 'note', label: 'Note', kind: 'text', initial: '', help: 'For people.' },
  ] },
];

/** @param {string} overlap */
export const overlapWord = (overlap) => OVERLAPS.find(([value]) => value === overlap)?.[1] ?? overlap;
