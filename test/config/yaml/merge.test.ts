import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readYaml } from '../../../lib/config/yaml/document.js';
import { ConfigError } from '../../../lib/errors.js';

const surroundings = { env: { K: 'key' }, now: 0, readFile: () => ({ problem: undefined }) };
const read = (text: string) => readYaml(text, surroundings);

for (const [what, text, expected] of [
  ['A map gets the pairs of another', 'a: &a {x: 1, y: 2}\nb: {<<: *a, z: 3}', { z: 3, x: 1, y: 2 }],
  ['What a map has itself counts, before and after', 'a: &a {x: 1, y: 2}\nb: {x: 9, <<: *a, y: 8}', { x: 9, y: 8 }],
  ['The first of a list that has a key counts', 'a: &a {x: 1}\nc: &c {x: 2, y: 3}\nb: {<<: [*a, *c]}', { x: 1, y: 3 }],
  ['A map may be written there', 'b: {<<: {x: 1}, y: 2}', { y: 2, x: 1 }],
  ['What is merged may merge', 'a: &a {x: 1}\nc: &c {<<: *a, y: 2}\nb: {<<: *c}', { y: 2, x: 1 }],
  ['Lists and maps below come with it', 'a: &a {x: [1, {y: 2}]}\nb: {<<: *a}', { x: [1, { y: 2 }] }],
  ['Placeholders in it are filled', `a: &a {x: "$\{env:K}"}\nb:\n  <<: *a`, { x: 'key' }],
  ['In quotes it is a key', 'b: {"<<": 1}', { '<<': 1 }],
  ['An anchor that comes again later keeps its meaning', 'a: &a {k: &x 1}\nc: &x 2\nd: {<<: *a}\nb: {y: *x}', { y: 2 }],
] as const) {
  test(what, () => assert.deepEqual((read(text).value as { b: unknown }).b, expected));
}

for (const [what, text, place] of [
  ['a text', 'b: {<<: x}', '1:9'],
  ['nothing', 'b: {<<: }', '1:9'],
  ['a list of texts', 'b: {<<: [x]}', '1:9'],
  ['an alias of a list of texts', 'a: &a [x]\nb: {<<: *a}', '2:9'],
] as const) {
  test(`A merge of ${what} is refused with line and column`, () => {
    assert.throws(
      () => read(text),
      (error) =>
        error instanceof ConfigError &&
        error.message ===
          `${place}: Expected a mapping, an alias of one, or a list of such: that is what \`<<\` merges.`,
    );
  });
}

test('A merge within itself, and one that grows without measure, are refused', () => {
  assert.throws(() => read('a: &a {<<: *a}'), /This alias names no anchor that is complete before it/);
  const keys = Array.from({ length: 2000 }, (_, index) => `k${index}: 1`).join(', ');
  const many = Array.from({ length: 100 }, (_, index) => `m${index}: {<<: *a}`).join('\n');
  assert.throws(() => read(`a: &a {${keys}}\n${many}`), /would grow without measure/);
});

test('A problem in what was merged is shown where it is written', () => {
  const document = read('a: &a {x: 1}\nb: {<<: *a}');
  const problem = document.locate({ path: ['b', 'x'], at: 'value', message: 'Wrong.' });
  assert.deepEqual([problem?.line, problem?.column], [1, 11]);
});
