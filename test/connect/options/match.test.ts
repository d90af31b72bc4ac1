import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileMatch, LookedAt } from '../../../lib/connect/options/match.js';
import { ConfigError } from '../../../lib/index.js';
import { type FrameMatch, isFrameMatch } from '../../../lib/json/match.js';

const frame = '{ "op":"pong", "n":1.0, "deep":{"a b":[true,null]}, "t":"\\u0070ing" }';

for (const [match, value] of [
  [{ path: 'op' }, '"pong"'],
  [{ path: 'op', equals: 'pong' }, '"pong"'],
  [{ path: 'n', equals: 1 }, '1.0'],
  [{ path: 'deep' }, '{"a b":[true,null]}'],
  [{ path: 'deep["a b"][0]', equals: true }, 'true'],
  [{ path: 'deep["a b"][1]', equals: null }, 'null'],
  [{ path: 't', equals: 'ping' }, '"\\u0070ing"'],
  [{ text: frame }, frame],
] as const satisfies readonly (readonly [FrameMatch, string])[]) {
  test(`${JSON.stringify(match)} matches, and its value is ${value}`, () => {
    const matcher = compileMatch(match, 'match');
    assert.equal(matcher.matches(new LookedAt().at(Buffer.from(frame))), true);
    assert.equal(matcher.value(), value);
    assert.equal(isFrameMatch(match, 'match'), true);
  });
}

for (const [match, text] of [
  [{ path: 'op', equals: 'ping' }, frame],
  [{ path: 'n', equals: '1.0' }, frame],
  [{ path: 'deep', equals: null }, frame],
  [{ path: 'missing' }, frame],
  [{ path: 'op' }, '{"op":"pong"'],
  [{ path: 'op' }, ''],
  [{ path: 'op' }, 'pong'],
  [{ text: 'pong' }, 'pong '],
  [{ text: 'pong' }, ''],
] as const satisfies readonly (readonly [FrameMatch, string])[]) {
  test(`${JSON.stringify(match)} does not match ${text === '' ? 'an empty frame' : text}`, () => {
    assert.equal(compileMatch(match, 'match').matches(new LookedAt().at(Buffer.from(text))), false);
  });
}

test('frames that are looked at one after another do not see each other', () => {
  const matcher = compileMatch({ path: 'a' }, 'match');
  const looked = new LookedAt();
  const texts = ['{"a":1}', 'no', '{"b":1}', '{"b":2,"a":3}'];
  assert.deepEqual(
    texts.map((text) => matcher.matches(looked.at(Buffer.from(text)))),
    [true, false, false, true],
  );
  assert.equal(matcher.value(), '3');
});

for (const wrong of [
  null,
  'pong',
  {},
  { equals: 1 },
  { path: 1 },
  { path: 'a', equals: {} },
  { path: 'a', equals: 1n },
  { path: 'a', text: 'b' },
  { text: 'a', equals: 'a' },
  { text: 1 },
  { path: 'a', is: 1 },
]) {
  const shown = JSON.stringify(wrong, (_key, value: unknown) => (typeof value === 'bigint' ? '1n' : value));
  test(`${shown} is no match`, () => {
    assert.equal(isFrameMatch(wrong, 'match'), false);
  });
}

test('a path that cannot be read is an error that says where in the match it stands', () => {
  assert.throws(
    () => isFrameMatch({ path: 'a..b' }, 'reply[1].match'),
    (error) => error instanceof ConfigError && error.problems[0]?.path === 'reply[1].match.path',
  );
});

test('a path that cannot be read is an error that names the option', () => {
  assert.throws(
    () => compileMatch({ path: 'a..b' }, 'reply.match.path'),
    (error) => error instanceof ConfigError && error.problems[0]?.path === 'reply.match.path',
  );
});
