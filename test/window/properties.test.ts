import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { WindowFacts } from '../../lib/index.js';
import { createFakeClock, messageOf } from '../../lib/testing/index.js';
import { begin } from './collect.js';

interface Bar {
  readonly key: string;
  readonly from: number;
  readonly ids: readonly number[];
  readonly isPartial: boolean;
}

const bar = (messages: readonly { value: unknown }[], { key, from, isPartial }: WindowFacts): Bar => ({
  key: key as string,
  from,
  ids: messages.map(({ value }) => (value as { id: number }).id),
  isPartial,
});
const barsOf = (texts: readonly string[]): Bar[] => texts.map((text) => JSON.parse(text) as Bar);

/** Steps of time between records, forwards and backwards, and keys. */
const records = fc
  .array(fc.tuple(fc.integer({ min: -8, max: 12 }), fc.constantFrom('a', 'b', 'c', 'd')), { maxLength: 80 })
  .map((steps) => {
    let time = 1_000;
    return steps.map(([step, key], id) => ({ id, key, t: (time = Math.max(0, time + step)) }));
  });

it('each record is in the window of its time and key, or late, as a model says, and none twice', () => {
  fc.assert(
    fc.property(records, fc.constantFrom(1, 5, 10), fc.constantFrom(0, 3, 20), (given, everyMs, latenessMs) => {
      const { step, texts, end } = begin({ everyMs, by: 'key', on: 't', latenessMs }, bar);
      const whole = new Map<string, number[]>();
      let newest = Number.NEGATIVE_INFINITY;
      let late = 0;
      for (const { id, key, t } of given) {
        step.take(messageOf({ id, key, t }));
        const from = t - (t % everyMs);
        if (from + everyMs + latenessMs <= newest) {
          late += 1;
          continue;
        }
        newest = Math.max(newest, t);
        const name = `${key} ${from}`;
        whole.set(name, [...(whole.get(name) ?? []), id]);
      }
      const closed = barsOf(texts());
      end();
      const left = barsOf(texts());
      const bars = [...closed, ...left];
      assert.deepEqual(
        Object.fromEntries(bars.map(({ key, from, ids }) => [`${key} ${from}`, ids])),
        Object.fromEntries(whole),
      );
      assert.equal(bars.length, whole.size);
      assert.equal(step.skipped, late);
      // Those that the times closed come in the order of their ends, and are done before the newest time.
      assert.deepEqual(
        closed.map(({ from }) => from),
        closed.map(({ from }) => from).toSorted((a, b) => a - b),
      );
      const first = given[0]?.t ?? 0;
      for (const { from, isPartial } of bars) assert.equal(isPartial, from < first || from + everyMs > newest);
    }),
  );
});

it('no record is lost or counted twice by the clock, times that go back, or a bound of windows', async () => {
  const actions = fc.array(fc.tuple(fc.integer({ min: -6, max: 9 }), fc.constantFrom('a', 'b', 'c'), fc.nat(6)), {
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(
      actions,
      fc.constantFrom(1, 2, 100),
      fc.constantFrom(0, 4),
      async (given, maxWindows, latenessMs) => {
        const clock = createFakeClock(0);
        const { step, texts, end } = begin({ everyMs: 10, by: 'key', latenessMs, maxWindows, clock }, bar);
        let time = 1_000;
        const bars: Bar[] = [];
        for (const [id, [offset, key, wait]] of given.entries()) {
          time += wait;
          await clock.advance(wait);
          step.take(messageOf({ id, key }, { receivedAt: time + offset }));
          assert.ok(clock.pending <= 1);
          bars.push(...barsOf(texts()));
        }
        end();
        bars.push(...barsOf(texts()));
        assert.equal(clock.pending, 0);
        assert.equal(step.skipped, 0);
        assert.deepEqual(
          bars.flatMap(({ ids }) => ids).toSorted((a, b) => a - b),
          given.map((_, id) => id),
        );
        // Of one window there may be many parts, but at most the first of them says that it is whole.
        for (const [index, { key, from, isPartial }] of bars.entries()) {
          const isFirst = !bars.slice(0, index).some((other) => other.key === key && other.from === from);
          assert.ok(isPartial || isFirst);
        }
      },
    ),
    { numRuns: 60 },
  );
});

it('windows of so many records hold that many, of their key, in the order in which they came', () => {
  fc.assert(
    fc.property(records, fc.integer({ min: 1, max: 6 }), (given, size) => {
      const { step, texts, end } = begin({ size, by: 'key' }, bar);
      for (const record of given) step.take(messageOf(record));
      end();
      const bars = barsOf(texts());
      for (const key of ['a', 'b', 'c', 'd']) {
        const own = bars.filter((one) => one.key === key);
        const ids = given.filter((one) => one.key === key).map(({ id }) => id);
        assert.deepEqual(
          own.map((one) => one.ids),
          Array.from({ length: Math.ceil(ids.length / size) }, (_, n) => ids.slice(n * size, (n + 1) * size)),
        );
        for (const one of own) assert.equal(one.isPartial, one.ids.length < size);
      }
    }),
  );
});
