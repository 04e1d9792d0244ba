import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createParser } from '../../main/resources/console/lib/sse.js';
import { delay } from '../../main/resources/console/lib/stream.js';

const STREAM = ': quiet\n\nid: 1\nevent: state\ndata: {"a":1}\n\ndata: x\ndata:  y\n\nid: 2\r\nevent: log\r\ndata: ü\r\n\r\nevent: none\n\nevent: end\ndata: {}\n\n';
const EVENTS = [
  { id: '1', event: 'state', data: '{"a":1}' }, { id: null, event: 'message', data: 'x\n y' },
  { id: '2', event: 'log', data: 'ü' }, { id: null, event: 'end', data: '{}' },
];

test('events are the same wherever the stream is cut', () => {
  for (let cut = 0; cut <= STREAM.length; cut++) {
    const found = [];
    const parser = createParser((event) => found.push(event));
    parser.push(STREAM.slice(0, cut));
    parser.push(STREAM.slice(cut));
    assert.deepEqual(found, EVENTS, `cut at ${cut}`);
  }
});

test('events are the same when each character comes by itself', () => {
  const found = [];
  const parser = createParser((event) => found.push(event));
  for (const character of STREAM) {
    parser.push(character);
  }
  assert.deepEqual(found, EVENTS);
});

test('the wait before a new connection doubles from half a second to 15 s, with jitter', () => {
  for (const [failures, random, ms] of [[0, 1, 500], [0, 0, 250], [1, 1, 1000], [4, 1, 8000], [5, 1, 15_000], [60, 1, 15_000], [60, 0, 7500]]) {
    assert.equal(delay(failures, random), ms);
  }
});
