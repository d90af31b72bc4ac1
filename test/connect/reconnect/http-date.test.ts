import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { httpDate } from '../../../lib/connect/reconnect/http-date.js';

const now = Date.UTC(2026, 5, 1);

for (const [text, iso] of [
  ['Sun, 06 Nov 1994 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
  ['Sunday, 06-Nov-94 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
  ['Sun Nov  6 08:49:37 1994', '1994-11-06T08:49:37.000Z'],
  ['Wed Nov 16 08:49:37 1994', '1994-11-16T08:49:37.000Z'],
  ['Monday, 01-Jun-26 00:00:00 GMT', '2026-06-01T00:00:00.000Z'],
  ['Sunday, 01-Nov-76 00:00:00 GMT', '2076-11-01T00:00:00.000Z'],
  ['Tuesday, 01-Nov-77 00:00:00 GMT', '1977-11-01T00:00:00.000Z'],
  ['Sat, 31 Dec 2016 23:59:60 GMT', '2017-01-01T00:00:00.000Z'],
  ['Thu, 29 Feb 2024 00:00:00 GMT', '2024-02-29T00:00:00.000Z'],
] as const) {
  test(`${text} is ${iso}`, () => assert.equal(new Date(httpDate(text, now)).toISOString(), iso));
}

for (const text of [
  'Wed, 29 Feb 2023 00:00:00 GMT',
  'Sun, 06 Xyz 1994 08:49:37 GMT',
  'Sun, 06 Nov 1994 24:00:00 GMT',
  'Sun, 06 Nov 1994 08:60:00 GMT',
  'Sun, 06 Nov 1994 08:49:37 CET',
  'Sun, 06 Nov 1994 08:49:37',
  'Sun Nov  6 08:49:37 1994 +0100',
  '1994-11-06T08:49:37Z',
]) {
  test(`${text} is no HTTP date`, () => assert.equal(httpDate(text, now), Number.NaN));
}

test('an HTTP date is the same moment in every time zone', () => {
  const script = `
    import { httpDate } from ${JSON.stringify(new URL('../../../lib/connect/reconnect/http-date.ts', import.meta.url).href)};
    console.log(new Date().getTimezoneOffset() !== 0, httpDate('Sun Nov  6 08:49:37 1994', 0));`;
  const told = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    env: { ...process.env, TZ: 'Asia/Kolkata' },
    encoding: 'utf8',
  });
  assert.equal(told, `true ${Date.UTC(1994, 10, 6, 8, 49, 37)}\n`);
});
