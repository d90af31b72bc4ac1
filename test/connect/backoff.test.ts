import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fixedBackoff } from '../../lib/index.js';

it('fixedBackoff() waits the same time before every attempt', () => {
  const backoff = fixedBackoff(250);
  assert.deepEqual([1, 2, 100].map(backoff), [250, 250, 250]);
});
