import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Clock, systemClock } from '../../lib/internal/clock.js';
import { MergeStep } from '../../lib/merge/step.js';

/** Something that comes: so long after what came before it, and by so much later than its own time. */
interface Arrival {
  readonly input: number;
  readonly afterMs: number;
  readonly lagMs: number;
  readonly hasTime: boolean;
}

interface Item {
  readonly input: number;
  readonly number: number;
  readonly time: number | undefined;
}

const INPUTS = 3;
const SKEW = 100;

const arrivals = (maxLagMs: number, hasTime: fc.Arbitrary<boolean>): fc.Arbitrary<Arrival[]> =>
  fc.array(
    fc.record({
      input: fc.nat(INPUTS - 1),
      afterMs: fc.oneof(fc.constant(0), fc.nat(20), fc.constant(3 * SKEW)),
      lagMs: fc.nat(maxLagMs),
      hasTime,
    }),
    { maxLength: 80 },
  );

describe('MergeStep', () => {
  it('loses nothing, gives nothing twice, and keeps the order of each input and its bound, whatever comes', () => {
    const options = fc.record({
      all: arrivals(5 * SKEW, fc.constantFrom(true, true, false)),
      maxItems: fc.integer({ min: 1, max: 6 }),
      maxSkewMs: fc.constantFrom(0, 1, SKEW),
      isMonotone: fc.boolean(),
    });
    fc.assert(
      fc.property(options, ({ all, maxItems, maxSkewMs, isMonotone }) => {
        const { came, went, most, stats } = carry(all, { maxItems, maxSkewMs, isMonotone });
        for (let input = 0; input < INPUTS; input++) {
          const of = (items: readonly Item[]): number[] =>
            items.filter((item) => item.input === input).map(({ number }) => number);
          assert.deepEqual(of(went), of(came));
          assert.equal(stats[input]!.items, of(came).length);
          assert.equal(stats[input]!.buffered, 0);
        }
        assert.ok(most <= maxItems, `${most} waited`);
        assert.equal(
          stats.reduce((sum, { late }) => sum + late, 0),
          lateAmong(went),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('is in order overall, where nothing comes later than maxSkewMs behind its time', () => {
    fc.assert(
      fc.property(arrivals(SKEW, fc.constant(true)), (all) => {
        const { went, stats } = carry(all, { maxItems: 1_000, maxSkewMs: SKEW, isMonotone: true });
        const times = went.map(({ time }) => time as number);
        assert.deepEqual(
          times,
          times.toSorted((a, b) => a - b),
        );
        assert.deepEqual(
          stats.map(({ late }) => late),
          [0, 0, 0],
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('holds nothing for longer than maxSkewMs', () => {
    fc.assert(
      fc.property(arrivals(5 * SKEW, fc.boolean()), (all) => {
        const { longestMs } = carry(all, { maxItems: 1_000, maxSkewMs: SKEW, isMonotone: false });
        assert.ok(longestMs <= SKEW, `${longestMs} ms`);
      }),
    );
  });

  it('waits for an input that is silent, until it has spoken, has ended, or the time is over', () => {
    const { step, pass } = stepOf(2);
    step.add(0, 'a', 10);
    assert.equal(step.next(), undefined);
    assert.equal(step.dueInMs, SKEW);
    step.add(1, 'b', 5);
    assert.deepEqual(step.next(), { item: 'b', input: 1 });
    assert.equal(step.next(), undefined);
    pass(SKEW - 1);
    assert.equal(step.next(), undefined);
    assert.equal(step.dueInMs, 1);
    pass(1);
    assert.deepEqual(step.next(), { item: 'a', input: 0 });
    assert.equal(step.dueInMs, undefined);
    step.add(0, 'c', 20);
    assert.equal(step.next(), undefined);
    step.end(1);
    assert.deepEqual(step.next(), { item: 'c', input: 0 });
    assert.equal(step.isOver, false);
    step.end(0);
    assert.equal(step.isOver, true);
  });

  it('hands on at once, and counts, what is earlier than what went on before', () => {
    const { step, pass } = stepOf(2);
    step.add(0, 'a', 10);
    pass(SKEW);
    assert.equal(step.next()?.item, 'a');
    step.add(1, 'late', 9);
    assert.equal(step.next()?.item, 'late');
    step.add(1, 'in time', 10);
    assert.equal(step.next()?.item, 'in time');
    assert.deepEqual(step.inputs, [
      { items: 1, late: 0, buffered: 0 },
      { items: 2, late: 1, buffered: 0 },
    ]);
  });

  it('waits for nobody where an input is full', () => {
    const { step } = stepOf(2, 2);
    step.add(0, 'a', 10);
    assert.ok(step.hasRoom(0));
    assert.equal(step.next(), undefined);
    step.add(0, 'b', 11);
    assert.ok(!step.hasRoom(0));
    assert.equal(step.next()?.item, 'a');
    assert.equal(step.next(), undefined);
  });

  it('gives what has no time right behind what came before it, and takes equal times in the order of the inputs', () => {
    const { step } = stepOf(2);
    step.add(1, 'gap', undefined);
    assert.equal(step.next()?.item, 'gap', 'It stands before everything.');
    for (const [item, time] of [
      ['b1', 5],
      ['b2', undefined],
      ['b3', 9],
    ] as const)
      step.add(1, item, time);
    for (const [item, time] of [
      ['a1', 5],
      ['a2', 7],
    ] as const)
      step.add(0, item, time);
    step.end(0);
    step.end(1);
    const went: unknown[] = [];
    for (let next = step.next(); next !== undefined; next = step.next()) went.push(next.item);
    assert.deepEqual(went, ['a1', 'b1', 'b2', 'a2', 'b3']);
    assert.deepEqual(
      step.inputs.map(({ late }) => late),
      [0, 0],
    );
  });
});

function stepOf(inputs: number, maxItems = 1_000) {
  let monotonic = 0;
  const clock: Clock = { ...systemClock, monotonic: () => monotonic };
  const step = new MergeStep(inputs, { maxItems, maxSkewMs: SKEW, clock });
  return { step, pass: (ms: number) => void (monotonic += ms) };
}

/** Has all of it come as it does, and taken as soon as it may: by a consumer that looks when the step says so. */
function carry(
  all: readonly Arrival[],
  { isMonotone, ...options }: { maxItems: number; maxSkewMs: number; isMonotone: boolean },
) {
  let now = 0;
  const clock: Clock = { ...systemClock, monotonic: () => now };
  const step = new MergeStep(INPUTS, { ...options, clock });
  const [came, went]: [Item[], Item[]] = [[], []];
  const cameAt = new Map<Item, number>();
  const newest = Array.from({ length: INPUTS }, () => Number.NEGATIVE_INFINITY);
  let [most, longestMs] = [0, 0];
  const drain = (): void => {
    for (let next = step.next(); next !== undefined; next = step.next()) {
      const item = next.item as Item;
      assert.equal(item.input, next.input);
      longestMs = Math.max(longestMs, now - cameAt.get(item)!);
      went.push(item);
    }
  };
  for (const [number, { input, afterMs, lagMs, hasTime }] of all.entries()) {
    const until = now + afterMs;
    for (let due = step.dueInMs; due !== undefined && now + due <= until; due = step.dueInMs) {
      now += due;
      drain();
    }
    now = until;
    const time = isMonotone ? Math.max(newest[input]!, now - lagMs) : now - lagMs;
    const item: Item = { input, number, time: hasTime ? time : undefined };
    if (hasTime) newest[input] = time;
    assert.ok(step.hasRoom(input));
    came.push(item);
    cameAt.set(item, now);
    step.add(input, item, item.time);
    most = Math.max(most, ...step.inputs.map(({ buffered }) => buffered));
    drain();
  }
  const stoppedAt = now;
  for (let input = 0; input < INPUTS; input++) step.end(input);
  drain();
  assert.equal(now, stoppedAt);
  assert.ok(step.isOver);
  return { came, went, most, longestMs, stats: step.inputs };
}

/** How many are earlier than one before them. */
function lateAmong(items: readonly Item[]): number {
  let [last, late] = [Number.NEGATIVE_INFINITY, 0];
  for (const { time } of items) {
    if (time === undefined) continue;
    if (time < last) late += 1;
    last = Math.max(last, time);
  }
  return late;
}
