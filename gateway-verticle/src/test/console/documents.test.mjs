import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changes, rebase, withValue } from '../../main/resources/console/lib/diff.js';
import { errorOf, fromText, GROUPS, toText } from '../../main/resources/console/lib/function-fields.js';
import { fromYaml } from '../../main/resources/console/lib/yaml-read.js';
import { toYaml } from '../../main/resources/console/lib/yaml-write.js';

const field = (path) => GROUPS.flatMap((group) => group.fields).find((each) => each.path === path);

test('what is written as YAML is read as it was', () => {
  for (const value of ['', 'x', 'true', 'null', '~', '12', '1e3', '0x10', ' x', 'x ', 'a: b', 'a #b', '#', '- x', "it's", '"q"', 'ünï', '\t', 'a\nb', 'a\nb\n', 'a\n\n', '\na', ' a\nb', 'a\r\nb',
    '@x', '`', '%', '*a', '&a', '!t', '|', '>', '{}', '[]', '{', ':', '2026-01-01', 'sh -c', 12, 0.5, -1, true, false, null, [], {}, ['a', { b: [1, { c: 'd' }] }], { 'a.b/c': 'x', 'on': 1, '': 2 }]) {
    const document = { name: 'x', value, list: [value] };
    assert.deepEqual(fromYaml(toYaml(document)), document);
  }
});

test('YAML as people write it', () => {
  for (const [text, document] of [
    ['# c\na: 1 # one\nb:\n- x\n- y: z\n  w: 2\n', { a: 1, b: ['x', { y: 'z', w: 2 }] }],
    ['---\na: [x, 2]\nb: {"c": 1}\n', { a: ['x', 2], b: { c: 1 } }],
    ['a: |\n  one\n   two\n\nb: >\n  f\n  g\n', { a: 'one\n two\n', b: 'f g\n' }],
    ["a: 'it''s'\nb: http\n", { a: "it's", b: 'http' }],
    ['{"a": {"b": [1]}}', { a: { b: [1] } }],
    ['', {}]]) {
    assert.deepEqual(fromYaml(text), document);
  }
});

test('YAML that is none names its line', () => {
  for (const [text, line] of [['a: 1\nb', 2], ['a: 1\na: 2', 2], ['a:\n\tb: 1', 2], ['a: &x 1', 1], ['a: 1\n   b: 2', 2], ['a: "x', 1]]) {
    assert.throws(() => fromYaml(text), new RegExp(`^Error: Line ${line}:`));
  }
});

test('a map of YAML has no prototype of its own', () => {
  const read = fromYaml('__proto__:\n  admin: true\n');
  assert.equal({}.admin, undefined);
  assert.equal(read.admin, undefined);
});

test('changes by field, without what the platform keeps', () => {
  const old = { name: 'x', revision: 1, env: { A: '1', 'B.C': '2' }, limits: { memoryMb: 1, cpus: 1 }, command: ['a'] };
  const next = { name: 'x', revision: 2, env: { A: '1', D: '3' }, limits: { memoryMb: 2, cpus: 1 }, command: ['a', 'b'] };
  assert.deepEqual(changes(old, next), [
    { field: 'env.B.C', from: '2', to: undefined }, { field: 'env.D', from: undefined, to: '3' },
    { field: 'limits.memoryMb', from: 1, to: 2 }, { field: 'command', from: ['a'], to: ['a', 'b'] }]);
  assert.deepEqual(changes({ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }), []);
});

test('my changes on another revision', () => {
  const base = { env: { 'A.B': '1', C: '1' }, limits: { memoryMb: 1, cpus: 1 }, concurrency: 1 };
  const mine = { env: { C: '2' }, limits: { memoryMb: 2, cpus: 1 }, concurrency: 1 };
  const theirs = { env: { 'A.B': '1', C: '1', D: '9' }, limits: { memoryMb: 1, cpus: 4 }, concurrency: 7 };
  assert.deepEqual(rebase(base, mine, theirs), { env: { C: '2', D: '9' }, limits: { memoryMb: 2, cpus: 4 }, concurrency: 7 });
});

test('a value of a document is set and removed', () => {
  assert.deepEqual(withValue({ a: 1 }, 'limits.cpus', 2), { a: 1, limits: { cpus: 2 } });
  assert.deepEqual(withValue({ a: 1, limits: { cpus: 2 } }, 'limits.cpus', undefined), { a: 1 });
});

test('a field is the same after it was shown', () => {
  for (const [path, value] of [['env', { A: '1', B: 'x=y', C: '' }], ['command', ['sh', '-c', '']], ['limits.cpus', 0.5], ['name', 'x'], ['labels', undefined]]) {
    assert.deepEqual(fromText(field(path), toText(field(path), value)), value);
  }
  assert.equal(fromText(field('limits.cpus'), 'many'), 'many');
});

test('the platform\'s message is at its field', () => {
  assert.equal(errorOf(field('env'), { 'env.A': 'is too long' }), '.A: is too long');
  assert.equal(errorOf(field('name'), { name: 'is wrong' }), 'is wrong');
  assert.equal(errorOf(field('name'), { names: 'is wrong' }), undefined);
});
