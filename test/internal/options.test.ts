import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '../../lib/index.js';
import {
  describe as describeValue,
  type Fields,
  flag,
  milliseconds,
  objectWith,
  oneOf,
  resolveOptions,
  unknownKey,
  wholeNumber,
} from '../../lib/internal/options.js';

interface Options {
  readonly size: number;
  readonly waitMs: number | undefined;
  readonly kind: 'a' | 'b';
  readonly isOn: boolean;
  readonly sink: { write(): void } | undefined;
}

const FIELDS: Fields<Options> = {
  size: wholeNumber(10, 1, 20),
  waitMs: milliseconds<number | undefined>(undefined),
  kind: oneOf('a', ['a', 'b']),
  isOn: flag(true),
  sink: objectWith<Options['sink']>(undefined, 'write'),
};
const DEFAULTS: Options = { size: 10, waitMs: undefined, kind: 'a', isOn: true, sink: undefined };

describe('resolveOptions()', () => {
  it('fills in the defaults, also for an explicit undefined', () => {
    assert.deepEqual(resolveOptions('it', {}, FIELDS), DEFAULTS);
    const undefinedKeys = { size: undefined, waitMs: undefined, kind: undefined, isOn: undefined, sink: undefined };
    assert.deepEqual(resolveOptions('it', undefinedKeys, FIELDS), DEFAULTS);
  });

  it('takes what is accepted, and leaves what it was given alone', () => {
    const sink = { write() {} };
    const given = Object.freeze({ size: 20, waitMs: 0.5 + 0.5, kind: 'b', isOn: false, sink });
    const resolved = resolveOptions('it', given, FIELDS);
    assert.deepEqual(resolved, given);
    assert.notEqual(resolved, given);
  });

  for (const [key, value, expected] of [
    ['size', 0, 'Expected a whole number from 1 to 20, got 0.'],
    ['size', 21, 'Expected a whole number from 1 to 20, got 21.'],
    ['size', 1.5, 'Expected a whole number from 1 to 20, got 1.5.'],
    ['size', '5', 'Expected a whole number from 1 to 20, got "5".'],
    ['size', 5n, 'Expected a whole number from 1 to 20, got 5.'],
    ['size', null, 'Expected a whole number from 1 to 20, got null.'],
    ['waitMs', 0, 'Expected a finite number of milliseconds of at least 1, got 0.'],
    ['waitMs', Number.POSITIVE_INFINITY, 'Expected a finite number of milliseconds of at least 1, got Infinity.'],
    ['waitMs', Number.NaN, 'Expected a finite number of milliseconds of at least 1, got NaN.'],
    ['kind', 'c', `Expected one of 'a', 'b', got "c".`],
    ['kind', 'c'.repeat(99), `Expected one of 'a', 'b', got a string of 99 characters.`],
    ['isOn', 1, 'Expected true or false, got 1.'],
    ['sink', {}, 'Expected an object with the methods write, got an object.'],
    ['sink', null, 'Expected an object with the methods write, got null.'],
    ['sink', () => {}, 'Expected an object with the methods write, got a function.'],
    ['sink', [], 'Expected an object with the methods write, got an array.'],
  ] as const) {
    it(`refuses ${key}: ${describeValue(value)}`, () => {
      assert.throws(
        () => resolveOptions('it', { [key]: value }, FIELDS),
        (error) => {
          assert.ok(error instanceof ConfigError);
          assert.deepEqual(error.problems, [{ path: `it.${key}`, message: expected }]);
          return true;
        },
      );
    });
  }

  it('tells every problem at once', () => {
    assert.throws(
      () => resolveOptions('it', { size: 0, isOn: 1, what: 1, __proto__: { inherited: 1 } }, FIELDS),
      (error) => error instanceof ConfigError && error.problems.length === 3,
    );
  });

  it('refuses a key that only an object prototype has', () => {
    for (const key of ['__proto__', 'constructor', 'toString']) {
      assert.throws(() => resolveOptions('it', JSON.parse(`{"${key}":1}`), FIELDS), ConfigError);
    }
  });

  for (const given of [null, undefined, 'text', 7, [], () => {}]) {
    it(`refuses ${describeValue(given)} in place of options`, () => {
      assert.throws(
        () => resolveOptions('it', given, FIELDS),
        (error) => error instanceof ConfigError && error.problems[0]?.path === 'it',
      );
    });
  }
});

describe('unknownKey()', () => {
  it('names the nearest known key, when one is near, and else all of them', () => {
    assert.match(unknownKey('sise', ['size', 'kind']), /Did you mean `size`\?/);
    assert.match(unknownKey('colour', ['size', 'kind']), /Known are: size, kind\./);
    assert.match(unknownKey('x', []), /no such key/);
  });

  it('names those of a like name, where there are many, and else says how many there are', () => {
    const known = [...Array.from({ length: 20 }, (_, index) => `field_${index}`), 'idle_timeout', 'handshakeTimeout'];
    const alike = 'There is no such key. Those with a like name are `idle_timeout`, `handshakeTimeout`.';
    assert.equal(unknownKey('timeout_of_everything', known), alike);
    assert.match(unknownKey('when_it_is_idle', known), /Those with a like name are `idle_timeout`\./);
    for (const key of ['wholly_else', 'a_field_of_none', ''])
      assert.equal(unknownKey(key, known), 'There is no such key. docs/configuration.md has the 22 that there are.');
  });
});
