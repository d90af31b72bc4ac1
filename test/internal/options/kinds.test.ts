import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  anyText,
  duration,
  file,
  jsonPath,
  number,
  text,
  whole,
  words,
  yesNo,
} from '../../../lib/internal/options/kinds.js';
import type { Rule } from '../../../lib/internal/options/option.js';
import { checkRules } from '../../../lib/internal/options/rules.js';
import { resolveOptions } from '../../../lib/internal/options.js';
import { EVERY_KIND, type EveryKind } from '../../support/every-kind.js';

const about = { title: 'Title', description: 'What it does.' };

for (const [name, option, good, bad] of [
  ['duration', duration(about), [1, 1.5, 1e12], [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1s', null]],
  ['duration from nothing on', duration({ ...about, minMs: 0 }), [0, 0.5], [-1, '0']],
  ['whole within bounds', whole({ ...about, min: 2, max: 4 }), [2, 4], [1, 5]],
  ['whole', whole({ ...about, min: 2 }), [2, 2 ** 53 - 1], [1, 2.5, 2 ** 53, '2']],
  ['number', number({ ...about, min: 1, max: 10 }), [1, 2.5, 11], [0.5, Number.NaN, '1']],
  ['yesNo', yesNo({ ...about, fallback: true }), [true, false], [0, 'true', null]],
  ['words', words(['a', 'b'], about), ['a', 'b'], ['c', '', 1]],
  ['whole up to a bound', whole({ ...about, min: 2, max: 3, fallback: 2 }), [2, 3], [1, 4]],
  ['anyText', anyText(about), ['x'], ['', 1, null]],
  ['anyText of no length', anyText({ ...about, minLength: 0 }), ['', 'x'], [1]],
  ['jsonPath', jsonPath(about), ['a.b', ['a', 0]], [1, {}]],
  ['file', file(about), ['a'], ['', 1]],
  ['text', text({ ...about, comment: 'two digits', pattern: '^[0-9]{2}$' }), ['12'], ['1', '123', 12]],
] as const) {
  test(`${name} accepts what it should, and nothing else`, () => {
    for (const value of good) assert.ok(option.accepts(value), `${value}`);
    for (const value of bad) assert.ok(!option.accepts(value), `${value}`);
  });
}

test('an object of options is refused for an unknown member, and for one that is wrong', () => {
  for (const limit of [{ countMax: 1, other: 1 }, { countMax: 'x' }, [], null, 'x']) {
    assert.throws(() => resolveOptions<EveryKind>('thing', { limit }, EVERY_KIND), { code: 'ERR_CONFIG' });
  }
  const { limit } = resolveOptions<EveryKind>('thing', { limit: { countMax: 1, forMs: undefined } }, EVERY_KIND);
  assert.deepEqual(limit, { countMax: 1, forMs: undefined });
});

test('what is wrong inside of an object, or of one in a list, is told by where it stands', () => {
  for (const [given, message] of [
    [{ part: { place: 'a..b' } }, /^thing\.part\.place: /],
    [
      {
        parts: [
          { place: 'a', takesMs: 1 },
          { place: 'a..b', takesMs: 1 },
        ],
      },
      /^thing\.parts\[1\]\.place: /,
    ],
    [{ part: { which: { text: 'x' } } }, /^thing\.part: Expected \{ place, which, takesMs \}, of which the first/],
    [{ part: { place: 'a', takesMs: 1 } }, /^thing\.part: /],
    [{ part: { place: '' } }, /^thing\.part: /],
    [{ parts: [{ place: 'a' }] }, /^thing\.parts: Expected an array of \{ place, which, takesMs \}, of each/],
    [{ parts: { place: 'a' } }, /^thing\.parts: /],
  ] as const) {
    assert.throws(() => resolveOptions<EveryKind>('thing', given, EVERY_KIND), { code: 'ERR_CONFIG', message });
  }
  const part = { place: 'a', which: { text: 'x' }, takesMs: 1 };
  assert.deepEqual(resolveOptions<EveryKind>('thing', { part, parts: [part] }, EVERY_KIND).parts, [part]);
});

test('rules are told by the names of code, those within an object, too', () => {
  const rule: Rule<EveryKind> = ({ isLoud, waitMs }, name) =>
    isLoud && waitMs === undefined
      ? { option: 'isLoud', at: 'key', message: `Without \`${name('waitMs')}\` there is nothing to hear.` }
      : undefined;
  const given = resolveOptions<EveryKind>('thing', { isLoud: true }, EVERY_KIND);
  assert.throws(() => checkRules('thing', EVERY_KIND, [rule], given), {
    message: 'thing.isLoud: Without `waitMs` there is nothing to hear.',
  });
  const other = resolveOptions<EveryKind>('thing', { limit: { countMax: 3, forMs: 2 } }, EVERY_KIND);
  assert.throws(() => checkRules('thing', EVERY_KIND, [], other), {
    message: 'thing.limit.forMs: Expected at least as many as `countMax`.',
  });
});
