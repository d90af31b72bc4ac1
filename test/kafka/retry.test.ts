import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patienceFor, retryDelay } from '../../lib/kafka/retry.js';

test('the wait before another try grows from a tenth of a second to two seconds', () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 100].map(retryDelay), [100, 200, 400, 800, 1_600, 2_000, 2_000]);
});

test('what may pass in a moment is tried for five seconds, and never longer than anything else', () => {
  assert.equal(patienceFor('retriable', 120_000), 120_000);
  assert.equal(patienceFor('brief', 120_000), 5_000);
  assert.equal(patienceFor('brief', 1_000), 1_000);
});
