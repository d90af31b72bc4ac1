import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sample } from '../../lib/index.js';
import { resolveSampleOptions } from '../../lib/rate/options.js';
import { SampleStep } from '../../lib/rate/sample-step.js';
import { frameOf, messageOf } from '../support/messages.js';
import { stepOf } from '../support/step-run.js';

/** The texts that go on. */
function kept(options: Parameters<typeof sample>[0], texts: readonly string[]): string[] {
  const { step, messages } = stepOf(() => sample(options));
  for (const text of texts) step.take(messageOf(text));
  assert.equal(step.filtered, texts.length - messages.length);
  return messages.map(({ text }) => text.toString());
}

describe('sample()', () => {
  it('lets the first of every so many records through, as they came', () => {
    assert.deepEqual(kept({ every: 3 }, ['0', '1', '2', '3.0', '4', '5', '6']), ['0', '3.0', '6']);
    assert.deepEqual(kept({ every: 1 }, ['0', '1']), ['0', '1']);
  });

  it('counts each key by itself, and lets records without a key through', () => {
    const texts = ['{"s":"A","n":0}', '{"s":"B"}', '{}', '{"s":"A","n":1}', '{}', '{"s":"A","n":2}', '{"s":"B","n":1}'];
    assert.deepEqual(kept({ every: 2, by: 's' }, texts), [texts[0], texts[1], texts[2], texts[4], texts[5]]);
  });

  it('takes several paths, or a function, for the key', () => {
    const texts = ['{"s":"A","v":1}', '{"s":"A","v":2}', '{"v":1,"s":"A"}', '{"s":"A"}'];
    assert.deepEqual(kept({ every: 2, by: ['s', 'v'] }, texts), [texts[0], texts[1], texts[3]]);
    const by = (message: { value: unknown }): number | undefined => (message.value as { v?: number }).v;
    assert.deepEqual(kept({ every: 2, by }, texts), [texts[0], texts[1], texts[3]]);
  });

  it('tells keys apart by all of their bytes, however long they are', () => {
    const texts = ['a', 'b', 'a'].map((end) => JSON.stringify({ s: 'x'.repeat(1_000) + end }));
    assert.deepEqual(kept({ every: 2, by: 's' }, texts), texts.slice(0, 2));
  });

  it('forgets the key that has been silent for longest, when there are too many', () => {
    const step = new SampleStep(resolveSampleOptions({ every: 3, by: '$', maxKeys: 2 }), {
      stream: undefined as never,
      push: ({ text }) => void out.push(text.toString()),
      fail: assert.fail,
      room() {},
    });
    const out: string[] = [];
    for (const text of ['1', '2', '1', '3', '2', '1']) step.take(messageOf(text));
    // 2 was forgotten for 3, then 1 for 2, then 3 for 1.
    assert.deepEqual(out, ['1', '2', '3', '2', '1']);
    for (let n = 0; n < 5_000; n++) step.take(messageOf(`${n}`));
    assert.equal(step.keys, 2);
  });

  it('forgets what a list in the order of use would forget', () => {
    const keys = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 60 });
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), (given, every, maxKeys) => {
        let known: [key: number, count: number][] = [];
        const expected = given.filter((key) => {
          const count = known.find(([one]) => one === key)?.[1] ?? 0;
          known = [...known.filter(([one]) => one !== key), [key, count + 1] as [number, number]].slice(-maxKeys);
          return count % every === 0;
        });
        assert.deepEqual(kept({ every, maxKeys, by: '$' }, given.map(String)), expected.map(String));
      }),
    );
  });

  it('does what counting does', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('A', 'B', 'C')), fc.integer({ min: 1, max: 5 }), (keys, every) => {
        const counts = new Map<string, number>();
        const expected = keys.flatMap((key, index) => {
          const count = counts.get(key) ?? 0;
          counts.set(key, count + 1);
          return count % every === 0 ? [`{"s":"${key}","n":${index}}`] : [];
        });
        assert.deepEqual(
          kept(
            { every, by: 's' },
            keys.map((key, index) => `{"s":"${key}","n":${index}}`),
          ),
          expected,
        );
      }),
    );
  });

  for (const [what, by, message] of [
    [
      'throws',
      () => {
        throw new RangeError('mine');
      },
      /^sample\.by: The function failed: mine\./,
    ],
    ['returns an object', () => ({}), /^sample\.by: The function returned an object\. Return a string, a number/],
    ['returns a promise', async () => 'a', /^sample\.by: The function returned a promise\./],
  ] as const) {
    it(`ends the run when a function ${what}`, () => {
      const { step } = stepOf(() => sample({ every: 2, by: by as never }));
      assert.throws(() => step.take(messageOf('1')), { code: 'ERR_CONFIG', message });
    });
  }

  it('is given messages', () => {
    const { step } = stepOf(() => sample({ every: 2 }));
    assert.throws(() => step.take(frameOf('{}') as never), {
      code: 'ERR_CONFIG',
      message: /^sample: Expected messages/,
    });
  });

  for (const [options, message] of [
    [{}, /^sample\.every: Expected a whole number of at least 1, got undefined\./],
    [{ every: 0 }, /^sample\.every: Expected a whole number of at least 1, got 0\./],
    [{ every: 2, by: 'a..b' }, /^sample\.by: The path "a\.\.b" cannot be read/],
    [{ every: 2, by: ['a', 'b['] }, /^sample\.by\[1\]: The path "b\[" cannot be read/],
    [
      { every: 2, by: [] },
      /^sample\.by: Expected a path, an array of paths, or a function of the message, got an array\./,
    ],
    [{ every: 2, by: 5 }, /^sample\.by: Expected a path, an array of paths, or a function of the message, got 5\./],
    [{ every: 2, maxKeys: 0 }, /^sample\.maxKeys: Expected a whole number of at least 1, got 0\./],
    [{ everyMs: 2 }, /^sample\.everyMs: There is no such key\. Did you mean `every`\?/],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      assert.throws(() => sample(options as never), { code: 'ERR_CONFIG', message });
    });
  }
});
