/** The states of what submits and receives, in words. Each has the colour of the state of an activation that it is most like. */

/** @typedef {Record<string, {word: string, like: string, icon?: string}>} Words */

/** @type {Words} */
export const STATES_OF_TRIGGERS = {
  active: { word: 'Active', like: 'succeeded' },
  paused: { word: 'Paused', like: 'timed_out', icon: 'pause' },
  completed: { word: 'Completed', like: 'cancelled', icon: 'check' },
  function_deleted: { word: 'No function', like: 'failed' },
};

/** @type {Words} */
export const OUTCOMES = {
  claimed: { word: 'On its way', like: 'running' },
  waiting: { word: 'Tried again', like: 'queued' },
  buffered: { word: 'Buffered', like: 'queued' },
  fired: { word: 'Submitted', like: 'succeeded' },
  skipped_overlap: { word: 'Skipped', like: 'cancelled' },
  missed: { word: 'Missed', like: 'timed_out', icon: 'warn' },
  paused: { word: 'Paused', like: 'cancelled', icon: 'pause' },
  dst_gap: { word: 'Clock changed', like: 'expired', icon: 'clock' },
  refused: { word: 'Refused', like: 'failed' },
};

/** @type {Record<string, string>} why a time has this outcome, if the platform says nothing more */
export const BECAUSE = {
  buffered: 'it waits for an earlier activation',
  skipped_overlap: 'an earlier activation had not ended',
  missed: 'it was found too late',
  paused: 'the schedule was paused',
  dst_gap: 'a change of the clock skipped it',
};

/** @type {Words} */
export const DELIVERIES = {
  pending: { word: 'Pending', like: 'queued' },
  succeeded: { word: 'Arrived', like: 'succeeded' },
  failed: { word: 'Failed', like: 'failed' },
  dropped: { word: 'Dropped', like: 'cancelled' },
};

/** @type {Words} */
export const STATES_OF_DESTINATIONS = {
  enabled: { word: 'Enabled', like: 'succeeded' },
  open: { word: 'Waiting', like: 'timed_out', icon: 'warn' },
  user: { word: 'Disabled', like: 'cancelled', icon: 'pause' },
  gone: { word: 'Disabled: gone', like: 'failed' },
  failing: { word: 'Disabled: failing', like: 'failed' },
};

/** @param {any} d a destination @returns {string} */
export function stateOfDestination(d) {
  if (!d.enabled) {
    return d.disabledReason ?? 'user';
  }
  return d.circuitOpenUntil && Date.parse(d.circuitOpenUntil) > Date.now() ? 'open' : 'enabled';
}

/** @type {[string, string][]} */
export const EVENTS = [
  ['activation.succeeded', 'an activation succeeded'], ['activation.failed', 'an activation failed'], ['activation.timed_out', 'an activation timed out'],
  ['activation.cancelled', 'an activation was cancelled'], ['activation.expired', 'an activation expired'], ['batch.ended', 'a batch ended'],
  ['schedule.paused', 'a failure paused a schedule'], ['schedule.missed', 'a schedule missed times'], ['source.failing', 'a source fails'],
  ['destination.disabled', 'another destination was disabled'],
];

/** @type {Words} */
export const STATES_OF_SOURCES = {
  running: { word: 'Running', like: 'succeeded' },
  waiting: { word: 'Waiting', like: 'timed_out', icon: 'clock' },
  failing: { word: 'Failing', like: 'failed' },
  paused: { word: 'Paused', like: 'cancelled', icon: 'pause' },
  function_deleted: { word: 'No function', like: 'failed' },
};

/** @type {Words} */
export const STATES_OF_BATCHES = {
  open: { word: 'Submitting', like: 'running' },
  running: { word: 'Running', like: 'running' },
  ended: { word: 'Ended', like: 'cancelled', icon: 'check' },
  incomplete: { word: 'Cut off', like: 'timed_out', icon: 'warn' },
};

/** @param {any} b a batch @returns {string} */
export const stateOfBatch = (b) => (b.state !== 'closed' ? b.state : b.endedAt ? 'ended' : 'running');

/** @type {Words} */
export const STATES_OF_JOBS = {
  running: { word: 'Running', like: 'running' },
  stopping: { word: 'Stopping', like: 'queued', icon: 'stop' },
  completed: { word: 'Completed', like: 'succeeded' },
  stopped: { word: 'Stopped', like: 'cancelled' },
};

/** @type {Record<string, string>} what a job does: the last two to dead letters */
export const JOB_ACTIONS = {
  cancel: 'Cancel', replay: 'Replay', redeliver: 'Redeliver', redrive: 'Redrive', dismiss: 'Dismiss',
};

/** @type {Words} */
export const STATES_OF_USERS = {
  active: { word: 'Active', like: 'succeeded' },
  disabled: { word: 'Disabled', like: 'timed_out', icon: 'lock' },
  deleted: { word: 'Deleted', like: 'cancelled', icon: 'cross' },
};
