import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LateAbort } from '../../lib/internal/late-abort.js';

test('a signal that was asked for is aborted, once, and stays the same', () => {
  const abort = new LateAbort();
  const { signal } = abort;
  let times = 0;
  signal.addEventListener('abort', () => (times += 1));
  assert.deepEqual([abort.isAborted, signal.aborted], [false, false]);
  abort.abort();
  abort.abort();
  assert.deepEqual([abort.isAborted, signal.aborted, times], [true, true, 1]);
  assert.equal(abort.signal, signal);
});

test('one that is asked for too late is aborted from the start', () => {
  const abort = new LateAbort();
  abort.abort();
  assert.equal(abort.isAborted, true);
  assert.equal(abort.signal.aborted, true);
});
