/** The states of activations and their reasons, in words. */

/** @type {Record<string, {word: string, icon: string}>} */
export const STATES = {
  queued: { word: 'Queued', icon: 'clock' },
  running: { word: 'Running', icon: 'play' },
  succeeded: { word: 'Succeeded', icon: 'check' },
  failed: { word: 'Failed', icon: 'cross' },
  timed_out: { word: 'Timed out', icon: 'timer' },
  cancelled: { word: 'Cancelled', icon: 'stop' },
  expired: { word: 'Expired', icon: 'hourglass' },
};

/** @param {string} status */
export const isLive = (status) => status === 'queued' || status === 'running';

/** @type {Record<string, string>} */
export const REASONS = {
  exit_code: 'the command returned an error',
  out_of_memory: 'the command used more memory than its limit',
  timed_out: 'the command ran longer than its limit',
  signal: 'a signal ended the command',
  image_not_found: 'the image does not exist',
  image_pull_failed: 'the image could not be pulled',
  start_failed: 'the container could not start',
  worker_lost: 'the machine that ran it was lost',
  function_deleted: 'the function was deleted',
  cancelled_by_user: 'a user cancelled it',
  cancelled_by_schedule: 'its schedule cancelled it for a newer one',
  queue_ttl: 'it waited longer than the queue allows',
};

/** Says how an activation stands. @param {any} a a record @param {(ms: number) => string} span @returns {string} */
export function outcome(a, span) {
  const ran = a.durationMs === null ? '' : ` after ${span(a.durationMs)}`;
  const tries = a.attempt > 1 ? ` in attempt ${a.attempt}` : '';
  switch (a.status) {
    case 'queued':
      return a.attempt > 0 ? `It waits for attempt ${a.attempt + 1}.` : 'It waits in the queue.';
    case 'running':
      return a.startedAt ? `The command runs${tries}.` : a.detail ?? `A spawner prepares its container${tries}.`;
    case 'succeeded':
      return `The command returned 0${ran}${tries}.`;
    default:
      break;
  }
  if (a.reason === 'exit_code') {
    return `The command returned ${a.exitCode}${ran}${tries}.`;
  }
  if (a.reason === 'signal') {
    return `The command was ended by ${a.signal ?? 'a signal'}${ran}${tries}.`;
  }
  const because = REASONS[a.reason] ?? a.reason ?? 'no reason is known';
  return `${STATES[a.status]?.word ?? a.status}${ran}${tries}: ${because}.`;
}
