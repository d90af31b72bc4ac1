import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type TimestampUnit, timeAt } from '../../lib/json/time.js';

for (const [text, unit, expected] of [
  ['1772978709', 's', 1_772_978_709_000],
  ['1772978709.123456', 's', 1_772_978_709_123],
  // As doubles, 1772978709.123 * 1000 is a little less.
  ['1772978709.123', 's', 1_772_978_709_123],
  ['1.772978709123e9', 's', 1_772_978_709_123],
  ['1772978709123', 'ms', 1_772_978_709_123],
  ['1772978709123.999', 'ms', 1_772_978_709_123],
  ['"1772978709123"', 'ms', 1_772_978_709_123],
  ['"000000001772978709123"', 'ms', 1_772_978_709_123],
  ['1772978709123999', 'us', 1_772_978_709_123],
  ['1772978709123999999', 'ns', 1_772_978_709_123],
  ['0', 'ms', 0],
  ['5', 'ns', 0],
  ['0.5', 's', 500],
  ['5e-1', 's', 500],
  ['"2026-03-08T14:05:09Z"', 'iso8601', 1_772_978_709_000],
  ['"2026-03-08T14:05:09.123456789Z"', 'iso8601', 1_772_978_709_123],
  ['"2026-03-08T16:05:09.1+02:00"', 'iso8601', 1_772_978_709_100],
  ['"2026-03-08 14:05:09,5"', 'iso8601', 1_772_978_709_500],
  ['"2026-03-08t14:05:09z"', 'iso8601', 1_772_978_709_000],
  ['-1', 'ms', -1],
  ['1772978709123', 's', -1],
  ['1e300', 's', -1],
  ['"1772978709123 "', 'ms', -1],
  ['"0x10"', 'ms', -1],
  ['""', 'ms', -1],
  ['null', 'ms', -1],
  ['true', 'ms', -1],
  ['[1]', 'ms', -1],
  ['"2026-03-08T14:05:09Z"', 'ms', -1],
  ['1772978709', 'iso8601', -1],
  ['253402300799999', 'ms', 253_402_300_799_999],
  ['253402300800000', 'ms', -1],
  ['"2026-02-30T00:00:00Z"', 'iso8601', -1],
  ['"2026-13-01T00:00:00Z"', 'iso8601', -1],
  ['"2026-03-08"', 'iso8601', -1],
  ['"1969-12-31T23:59:59Z"', 'iso8601', -1],
] as const) {
  test(`${text} in ${unit} is ${expected < 0 ? 'no time' : expected}`, () => {
    assert.equal(at(text, unit), expected);
  });
}

test('a count of any unit is the instant that it counts', () => {
  const instants = fc.bigInt({ min: 0n, max: 253_402_300_799_999_999_999n });
  const units = fc.constantFrom(['s', 1_000_000_000n], ['ms', 1_000_000n], ['us', 1_000n], ['ns', 1n]);
  fc.assert(
    fc.property(instants, units, (ns, [unit, size]) => {
      const whole = ns / (size as bigint);
      const fraction = String(ns % (size as bigint)).padStart(String(size).length - 1, '0');
      const text = `${whole}${size === 1n ? '' : `.${fraction}`}`;
      assert.equal(at(text, unit as TimestampUnit), Number(ns / 1_000_000n));
      assert.equal(at(`${whole}`, unit as TimestampUnit), Number((whole * (size as bigint)) / 1_000_000n));
    }),
  );
});

test('an instant that is written out is that instant, in any zone', () => {
  const instants = fc.date({ min: new Date(86_400_000), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true });
  fc.assert(
    fc.property(instants, fc.integer({ min: -14, max: 14 }), (date, hours) => {
      const local = new Date(date.getTime() + hours * 3_600_000).toISOString().slice(0, -1);
      const zone = `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`;
      assert.equal(at(JSON.stringify(local + zone), 'iso8601'), date.getTime());
    }),
  );
});

function at(text: string, unit: TimestampUnit): number {
  const bytes = Buffer.from(`[${text}]`);
  return timeAt(bytes, 1, bytes.length - 1, unit);
}
