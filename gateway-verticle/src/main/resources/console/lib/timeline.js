/** The lanes of an activation's timeline: a lane for each run, with what it waited for, pulled, booted and ran. */

/** @typedef {{kind: 'wait' | 'pull' | 'boot' | 'run', from: number, to: number}} Segment */
/** @typedef {{label: string, segments: Segment[], spawner: string | null, text: string | null, status: string}} Lane */

/** @param {Lane} lane @param {Segment['kind']} kind @param {number} from @param {number} to */
function add(lane, kind, from, to) {
  if (to > from) {
    lane.segments.push({ kind, from, to });
  }
}

/**
 * @param {any} a a record @param {number} now @param {Record<string, string>} reasons
 * @returns {{from: number, to: number, lanes: Lane[]}} times in milliseconds
 */
export function timeline(a, now, reasons) {
  const from = Date.parse(a.submittedAt);
  const to = Math.max(a.finishedAt ? Date.parse(a.finishedAt) : now, from + 1);
  let cursor = from;
  /** @type {Lane[]} */
  const lanes = a.attempts.map((/** @type {any} */ run) => {
    const started = Date.parse(run.startedAt);
    const ended = Date.parse(run.finishedAt);
    /** @type {Lane} */
    const lane = {
      label: `Attempt ${run.attempt}`, segments: [], spawner: run.spawner, status: 'failed',
      text: run.exitCode === null ? reasons[run.reason] ?? run.reason : `exit code ${run.exitCode}`,
    };
    add(lane, 'wait', cursor, started);
    add(lane, 'run', started, ended);
    cursor = ended;
    return lane;
  });
  const waits = a.status === 'queued';
  /** @type {Lane} */
  const last = {
    label: waits ? `Attempt ${a.attempt + 1}` : a.attempt === 0 ? 'No attempt' : `Attempt ${a.attempt}`,
    segments: [], spawner: waits ? null : a.spawner, status: a.status, text: null,
  };
  const started = a.startedAt ? Date.parse(a.startedAt) : null;
  const pull = a.phases?.pullMs ?? 0;
  const boot = a.phases?.bootMs ?? 0;
  if (waits || a.attempt === 0) {
    add(last, 'wait', cursor, to);
  } else if (started === null) {
    const claimed = a.phases?.queueMs === null || a.phases?.queueMs === undefined ? cursor : Math.min(to, cursor + a.phases.queueMs);
    add(last, 'wait', cursor, claimed);
    add(last, 'boot', claimed, to);
  } else {
    const booting = Math.max(cursor, started - boot);
    const pulling = Math.max(cursor, booting - pull);
    add(last, 'wait', cursor, pulling);
    add(last, 'pull', pulling, booting);
    add(last, 'boot', booting, started);
    add(last, 'run', started, to);
  }
  lanes.push(last);
  return { from, to, lanes };
}

/** The same in one bar, of the run that was the last. @param {any} a @param {number} now @returns {{kind: string, ms: number}[]} */
export function phases(a, now) {
  const { lanes } = timeline({ ...a, attempts: a.attempts ?? [] }, now, {});
  const total = { wait: 0, pull: 0, boot: 0, run: 0 };
  for (const segment of lanes.flatMap((lane) => lane.segments)) {
    total[segment.kind] += segment.to - segment.from;
  }
  return Object.entries(total).filter(([, ms]) => ms > 0).map(([kind, ms]) => ({ kind, ms }));
}
