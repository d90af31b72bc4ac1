import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRate, parseSpeed, parseStretch, parseWhole } from '../../../lib/cli/serve/grammar.js';

const refused = { code: 'ERR_CONFIG' };

describe('the grammar of serve', () => {
  it('reads a rate as messages a second', () => {
    assert.deepEqual(['1000', '1000/s', '0.5/s', '90/min', '7200/h'].map(parseRate), [1000, 1000, 0.5, 1.5, 2]);
    for (const text of ['', '0', '-1', 'fast', '10/', '10/day', '1e3', '10 /s'])
      assert.throws(() => parseRate(text), refused, text);
  });

  it('reads a speed as a factor', () => {
    assert.deepEqual(['10x', '0.5x', '2'].map(parseSpeed), [10, 0.5, 2]);
    for (const text of ['', '0x', 'x', '-2x', '2xx']) assert.throws(() => parseSpeed(text), refused, text);
  });

  it('reads a stretch of time as milliseconds, numbers as seconds', () => {
    assert.deepEqual(['500ms', '30s', '1.5', '2m'].map(parseStretch), [500, 30_000, 1_500, 120_000]);
    for (const text of ['', '0s', '5 s', 'soon', '-1']) assert.throws(() => parseStretch(text), refused, text);
  });

  it('reads whole numbers within bounds', () => {
    assert.equal(parseWhole(1)('7'), 7);
    for (const text of ['', '0', '1.5', '-1', '0x10']) assert.throws(() => parseWhole(1)(text), refused, text);
    assert.throws(() => parseWhole(0, 65_535)('65536'), { message: /from 0 to 65535/ });
  });
});
