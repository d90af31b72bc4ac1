import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockText, parseClock } from '../../../lib/config/placeholders/clock.js';
import { strftime } from '../../../lib/config/placeholders/strftime.js';
import { ConfigError } from '../../../lib/errors.js';

/** A Sunday, and the 67th day of its year. */
const NOW = Date.UTC(2026, 2, 8, 14, 5, 9, 42);

for (const [argument, expected] of [
  ['date', '2026-03-08'],
  ['datetime', '2026-03-08T14:05:09+00:00'],
  ['iso', '2026-03-08T14:05:09+00:00'],
  ['year', '2026'],
  ['month', '03'],
  ['day', '08'],
  ['hour', '14'],
  ['minute', '05'],
  ['second', '09'],
  ['unix', String(Math.floor(NOW / 1000))],
  ['strftime.%Y/%m/%d %H:%M:%S', '2026/03/08 14:05:09'],
  ['strftime.a:b', 'a:b'],
] as const) {
  test(`now.${argument} is ${expected}`, () => assert.deepEqual(clockText(argument, NOW), { value: expected }));
}

for (const argument of ['', 'dat', 'toString', 'strftime', 'strftime.', 'strftime.%Q', 'strftime.%', 'strftime.%-']) {
  test(`now.${argument} is told to be none, with what there is`, () => {
    const found = clockText(argument, NOW);
    assert.match(String('problem' in found && found.problem), /strftime/);
  });
}

for (const [format, expected] of [
  ['%C %y %e %j %k %I %l %p %P', '20 26  8 067 14 02  2 PM pm'],
  ['%A %a %B %b %h %w %u', 'Sunday Sun March Mar Mar 0 7'],
  ['%U %W %V %G %g', '10 09 10 2026 26'],
  ['%D %x %F %v', '03/08/26 03/08/26 2026-03-08  8-Mar-2026'],
  ['%R %T %X %r', '14:05 14:05:09 14:05:09 02:05:09 PM'],
  ['%f %.f %3f %.3f %6f %.6f %9f %.9f', '042000000 .042 042 .042 042000 .042000 042000000 .042000000'],
  ['%Z %z %:z %+', 'UTC +0000 +00:00 2026-03-08T14:05:09.042+00:00'],
  ['%-d %_d %0e %-m', '8  8 08 3'],
  ['%c%n%t%%', 'Sun Mar  8 14:05:09 2026\n\t%'],
] as const) {
  test(`strftime ${format} is ${JSON.stringify(expected)}`, () => {
    assert.equal(strftime(format, new Date(NOW)), expected);
  });
}

for (const [date, expected] of [
  ['2024-12-30', '2025-W01'],
  ['2021-01-03', '2020-W53'],
  ['2026-01-01', '2026-W01'],
] as const) {
  test(`${date} is in the week ${expected}`, () => assert.equal(strftime('%G-W%V', new Date(date)), expected));
}

for (const [text, expected] of [
  ['2026-03-01T00:00:00Z', '2026-03-01T00:00:00.000Z'],
  ['2026-03-01', '2026-03-01T00:00:00.000Z'],
  ['2026-03-01T02:00:00.5+02:00', '2026-03-01T00:00:00.500Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
] as const) {
  test(`--clock ${text} is ${expected}`, () => assert.equal(new Date(parseClock(text)).toISOString(), expected));
}

for (const text of ['', 'now', '2026', '2026-02-30', '2026-13-01', '2026-03-01T00:00:00', '2026-03-01T25:00:00Z']) {
  test(`--clock "${text}" is refused`, () => assert.throws(() => parseClock(text), ConfigError));
}
