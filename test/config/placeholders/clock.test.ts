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

test('strftime counts days and weeks as a calendar does that is written day by day', () => {
  let [ofYear, sundays, mondays, isoYear, isoWeek] = [0, 0, 0, 1999, 52];
  for (let time = Date.UTC(2000, 0, 1); time < Date.UTC(2030, 0, 1); time += 86_400_000) {
    const date = new Date(time);
    const [year, day] = [date.getUTCFullYear(), date.getUTCDay()];
    if (date.getUTCMonth() === 0 && date.getUTCDate() === 1) [ofYear, sundays, mondays] = [0, 0, 0];
    ofYear += 1;
    if (day === 0) sundays += 1;
    if (day === 1) mondays += 1;
    // The first week of a year is the one with its fourth day in it.
    if (day === 1) isoWeek += 1;
    if (day === 1 && (date.getUTCMonth() === 11 ? date.getUTCDate() >= 29 : ofYear <= 4)) {
      [isoYear, isoWeek] = [date.getUTCMonth() === 11 ? year + 1 : year, 1];
    }
    const expected = [
      ...[year, Math.floor(year / 100), pad(year % 100), pad(ofYear, 3), pad(sundays), pad(mondays)],
      ...[isoYear, pad(isoYear % 100), pad(isoWeek), day, day === 0 ? 7 : day],
    ];
    assert.equal(strftime('%Y %C %y %j %U %W %G %g %V %w %u', date), expected.join(' '), date.toISOString());
  }
});

test('strftime names days and months, and hours by the clock of twelve', () => {
  const days = Array.from({ length: 7 }, (_, day) => strftime('%A=%a', new Date(Date.UTC(2026, 2, 1 + day))));
  assert.equal(days.join(' '), 'Sunday=Sun Monday=Mon Tuesday=Tue Wednesday=Wed Thursday=Thu Friday=Fri Saturday=Sat');
  const months = Array.from({ length: 12 }, (_, month) => strftime('%m=%B=%b=%h', new Date(Date.UTC(2026, month, 9))));
  assert.equal(
    months.join(' '),
    '01=January=Jan=Jan 02=February=Feb=Feb 03=March=Mar=Mar 04=April=Apr=Apr 05=May=May=May 06=June=Jun=Jun ' +
      '07=July=Jul=Jul 08=August=Aug=Aug 09=September=Sep=Sep 10=October=Oct=Oct 11=November=Nov=Nov 12=December=Dec=Dec',
  );
  const hours = Array.from({ length: 24 }, (_, hour) =>
    strftime('%H=%k=%I=%l%P%p', new Date(Date.UTC(2026, 0, 1, hour))),
  );
  assert.deepEqual(
    hours,
    Array.from({ length: 24 }, (_, hour) => {
      const [twelfth, half] = [hour % 12 === 0 ? 12 : hour % 12, hour < 12 ? 'am' : 'pm'];
      const spaced = (n: number): string => String(n).padStart(2);
      return `${pad(hour)}=${spaced(hour)}=${pad(twelfth)}=${spaced(twelfth)}${half}${half.toUpperCase()}`;
    }),
  );
});

test('strftime fills years and centuries up to their width', () => {
  const time = new Date('0007-06-06T00:00:00Z');
  assert.equal(strftime('%Y %C %y %G %g %-Y %_C', time), '0007 00 07 0007 07 7  0');
});

test('strftime fills thousandths and seconds of the epoch, and pads as it is told', () => {
  const time = new Date(Date.UTC(1970, 0, 2, 0, 0, 1, 7));
  assert.equal(
    strftime('%s %f %.f %3f %.3f %6f %.6f %9f %.9f', time),
    '86401 007000000 .007 007 .007 007000 .007000 007000000 .007000000',
  );
  assert.equal(strftime('%-f %_f %0f', time), '7000000   7000000 007000000');
  assert.equal(strftime('%_H|%-H|%0k|%-j|%_j|%_B|%-p', time), ' 0|0|00|2|  2|January|AM');
});

function pad(number: number, width = 2): string {
  return String(number).padStart(width, '0');
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
  test(`--clock "${text}" is refused`, () =>
    assert.throws(
      () => parseClock(text),
      (error) => error instanceof ConfigError && /^clock: Expected a time/.test(error.message),
    ));
}
