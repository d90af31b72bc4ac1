import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DURATION_PATTERN, POSITIVE_DURATION_PATTERN, parseDuration } from '../../lib/config/durations.js';
import { ConfigError } from '../../lib/errors.js';

for (const [given, ms] of [
  [0, 0],
  [1, 1000],
  [1.5, 1500],
  [0.25, 250],
  [1.005, 1005],
  [0.001, 1],
  ['500ms', 500],
  ['30s', 30_000],
  ['5m', 300_000],
  ['1.5h', 5_400_000],
  ['1d', 86_400_000],
  ['0s', 0],
  ['0.0005s', 0.5],
  ['4.35s', 4350],
] as const) {
  test(`parseDuration reads ${JSON.stringify(given)} as ${ms} ms`, () => {
    assert.equal(parseDuration(given), ms);
  });
}

for (const given of [
  '',
  ' ',
  '5',
  's',
  '5 s',
  ' 5s',
  '5s ',
  '5S',
  '5w',
  '-5s',
  '+5s',
  '1e3s',
  '.5s',
  '5.s',
  '1h30m',
  'Infinity',
  '5s\n',
  `${'9'.repeat(400)}s`,
  -1,
  Number.NaN,
  Infinity,
  -Infinity,
  Number.MAX_VALUE,
]) {
  test(`parseDuration refuses ${JSON.stringify(String(given).slice(0, 20))} (${typeof given}) with a whole sentence`, () => {
    assert.throws(
      () => parseDuration(given, 'idle_timeout'),
      (error) =>
        error instanceof ConfigError &&
        error.message ===
          'idle_timeout: Expected a number of seconds (fractions allowed), or text with a unit such as "500ms", "30s", "5m", "1.5h" or "1d".',
    );
  });
}

for (const given of [null, undefined, true, {}, [], 5n]) {
  test(`parseDuration refuses a ${given === null ? 'null' : typeof given}`, () => {
    assert.throws(() => parseDuration(given as never), ConfigError);
  });
}

test('A number of seconds is a thousand times as many milliseconds, without the noise of binary fractions', () => {
  fc.assert(
    fc.property(fc.nat(10 ** 12), (ms) => {
      assert.equal(parseDuration(ms / 1000), ms);
      assert.equal(parseDuration(`${ms}ms`), ms);
    }),
  );
});

test('A count with a unit is the same duration in every unit that divides it', () => {
  fc.assert(
    fc.property(fc.nat(10_000), (days) => {
      const expected = days * 86_400_000;
      for (const text of [
        `${days}d`,
        `${days * 24}h`,
        `${days * 1440}m`,
        `${days * 86_400}s`,
        `${days * 86_400_000}ms`,
      ]) {
        assert.equal(parseDuration(text), expected);
      }
    }),
  );
});

test('parseDuration accepts exactly the texts that the pattern of the JSON Schema accepts', () => {
  const pattern = new RegExp(DURATION_PATTERN, 'u');
  const positive = new RegExp(POSITIVE_DURATION_PATTERN, 'u');
  const pieces = fc.array(fc.constantFrom('0', '1', '9', '.', 'm', 's', 'h', 'd', '-', ' ', 'e', '\n'), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(pieces, (parts) => {
      const text = parts.join('');
      let ms: number | undefined;
      try {
        ms = parseDuration(text);
      } catch (error) {
        assert.ok(error instanceof ConfigError);
      }
      assert.equal(ms !== undefined, pattern.test(text));
      assert.equal(ms !== undefined && ms > 0, positive.test(text));
    }),
    { numRuns: 2000 },
  );
});
