import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classify, decode, size } from '../../main/resources/console/lib/bytes.js';
import { asCli, asCurl, asHttp, quote } from '../../main/resources/console/lib/copy.js';
import { outcome } from '../../main/resources/console/lib/status.js';
import { ago, duration, range } from '../../main/resources/console/lib/time.js';
import { match, toQuery } from '../../main/resources/console/lib/url.js';
import { spawnSync } from 'node:child_process';

const NOW = Date.parse('2026-12-03T12:00:00.000Z');

test('durations', () => {
  for (const [ms, text] of [[0, '0 ms'], [999, '999 ms'], [1000, '1.0 s'], [9949, '9.9 s'], [9950, '10 s'], [59_400, '59 s'], [59_600, '1 min'],
    [60_000, '1 min'], [250_000, '4 min 10 s'], [3_600_000, '1 h'], [7_500_000, '2 h 5 min'], [90_000_000, '1 d 1 h'], [null, '–']]) {
    assert.equal(duration(ms), text);
  }
});

test('how long ago', () => {
  for (const [time, text] of [['2026-12-03T11:59:59.000Z', 'now'], ['2026-12-03T11:59:48.000Z', '12 s ago'], ['2026-12-03T11:30:10.000Z', '29 min ago'],
    ['2026-12-03T12:03:00.000Z', 'in 3 min'], ['2026-12-01T12:00:00.000Z', '2 d ago']]) {
    assert.equal(ago(time, NOW), text);
  }
});

test('sizes', () => {
  for (const [bytes, text] of [[0, '0 B'], [999, '999 B'], [1000, '1.0 kB'], [15_000, '15 kB'], [999_999, '1.0 MB'], [16_777_216, '17 MB'], [null, '–']]) {
    assert.equal(size(bytes), text);
  }
});

test('the range of time in a query', () => {
  assert.deepEqual(range(new URLSearchParams('range=24h'), '1h', NOW), { since: '2026-12-02T12:00:00.000Z', until: null, name: '24h' });
  assert.equal(range(new URLSearchParams('range=constructor'), '1h', NOW).name, '1h');
  assert.equal(range(new URLSearchParams('since=never'), '1h', NOW).name, '1h');
  assert.deepEqual(range(new URLSearchParams('since=2026-12-01T00:00:00Z&until=2026-12-02T00:00:00Z'), '1h', NOW),
    { since: '2026-12-01T00:00:00Z', until: '2026-12-02T00:00:00Z', name: 'custom' });
});

test('paths and queries', () => {
  for (const [pattern, path, parts] of [['/', '/', {}], ['/functions/:name', '/functions/a%20b', { name: 'a b' }], ['/functions/:name', '/functions', null],
    ['/functions/:name', '/functions/%E0%A4%A', null], ['/functions/new', '/functions/old', null], ['/a/:b/c', '/a/x/c', { b: 'x' }]]) {
    assert.deepEqual(match(pattern, path), parts, path);
  }
  assert.equal(toQuery({ a: 1, b: null, c: '', d: ['x', 'y&z'], e: false, f: true, g: 0 }), '?a=1&d=x&d=y%26z&f=true&g=0');
});

test('a shell reads a quoted word as it was', () => {
  for (const word of ['plain', "it's", '$HOME `id` "x" \\', 'two\nlines', '', '!!', 'ünïcode']) {
    assert.equal(spawnSync('sh', ['-c', `printf %s ${quote(word)}`], { encoding: 'utf8' }).stdout, word);
  }
});

test('an action as text', () => {
  const action = { method: 'POST', path: '/v1/functions/x/activations', query: { wait: 5 }, body: { argument: "it's" }, headers: { 'Idempotency-Key': 'k' } };
  assert.match(asCurl(action, 'origin'), /^curl -sS -X POST 'origin\/v1\/functions\/x\/activations\?wait=5' \\\n {2}-H "Authorization: Bearer \$FAAS_TOKEN" \\\n {2}-H 'Idempotency-Key: k'/);
  assert.match(asCli(action), /^faas api POST '\/v1\/functions\/x\/activations\?wait=5' \\\n {2}-H 'Idempotency-Key: k' \\\n {2}-d '/);
  assert.match(asHttp(action, 'host'), /^POST \/v1\/functions\/x\/activations\?wait=5 HTTP\/1\.1\nHost: host\n/);
  assert.equal(asCurl({ method: 'GET', path: '/v1/x' }, '').includes('--data'), false);
});

test('a result is shown by what it is', () => {
  const bytes = (text) => new TextEncoder().encode(text);
  for (const [content, kind] of [[bytes(''), 'empty'], [bytes('{"a":1}'), 'json'], [bytes(' [1]'), 'json'], [bytes('{"a":'), 'text'], [bytes('12'), 'text'],
    [bytes('<svg xmlns="x"></svg>'), 'text'], [bytes('<html>'), 'text'], [Uint8Array.of(0xff, 0xfe), 'binary'], [bytes('a\0b'), 'binary'],
    [Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), 'image'], [bytes('GIF89a'), 'image'], [decode('iVBORw0KGgo='), 'image'], [bytes('RIFF0000WEBPVP8 '), 'image'], [bytes('RIFF0000WAVEfmt '), 'text']]) {
    assert.equal(classify(content).kind, kind);
  }
});

test('the outcome is one sentence', () => {
  const ended = { attempt: 1, durationMs: 1200, exitCode: null, detail: null, startedAt: 'x', reason: null };
  for (const [a, text] of [
    [{ ...ended, status: 'succeeded' }, 'The command returned 0 after 1.2 s.'],
    [{ ...ended, status: 'failed', reason: 'exit_code', exitCode: 3, attempt: 2 }, 'The command returned 3 after 1.2 s in attempt 2.'],
    [{ ...ended, status: 'failed', reason: 'signal', signal: 'SIGSEGV' }, 'The command was ended by SIGSEGV after 1.2 s.'],
    [{ ...ended, status: 'expired', reason: 'queue_ttl', durationMs: null, attempt: 0 }, 'Expired: it waited longer than the queue allows.'],
    [{ ...ended, status: 'queued', attempt: 0 }, 'It waits in the queue.'],
    [{ ...ended, status: 'running', startedAt: null, detail: 'Pulls the image: 40 %.' }, 'Pulls the image: 40 %.']]) {
    assert.equal(outcome(a, duration), text);
  }
});
