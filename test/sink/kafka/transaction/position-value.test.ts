import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodePosition, encodePosition, placesBehind } from '../../../../lib/sink/kafka/transaction/position-value.js';

const FACTS = { epoch: 3, at: 1_700_000_000_000 };

for (const position of [
  { sequence: 0, receivedAt: undefined },
  { sequence: 1_000, receivedAt: 1_700_000_000_000.25 },
  { sequence: 7, receivedAt: 1, spooled: { id: 'a', page: 12 } },
  { sequence: 7, receivedAt: 1, cursor: { endpoint: 'wss://a/', values: { seq: '18446744073709551615' }, since: 5 } },
  { sequence: 7, receivedAt: 1, spooled: { id: 'a', page: 12 }, elsewhere: [{ id: 'b', page: 3 }] },
]) {
  test(`a position is read as it was written: ${JSON.stringify(position)}`, () => {
    assert.deepEqual(decodePosition(encodePosition(position, FACTS)), position);
  });
}

test('it is JSON with a version, which others can read', () => {
  assert.deepEqual(JSON.parse(String(encodePosition({ sequence: 7, receivedAt: 5 }, FACTS))), {
    version: 1,
    position: { next: 7, receivedAt: 5 },
    ...FACTS,
  });
});

test('it knows where the feed is in each of its spools, the newest first, and sixteen others at most', () => {
  let places: ReturnType<typeof placesBehind> = {};
  for (const [id, page] of [
    ['a', 1],
    ['a', 2],
    ['b', 1],
    ['a', 3],
  ] as const)
    places = placesBehind(places, { id, page });
  assert.deepEqual(places, { spooled: { id: 'a', page: 3 }, elsewhere: [{ id: 'b', page: 1 }] });
  assert.deepEqual(placesBehind(places, undefined), places);
  for (let n = 0; n < 50; n++) places = placesBehind(places, { id: `c${n}`, page: n });
  assert.equal(places.elsewhere?.length, 16);
  assert.deepEqual(places.elsewhere?.[0], { id: 'c48', page: 48 });
});

for (const text of [
  '',
  'null',
  '{"version":2,"position":{"next":1}}',
  '{"version":1}',
  '{"version":1,"position":{"next":-1}}',
]) {
  test(`what is none is not understood: ${text}`, () => {
    assert.equal(decodePosition(Buffer.from(text)), undefined);
  });
}
