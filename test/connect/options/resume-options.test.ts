import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSource, WebSocketReadable } from '../../../lib/index.js';

const VALUES = { seq: { path: 'seq' } };
const INTO = { query: { cursor: '{seq}' } };

for (const [what, resume, expected] of [
  ['without `values`', { into: INTO }, /values/],
  ['without `into`', { values: VALUES }, /into/],
  [
    'that says nothing of its values',
    { values: VALUES, into: { query: { cursor: '0' } } },
    /Nothing of `values` is said/,
  ],
  ['that says a value which is none', { values: VALUES, into: { query: { c: '{seq}{sqe}' } } }, /`into` has \{sqe\}/],
  ['with a path that cannot be read', { values: { seq: { path: 'a[' } }, into: INTO }, /path/],
  ['with a name that could not be put into a text', { values: { 'a b': { path: 'a' } }, into: INTO }, /values|names/],
  ['with an unknown key', { values: VALUES, into: INTO, exclusive: true }, /exclusive|values, into/],
  ['that rewinds, and keeps what comes twice', { values: VALUES, into: INTO, rewindMs: 5 }, /set `dedupe`/],
  [
    'that rewinds, and drops what that brings',
    { values: VALUES, into: INTO, rewindMs: 5, monotonic: true },
    /asks for records before the cursor/,
  ],
  ['whose `expired` says nothing', { values: VALUES, into: INTO, expired: {} }, /`expired` says nothing/],
] as const) {
  test(`a resume ${what} is refused, in code and in a configuration`, () => {
    const isRight = { code: 'ERR_CONFIG', message: expected };
    assert.throws(() => new WebSocketReadable('ws://a', { resume: resume as never }), isRight);
    assert.throws(() => createSource({ url: 'ws://a', unbounded: true, resume: resume as never }), isRight);
  });
}

for (const [key, expected] of [
  ['commit_every', /a cursor is kept with each page that is stored, and `sync` of `state` says/],
  ['key', /a feed has one cursor/],
] as const) {
  test(`a resume with \`${key}\` is told what does that`, () => {
    const resume = { values: VALUES, into: INTO, [key]: '1s' };
    assert.throws(() => createSource({ url: 'ws://a', unbounded: true, resume }), {
      code: 'ERR_CONFIG',
      message: expected,
    });
  });
}

test('it looks into whole frames of JSON', () => {
  const resume = { values: VALUES, into: INTO };
  for (const other of [{ split: 'lines' as const }, { message_format: 'binary' as const }]) {
    assert.throws(() => createSource({ url: 'ws://a', unbounded: true, resume, ...other }), {
      code: 'ERR_CONFIG',
      message: /`resume` looks into frames that are one JSON text each/,
    });
  }
});
