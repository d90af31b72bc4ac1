import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compileTemplate } from '../../../lib/sink/rolled/path-template.js';
import { slotsBy } from '../../../lib/sink/rolled/time-slot.js';

const iso = (time: number): string => new Date(time).toISOString();

describe('the time whose records go into one file', () => {
  for (const [unit, everyMs, from, until] of [
    ['Y', undefined, '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['m', undefined, '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['d', undefined, '2026-12-07T00:00:00.000Z', '2026-12-08T00:00:00.000Z'],
    ['H', undefined, '2026-12-07T09:00:00.000Z', '2026-12-07T10:00:00.000Z'],
    ['M', undefined, '2026-12-07T09:05:00.000Z', '2026-12-07T09:06:00.000Z'],
    [undefined, 900_000, '2026-12-07T09:00:00.000Z', '2026-12-07T09:15:00.000Z'],
    ['d', 21_600_000, '2026-12-07T06:00:00.000Z', '2026-12-07T12:00:00.000Z'],
    ['H', 86_400_000, '2026-12-07T09:00:00.000Z', '2026-12-07T10:00:00.000Z'],
  ] as const) {
    it(`with ${unit ?? 'no time'} in the path, every ${everyMs ?? 'so long as it likes'}, is ${from} to ${until}`, () => {
      const slotOf = slotsBy(unit, everyMs);
      const slot = slotOf(Date.UTC(2026, 11, 7, 9, 5, 3));
      assert.deepEqual([iso(slot.from), iso(slot.until)], [from, until]);
      assert.equal(slotOf(slot.until - 1), slot);
      assert.equal(slotOf(slot.until).from, slot.until);
    });
  }

  it('is all of it when nothing parts it', () => {
    assert.deepEqual(slotsBy(undefined, undefined)(0), {
      from: Number.NEGATIVE_INFINITY,
      until: Number.POSITIVE_INFINITY,
    });
  });

  it('holds the time, and gives all of it one name', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('%Y', '%Y-%m', '%Y-%m-%d', '%Y-%m-%d-%H', '%Y-%m-%d-%H-%M'),
        fc.option(fc.integer({ min: 1_000, max: 1e9 }), { nil: undefined }),
        fc.array(fc.integer({ min: 0, max: 4e12 }), { minLength: 1 }),
        (path, everyMs, times) => {
          const { unit, nameOf } = compileTemplate('rolledFiles', path, undefined);
          const slotOf = slotsBy(unit, everyMs);
          for (const time of times) {
            const { from, until } = slotOf(time);
            assert.ok(from <= time && time < until);
            const names = [from, time, until - 1].map((one) => nameOf(one, [], 0));
            assert.equal(new Set(names).size, 1);
          }
        },
      ),
    );
  });
});
