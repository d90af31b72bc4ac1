import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DroppedRange } from '../../../lib/connect/intake/dropped-range.js';
import { type Overflow, OverflowQueue } from '../../../lib/connect/intake/overflow-queue.js';
import type { Frame } from '../../../lib/frame/frame.js';
import { heapInUse } from '../../support/gc.js';
import { frameOf } from '../../support/messages.js';

type Policy = Exclude<Overflow, 'block'>;

const POLICIES: readonly Policy[] = ['drop_oldest', 'drop_newest', { latestBy: 'k' }];

function queueOf(policy: Policy, maxFrames: number, maxBytes = 1_000_000) {
  const ranges: DroppedRange[] = [];
  const queue = new OverflowQueue(policy, { maxFrames, maxBytes }, (range) => {
    ranges.push(range);
    return { ...frameOf('gap'), gap: {} as never, sequence: range.last + 1 };
  });
  return { queue, ranges };
}

function all(queue: OverflowQueue): string[] {
  queue.end();
  const out: string[] = [];
  for (let frame = queue.shift(); frame !== undefined; frame = queue.shift()) {
    out.push(frame.gap === undefined ? frame.data.toString() : `gap before ${frame.sequence}`);
  }
  return out;
}

function offer(queue: OverflowQueue, ...texts: string[]): void {
  for (const [sequence, text] of texts.entries()) queue.offer(frameOf(text, { sequence }));
}

test('drop_oldest: the newest are kept, and the gap stands before them', () => {
  const { queue, ranges } = queueOf('drop_oldest', 2);
  offer(queue, 'a', 'b', 'c', 'd');
  assert.deepEqual([queue.frames, queue.bytes, queue.dropped], [2, 2, 2]);
  assert.deepEqual(all(queue), ['gap before 2', 'c', 'd']);
  assert.deepEqual(
    ranges.map(({ dropped, first, last, isLast }) => [dropped, first, last, isLast]),
    [[2, 0, 1, false]],
  );
});

test('drop_newest: the oldest are kept, and the gap stands behind them', () => {
  const { queue } = queueOf('drop_newest', 2);
  offer(queue, 'a', 'b', 'c', 'd');
  assert.equal(queue.shift()?.data.toString(), 'a');
  queue.offer(frameOf('e', { sequence: 4 }));
  queue.offer(frameOf('f', { sequence: 5 }));
  assert.deepEqual(all(queue), ['b', 'gap before 4', 'e', 'gap before 6']);
});

test('latest_by: a frame takes the place of the one with the same key', () => {
  const { queue, ranges } = queueOf({ latestBy: 'k' }, 3);
  const [a1, b1, a2, none] = ['{"k":"a","n":1}', '{"k":"b","n":1}', '{"k":"a","n":2}', '{"n":1}'];
  offer(queue, a1, b1, none, a2);
  assert.deepEqual(all(queue), ['gap before 1', a2, b1, none]);
  assert.deepEqual([ranges.length, queue.dropped], [1, 1]);
  offer(queue, none, none, 'no JSON', '{"k":"c"}');
  assert.deepEqual(all(queue), ['gap before 1', none, 'no JSON', '{"k":"c"}']);
});

test("latest_by: a frame without the field, and one that is no JSON, takes nobody's place", () => {
  const { queue } = queueOf({ latestBy: 'k' }, 10);
  offer(queue, '{"k":1,"n":0}', '{"n":1}', '{"n":2}', 'no JSON', '{"k":"1","n":4}', '{"k":1,"n":5}');
  assert.deepEqual(all(queue), ['gap before 1', '{"k":1,"n":5}', '{"n":1}', '{"n":2}', 'no JSON', '{"k":"1","n":4}']);
});

test('latest_by: values are compared as they are written', () => {
  const { queue } = queueOf({ latestBy: 'k' }, 10);
  const texts = ['{"k":1}', '{"k":1.0}', '{"k":"1"}', '{"k":"\\u0031"}'];
  offer(queue, ...texts);
  assert.deepEqual(all(queue), texts);
});

test('the budget of bytes rules, too, but one frame always fits', () => {
  const { queue } = queueOf('drop_oldest', 100, 5);
  offer(queue, 'aa', 'bb', 'cc', 'too large for it');
  assert.deepEqual(all(queue), ['gap before 3', 'too large for it']);
});

test('latest_by: a frame that takes the place of another, and is too large by itself, stays', () => {
  const { queue } = queueOf({ latestBy: 'k' }, 100, 20);
  const [small, large] = ['{"k":1}', `{"k":1,"n":"${'x'.repeat(30)}"}`];
  offer(queue, small, large);
  assert.deepEqual([queue.frames, queue.bytes], [1, large.length]);
  assert.deepEqual(all(queue), ['gap before 1', large]);
  // Others make room for it.
  offer(queue, '{"k":2}', '{"k":3}', `{"k":3,"n":"${'x'.repeat(8)}"}`);
  assert.deepEqual([queue.frames, queue.bytes], [1, 22]);
});

test('a queue is idle when no frame waits, no gap, and nothing is to be told', () => {
  const { queue } = queueOf('drop_newest', 1);
  const gap: Frame = { ...frameOf('{}'), gap: {} as never, sequence: 77 };
  const idle = [queue.isIdle];
  for (const act of [() => queue.offer(gap), () => queue.shift(), () => offer(queue, 'a'), () => offer(queue, 'b')]) {
    act();
    idle.push(queue.isIdle);
  }
  queue.shift();
  assert.deepEqual([...idle, queue.isIdle], [true, false, true, false, false, false]);
  assert.deepEqual([...all(queue), queue.isIdle], ['gap before 1', true]);
  offer(queue, 'a', 'b');
  queue.clear();
  assert.deepEqual([queue.isIdle, queue.frames, queue.bytes, queue.dropped], [true, 0, 0, 2]);
});

test('gaps of the connection are not dropped, up to a thousand of them', () => {
  const gap: Frame = { ...frameOf('{}'), gap: {} as never, sequence: 77 };
  const { queue } = queueOf('drop_oldest', 1);
  queue.offer(frameOf('a', { sequence: 0 }));
  queue.offer(gap);
  offer(queue, 'b', 'c');
  assert.deepEqual(all(queue), ['gap before 1', 'gap before 77', 'c']);
  for (let n = 0; n < 1_500; n++) queue.offer(gap);
  assert.equal(all(queue).length, 1_000);
  assert.equal(queue.isIdle, true);
});

for (const policy of POLICIES) {
  test(`a range says when its first and its last frame came, however late it is told (${JSON.stringify(policy)})`, () => {
    const { queue, ranges } = queueOf(policy, 2);
    const times = [10, 20, 30, 40, 50];
    for (const [sequence, receivedAt] of times.entries()) queue.offer(frameOf('{"k":1}', { sequence, receivedAt }));
    all(queue);
    assert.equal(ranges.length, 1);
    const { first, last, firstAt, lastAt } = ranges[0]!;
    assert.deepEqual([firstAt, lastAt], [times[first], times[last]]);
  });
}

test('drop_newest: where no more gaps can wait, one goes on over frames that are kept, and none is lost', () => {
  const { queue, ranges } = queueOf('drop_newest', 2_000);
  let sequence = 0;
  const next = (): void => queue.offer(frameOf('x', { sequence: sequence++ }));
  while (queue.dropped === 0) next();
  for (let n = 0; n < 1_500; n++) {
    queue.shift();
    next();
    next();
  }
  const out = all(queue);
  assert.equal(out.filter((text) => text.startsWith('gap')).length, ranges.length);
  assert.equal(ranges.length, 1_001);
  const told = ranges.reduce((sum, { dropped }) => sum + dropped, 0);
  assert.deepEqual([told, out.at(-1)], [queue.dropped, `gap before ${sequence}`]);
});

test('what was taken out leaves nothing behind, however much passes while the queue is never empty', async () => {
  const { queue } = queueOf('drop_oldest', 10);
  const frame = frameOf('1');
  for (let n = 0; n < 5; n++) queue.offer(frame);
  const before = await heapInUse();
  for (let n = 0; n < 200_000; n++) {
    queue.offer(frame);
    queue.shift();
  }
  // A place for each would be twice as much.
  assert.ok((await heapInUse()) - before < 800_000);
  assert.equal(queue.frames, 5);
});

test('what comes out and what is told as dropped is what went in, in order, within the budget', () => {
  const step = fc.oneof({ arbitrary: fc.nat(4), weight: 3 }, { arbitrary: fc.constant('take' as const), weight: 2 });
  fc.assert(
    fc.property(
      fc.constantFrom(...POLICIES),
      fc.integer({ min: 1, max: 6 }),
      fc.array(step, { maxLength: 80 }),
      (policy, most, steps) => {
        const { queue, ranges } = queueOf(policy, most, 60);
        const out: Frame[] = [];
        let sequence = 0;
        for (const one of steps) {
          if (one === 'take') {
            const frame = queue.shift();
            if (frame !== undefined) out.push(frame);
          } else {
            queue.offer(frameOf(`{"k":${one},"x":"${'x'.repeat(one)}"}`, { sequence }));
            sequence += 1;
          }
          assert.ok(queue.frames <= most && (queue.bytes <= 60 || queue.frames === 1));
        }
        queue.end();
        for (let frame = queue.shift(); frame !== undefined; frame = queue.shift()) out.push(frame);
        const frames = out.filter((frame) => frame.gap === undefined);
        const dropped = ranges.reduce((sum, range) => sum + range.dropped, 0);
        assert.deepEqual([frames.length + dropped, queue.dropped], [sequence, dropped]);
        assert.deepEqual([queue.frames, queue.bytes, queue.isIdle], [0, 0, true]);
        if (typeof policy === 'string') {
          // Every number is there, or lies in the one gap that stands in its place.
          let next = 0;
          for (const frame of out) {
            if (frame.gap === undefined) assert.equal(frame.sequence, next++);
            else {
              const range = ranges.shift()!;
              assert.deepEqual([range.first, range.last - range.first + 1], [next, range.dropped]);
              next = range.last + 1;
            }
          }
          assert.equal(next, sequence);
        } else {
          for (let key = 0; key <= 4; key++) {
            const mine = frames.filter((frame) => frame.data.toString().startsWith(`{"k":${key},`));
            const numbers = mine.map((frame) => frame.sequence);
            assert.deepEqual(
              numbers,
              numbers.toSorted((a, b) => a - b),
            );
          }
        }
      },
    ),
    { numRuns: 500 },
  );
});
