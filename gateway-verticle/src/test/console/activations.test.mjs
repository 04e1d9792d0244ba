import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pieces, stripped } from '../../main/resources/console/lib/ansi.js';
import { held } from '../../main/resources/console/lib/hold.js';
import { LogText } from '../../main/resources/console/lib/log-text.js';
import { Output } from '../../main/resources/console/lib/output.js';
import { marked, searchLines } from '../../main/resources/console/lib/search.js';
import { charts } from '../../main/resources/console/lib/series.js';
import { lastEnd, stacked, sum } from '../../main/resources/console/lib/stats.js';
import { phases, timeline } from '../../main/resources/console/lib/timeline.js';
import { lineAt, offsets, visibleLines } from '../../main/resources/console/lib/virtual.js';

const T = (seconds) => new Date(Date.UTC(2026, 11, 3, 12, 0, seconds)).toISOString();
const record = { submittedAt: T(0), startedAt: null, finishedAt: null, attempt: 0, attempts: [], status: 'queued', spawner: null, phases: {}, reason: null };

test('the lanes of a timeline', () => {
  const parts = (a, now) => timeline(a, Date.parse(now), { timed_out: 'too long' }).lanes.map((lane) => [lane.label, ...lane.segments.map((s) => `${s.kind} ${(s.to - s.from) / 1000}`)]);
  assert.deepEqual(parts(record, T(5)), [['Attempt 1', 'wait 5']]);
  assert.deepEqual(parts({ ...record, status: 'running', attempt: 1, startedAt: T(4), phases: { pullMs: 1000, bootMs: 1000 } }, T(9)), [['Attempt 1', 'wait 2', 'pull 1', 'boot 1', 'run 5']]);
  assert.deepEqual(parts({ ...record, status: 'succeeded', attempt: 2, startedAt: T(8), finishedAt: T(9), phases: { bootMs: 1000 },
    attempts: [{ attempt: 1, spawner: 's', startedAt: T(1), finishedAt: T(3), reason: 'timed_out', exitCode: null }] }, T(99)),
  [['Attempt 1', 'wait 1', 'run 2'], ['Attempt 2', 'wait 4', 'boot 1', 'run 1']]);
  assert.deepEqual(parts({ ...record, status: 'expired', finishedAt: T(7) }, T(99)), [['No attempt', 'wait 7']]);
  assert.deepEqual(phases({ ...record, status: 'succeeded', attempt: 1, startedAt: T(2), finishedAt: T(3) }, 0), [{ kind: 'wait', ms: 2000 }, { kind: 'run', ms: 1000 }]);
});

test('lines of a log, wherever its pieces are cut', () => {
  const text = 'one\ntwo\n\nüthree\nlast';
  for (let cut = 0; cut <= text.length; cut++) {
    const log = new LogText();
    log.append(text.slice(0, cut), 'stdout', null);
    log.append('err\n', 'stderr', null);
    log.append(text.slice(cut), 'stdout', null);
    const lines = [];
    for (let i = 0; i < log.count; i++) {
      if (log.line(i).stream === 'stdout') {
        lines.push(log.line(i).text);
      }
    }
    assert.deepEqual(lines, text.split('\n'), `cut at ${cut}`);
  }
});

test('a log above its limit keeps its end', () => {
  const log = new LogText(20_000);
  for (let i = 0; i < 10_000; i++) {
    log.append(`line ${i}\n`, 'stdout', null);
  }
  assert.equal(log.line(log.count - 1).text, 'line 9999');
  assert.equal(log.dropped + log.count, 10_000);
  assert.equal(log.line(0).text, `line ${log.dropped}`);
});

test('another attempt begins with an empty log, and bytes stay as they were', () => {
  const output = new Output();
  output.state({ status: 'running', attempt: 1 });
  output.piece({ stream: 'stdout', text: 'old', at: null });
  output.state({ status: 'queued', attempt: 1 });
  output.state({ status: 'running', attempt: 1 });
  output.piece({ stream: 'stdout', text: 'lost', at: null });
  output.state({ status: 'queued', attempt: 1 });
  output.state({ status: 'running', attempt: 2 });
  output.piece({ stream: 'stdout', text: 'ü', at: null });
  output.state({ status: 'running', attempt: 2 });
  output.piece({ stream: 'stdout', base64: '/w==', at: null });
  output.state({ status: 'succeeded', attempt: 2 });
  assert.deepEqual([...output.resultBytes()], [0xc3, 0xbc, 0xff]);
  assert.equal(output.log.count, 1);
});

test('colours of terminals are classes, all else of them is removed', () => {
  const esc = '\x1b';
  for (const [text, found] of [
    ['plain', [['plain', '']]],
    [`${esc}[1;31mred${esc}[0m off`, [['red', 'ansi-b ansi-1'], [' off', '']]],
    [`${esc}[38;5;2mg${esc}[39m`, [['g', 'ansi-2']]],
    [`${esc}[38;2;1;2;3mrgb`, [['rgb', '']]],
    [`${esc}]8;;javascript:alert(1)${esc}\\link`, [['link', '']]],
    [`${esc}]0;title\x07a${esc}[2Jb${esc}[?25lc\rd\x00e`, [['a', ''], ['b', ''], ['c', ''], ['d', ''], ['e', '']]],
    ['<script>', [['<script>', '']]]]) {
    assert.deepEqual(pieces(text).map((piece) => [piece.text, piece.classes]), found);
    assert.equal(stripped(text), found.map(([part]) => part).join(''));
  }
});

test('which lines are in sight', () => {
  const plain = offsets(1000, () => 1);
  assert.deepEqual(visibleLines(plain, 0, 400, 20, 2), { from: 0, to: 23 });
  assert.deepEqual(visibleLines(plain, 2000, 400, 20, 2), { from: 98, to: 123 });
  assert.deepEqual(visibleLines(plain, 1e9, 400, 20, 2), { from: 999, to: 1000 });
  assert.deepEqual(visibleLines(offsets(0, () => 1), 0, 400, 20), { from: 0, to: 0 });
  assert.equal(lineAt(offsets(3, (i) => [1, 5, 1][i]), 5), 1);
});

test('offsets that are extended are those of all lines', () => {
  const log = new LogText();
  let sums = new Float64Array(1);
  let settled = 0;
  for (let i = 0; i < 3000; i++) {
    log.append(i % 7 === 0 ? 'open and ' : `${'x'.repeat(i % 50)}\n`, i % 3 === 0 ? 'stderr' : 'stdout', null);
    if (i % 100 === 99) {
      const rowsOf = (line) => Math.ceil(log.line(line).text.length / 10);
      sums = offsets(log.count, rowsOf, sums, settled);
      settled = log.settled;
      assert.deepEqual([...sums], [...offsets(log.count, rowsOf)]);
    }
  }
});

test('a search finds each line, in slices', async () => {
  const hits = await new Promise((resolve) => searchLines(100_000, (i) => (i % 1000 === 7 ? 'an ERROR here' : 'x'), 'error', (found, done) => done && resolve(found)));
  assert.equal(hits.length, 100);
  assert.deepEqual(marked('aXbx', 'x'), [{ text: 'a', hit: false }, { text: 'X', hit: true }, { text: 'b', hit: false }, { text: 'x', hit: true }]);
  assert.deepEqual(marked('a', ''), [{ text: 'a', hit: false }]);
});

test('rows stay where they are while new ones come', () => {
  const id = (row) => row.id;
  assert.deepEqual(held([], [{ id: 1 }], id), { rows: [{ id: 1 }], fresh: 0 });
  assert.deepEqual(held([{ id: 2, v: 'old' }, { id: 1 }], [{ id: 4 }, { id: 3 }, { id: 2, v: 'new' }], id), { rows: [{ id: 2, v: 'new' }, { id: 1 }], fresh: 2 });
});

test('figures for lists and charts', () => {
  const series = { succeeded: [1, 0, 0], failed: [0, 2, 0], timed_out: [0, 0, 0], cancelled: [0, 0, 0], expired: [0, 0, 0], submitted: [1, 2, 0], queuedMax: [0, 1, 0], runningMean: [0, 0.5, 0], waitMs: { p50: [null, 1, null], p95: [null, 2, null] }, runMs: { p50: [1, 1, null], p95: [1, 1, null] } };
  const stats = { time: [T(0), T(60), T(120)], stepSeconds: 60, series, reasons: { exit_code: [0, 2, 0], signal: [0, 0, 0] } };
  assert.deepEqual(sum(series), [1, 2, 0]);
  assert.deepEqual(stacked([[1, 2], [3, 4]]), [[1, 2], [4, 6]]);
  assert.deepEqual(lastEnd(stats, series, Date.parse(T(300))), { status: 'failed', time: T(120) });
  assert.equal(lastEnd(stats, series, Date.parse(T(90))).time, null);
  assert.deepEqual(charts(stats, 3).map((chart) => [chart.id, ...chart.lines.map((line) => line.label)]), [
    ['ends', 'Failed', 'Succeeded', 'Submitted'], ['load', 'Queued (max)', 'Running (mean)', 'Limit'], ['wait', 'p50', 'p95'], ['run', 'p50', 'p95'], ['reasons', 'exit code']]);
});
