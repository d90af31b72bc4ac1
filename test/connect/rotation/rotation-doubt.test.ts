import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeedGaps } from '../../../lib/connect/intake/feed-gaps.js';
import { resolveWebSocketOptions } from '../../../lib/connect/options/options.js';
import { Endpoints } from '../../../lib/connect/reach/endpoints.js';
import { Rotation } from '../../../lib/connect/rotation/rotation.js';
import { createFakeClock } from '../../../lib/testing/index.js';

test('an old connection that was lost before the new one brought anything leaves a gap, when that has nothing in common', async () => {
  const { rotation, lost, clock } = await rotating();
  const at = { at: clock.now(), monotonic: clock.monotonic() };
  rotation.settle(1, { code: 1006, isServers: false });
  assert.deepEqual(lost, []);
  await clock.advance(500);
  rotation.forget();
  assert.deepEqual(lost, [[1, { code: 1006, error: undefined }, at]]);
  rotation.forget();
  assert.equal(lost.length, 1);
});

test('where the new one is lost, too, that is told by itself', async () => {
  const { rotation, lost } = await rotating();
  rotation.settle(1, { code: 1006, isServers: false });
  rotation.lost();
  rotation.forget();
  assert.deepEqual([lost, rotation.merge, rotation.isUnderWay], [[], undefined, false]);
});

test('while both are open the loss of one is nothing to forget', async () => {
  const { rotation } = await rotating();
  rotation.lost();
  assert.notEqual(rotation.merge, undefined);
  assert.equal(rotation.isUnderWay, true);
});

test('one that we have closed in good order leaves no gap', async () => {
  const { rotation, lost } = await rotating();
  rotation.settle(1, { code: 1000, isServers: false });
  rotation.forget();
  assert.deepEqual(lost, []);
  const grave = await rotating();
  grave.rotation.settle(1, { code: 1000, isServers: true });
  grave.rotation.forget();
  assert.equal(grave.lost.length, 1);
});

for (const [what, connection, brings, missing] of [
  ['what came of the new one', 1, true, [[1, 1006]]],
  ['nothing came of it', 1, false, []],
  ['the old one was lost before', undefined, true, []],
] as const) {
  test(`a run that ends while both are open leaves a gap between them where they have nothing in common: ${what}`, async () => {
    const { rotation, lost, successor } = await rotating();
    const data = Buffer.from('{"n":1}');
    if (brings) assert.equal(rotation.consumes(rotation.merge!, data, false, 0, successor), true);
    const late = rotation.cutOff(connection);
    assert.deepEqual(
      late.map((frame) => frame.data),
      brings ? [data] : [],
    );
    rotation.forget();
    assert.deepEqual(
      lost.map(([number, { code }]) => [number, code]),
      missing,
    );
  });
}

async function rotating() {
  const clock = createFakeClock();
  await clock.advance(1_000);
  const lost: [number, { code: number; error: undefined }, unknown][] = [];
  const gaps = { lost: (...given: (typeof lost)[number]) => void lost.push(given) } as unknown as FeedGaps;
  const rotation = new Rotation(resolveWebSocketOptions({ clock }), gaps);
  const endpoint = new Endpoints(['ws://127.0.0.1:1']).current;
  const successor = { number: 2, endpoint, inflater: undefined } as never;
  rotation.begin(successor, {
    onOverfull() {},
    onCaughtUp() {},
    pausedMs: () => 0,
  });
  return { rotation, lost, clock, successor };
}
