import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveSourceConfig } from '../../lib/config/source-config.js';
import { ConfigError } from '../../lib/errors.js';
import { parsePipelineText } from '../../lib/feed/pipeline-file.js';
import { refuses } from '../support/refusals.js';

const base = { url: 'wss://example.com/feed', max_messages: 1 };

test('The fields of rotation are taken in seconds and given in milliseconds', () => {
  const { rotation } = resolveSourceConfig({
    ...base,
    max_connection_age: '23h',
    rotate_at: '23:55',
    rotation_jitter: '5m',
  });
  assert.deepEqual(rotation, { maxConnectionAgeMs: 82_800_000, rotateAt: '23:55', rotationJitterMs: 300_000 });
});

test('A jitter of nothing goes with no rotation at all, and one of less than a day with a time of day', () => {
  for (const rotation_jitter of [0, '0s', '0.0ms']) {
    assert.equal(resolveSourceConfig({ ...base, rotation_jitter }).rotation.rotationJitterMs, 0);
  }
  resolveSourceConfig({ ...base, rotation_jitter: '23h', rotate_at: '23:55' });
});

test('A jitter that is too large is told with its line and column', () => {
  const text = `version: 1
pipeline:
  source:
    type: websocket
    config: { url: "ws://127.0.0.1:1/", unbounded: true, max_connection_age: 10s, rotation_jitter: 20s }
  sink: { type: stdout }
`;
  assert.throws(
    () => parsePipelineText(text),
    (error) => {
      assert.ok(error instanceof ConfigError);
      assert.deepEqual(
        error.problems.map(({ line, column }) => [line, column]),
        [[5, 100]],
      );
      return true;
    },
  );
});

refuses([
  [
    { rotation_jitter: 10, max_connection_age: '10s' },
    'rotation_jitter',
    'Expected a duration that is shorter than `max_connection_age`.',
  ],
  [
    { rotation_jitter: '1d', rotate_at: '23:55', max_connection_age: '2d' },
    'rotation_jitter',
    'Expected a duration that is shorter than the day after which `rotate_at` comes again.',
  ],
  [
    { rotate_at: '24:00' },
    'rotate_at',
    'Expected a time of day in UTC, such as "23:55" or "23:55:30", but found the text "24:00".',
  ],
  [
    { max_connection_age: '0.1ms' },
    'max_connection_age',
    'Expected a duration of at least 1 ms, but found a shorter one.',
  ],
  [
    { rotation_jitter: 5 },
    'rotation_jitter',
    'Without `max_connection_age` and `rotate_at` no rotation is planned. Set one of them.',
  ],
]);
