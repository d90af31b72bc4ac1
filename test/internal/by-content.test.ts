import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ByContent } from '../../lib/internal/by-content.js';

interface Made {
  readonly of: unknown;
}

describe('what is kept by content', () => {
  it('is made once for values of the same content, whatever stands under the one key', () => {
    const { kept, of } = counted();
    const made = of({ url: 'a', list: [1, { deep: 'x' }], none: null });
    assert.equal(of({ url: 'b', list: [1, { deep: 'x' }], none: null }), made);
    assert.equal(kept.made, 1);
  });

  it('is made of a copy, so that who changes a value afterwards changes nothing of it', () => {
    const { of } = counted();
    const value = { url: 'a', list: [{ deep: 'x' }] };
    const made = of(value);
    value.list[0]!.deep = 'changed';
    assert.deepEqual(made.of, { url: 'a', list: [{ deep: 'x' }] });
    assert.notEqual(of(value), made);
    assert.equal(of({ url: 'a', list: [{ deep: 'x' }] }), made);
  });

  for (const [what, value] of [
    ['a function', { do: () => {} }],
    ['an object of a class', { at: new Date(0) }],
    ['bytes', { data: Buffer.from('x') }],
    ['a symbol as a key', { [Symbol.iterator]: 1 }],
    ['a list with a hole', { list: new Array(1) }],
    ['itself', withItself()],
    ['too much to be compared', { list: Array.from({ length: 20_000 }, () => ({})) }],
  ] as const) {
    it(`is made anew, of the value itself, each time that there is ${what} in it`, () => {
      const { kept, of } = counted();
      assert.equal(of(value).of, value);
      assert.notEqual(of(value), of(value));
      assert.equal(kept.made, 3);
    });
  }

  it('is forgotten when eight others were used since', () => {
    const { kept, of } = counted();
    const all = Array.from({ length: 8 }, (_, n) => of({ n }));
    assert.equal(of({ n: 0 }), all[0]);
    of({ n: 8 });
    assert.equal(kept.made, 9);
    assert.equal(of({ n: 0 }), all[0]);
    assert.notEqual(of({ n: 1 }), all[1]);
  });

  it('keeps nothing of a value that it fails on', () => {
    const byContent = new ByContent<Made>('url');
    const fails = () => {
      throw new Error('no');
    };
    assert.throws(() => byContent.of({ a: 1 }, fails), /no/);
    const made = { of: 1 };
    assert.equal(
      byContent.of({ a: 1 }, () => made),
      made,
    );
  });

  it('is the same where values are deeply equal, with their keys in the same order, and there alone', () => {
    const value = fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
    fc.assert(
      fc.property(value, value, (one, other) => {
        const { of } = counted();
        const isSame = of(one) === of(other);
        assert.equal(isSame, JSON.stringify(one) === JSON.stringify(other) && !hasMinusZero([one, other]));
        assert.deepEqual(of(one).of, { ...one });
      }),
    );
  });
});

function counted() {
  const byContent = new ByContent<Made>('url');
  const kept = { made: 0 };
  return {
    kept,
    of: (value: object): Made =>
      byContent.of(value, (given) => {
        kept.made += 1;
        return { of: given };
      }),
  };
}

function withItself(): object {
  const value: { self?: object } = {};
  value.self = value;
  return value;
}

function hasMinusZero(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0);
  return Object.values(value).some(hasMinusZero);
}
