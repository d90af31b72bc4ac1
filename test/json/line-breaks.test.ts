import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { blankLineBreaks } from '../../lib/json/line-breaks.js';
import { Generator } from './generate.js';

describe('blankLineBreaks', () => {
  it('turns every raw CR and LF of the range into a space, and touches nothing else', () => {
    const bytes = Buffer.from('\n{\r\n "a\\n":\t1,\n"b":2\r}\n');
    blankLineBreaks(bytes, 1, bytes.length - 1);
    assert.equal(bytes.toString(), '\n{   "a\\n":\t1, "b":2 }\n');
  });

  it('keeps the value, and makes it fit on one line', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const bytes = new Generator(seed).text();
        const before: unknown = JSON.parse(bytes.toString());
        blankLineBreaks(bytes, 0, bytes.length);
        assert.deepEqual(JSON.parse(bytes.toString()), before);
        assert.ok(!/[\r\n]/.test(bytes.toString()));
      }),
    );
  });
});
