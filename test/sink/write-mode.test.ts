import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WriteMode } from '../../lib/sink/write-mode.js';

test('WriteMode writes on this thread while writes are quick, and a hundred by thread after a slow one', () => {
  const mode = new WriteMode();
  for (let n = 0; n < 10; n++) {
    assert.equal(mode.nextIsByThread(), false);
    mode.took(4.9);
  }
  mode.took(5.1);
  for (let n = 0; n < 100; n++) assert.equal(mode.nextIsByThread(), true);
  assert.equal(mode.nextIsByThread(), false);
});
