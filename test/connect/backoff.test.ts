import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fixedBackoff, growingBackoff, WebSocketReadable } from '../../lib/index.js';

it('fixedBackoff() waits the same time before every attempt', () => {
  const backoff = fixedBackoff(250);
  assert.deepEqual([1, 2, 100].map(backoff), [250, 250, 250]);
});

it('growingBackoff() doubles from one second to one minute by default, and jitters all of it', () => {
  const backoff = growingBackoff({}, () => 0.5);
  assert.deepEqual([1, 2, 3, 7, 10_000].map(backoff), [500, 1_000, 2_000, 30_000, 30_000]);
});

it('growingBackoff() without jitter waits the whole length', () => {
  const backoff = growingBackoff({ initialMs: 100, maxMs: 450, multiplier: 2, jitter: 'none' }, () => assert.fail());
  assert.deepEqual([1, 2, 3, 4].map(backoff), [100, 200, 400, 450]);
});

it('growingBackoff() with a multiplier of 1 is a fixed wait with jitter', () => {
  const random = [0, 0.25, 0.999];
  const backoff = growingBackoff({ initialMs: 1_000, multiplier: 1 }, () => random.shift() ?? 0);
  assert.deepEqual([1, 2, 3].map(backoff), [0, 250, 999]);
});

it('growingBackoff() never waits less than what was asked for as the first wait', () => {
  const backoff = growingBackoff({ initialMs: 300_000, jitter: 'none' });
  assert.deepEqual([1, 2].map(backoff), [300_000, 300_000]);
  assert.deepEqual([1, 2].map(growingBackoff({ maxMs: 500, jitter: 'none' })), [500, 500]);
});

it('a longest wait that is shorter than the first is refused', () => {
  const backoff = { initialMs: 60_000, maxMs: 1_000 };
  assert.throws(() => growingBackoff(backoff), {
    code: 'ERR_CONFIG',
    message: 'growingBackoff.maxMs: Expected at least `initialMs`, which is 60000, got 1000.',
  });
  assert.throws(() => new WebSocketReadable('ws://a', { reconnectBackoff: backoff }), {
    code: 'ERR_CONFIG',
    message: 'WebSocketReadable.reconnectBackoff.maxMs: Expected at least `initialMs`, which is 60000, got 1000.',
  });
});
