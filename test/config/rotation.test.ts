import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveSourceConfig } from '../../lib/config/source-config.js';
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

refuses([
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
