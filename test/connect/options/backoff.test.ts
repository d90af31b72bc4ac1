import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fixedBackoff, type GrowingBackoff, growingBackoff, WebSocketReadable } from '../../../lib/index.js';

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
    message: 'growingBackoff.maxMs: Expected a duration that is not shorter than `initialMs`.',
  });
  assert.throws(() => new WebSocketReadable('ws://a', { reconnectBackoff: backoff }), {
    code: 'ERR_CONFIG',
    message: 'WebSocketReadable.reconnectBackoff.maxMs: Expected a duration that is not shorter than `initialMs`.',
  });
});

for (const backoff of [
  { initialMs: -1 },
  { initialMs: Number.NaN },
  { maxMs: Number.POSITIVE_INFINITY },
  { initialMs: 1, maxMs: '2' },
  { multiplier: 0.99 },
  { multiplier: Number.POSITIVE_INFINITY },
  { jitter: 'some' },
  { initial: 1 },
  null,
]) {
  it(`${JSON.stringify(backoff)} is no growing backoff`, () => {
    assert.throws(() => new WebSocketReadable('ws://a', { reconnectBackoff: backoff as GrowingBackoff }), {
      code: 'ERR_CONFIG',
    });
  });
}

for (const backoff of [
  {},
  { initialMs: 0, maxMs: 0 },
  { initialMs: 1, maxMs: 1, multiplier: 1, jitter: 'none' as const },
]) {
  it(`${JSON.stringify(backoff)} is a growing backoff`, () => {
    assert.doesNotThrow(() => new WebSocketReadable('ws://a', { reconnectBackoff: backoff }));
  });
}
