import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROTATION_OPTIONS, ROTATION_RULES } from '../../../lib/connect/options/rotation-options.js';
import { checkRules } from '../../../lib/internal/options/rules.js';

const none = { maxConnectionAgeMs: undefined, rotateAt: undefined, rotationJitterMs: 0 };
const HOUR = 3_600_000;

for (const [what, options] of [
  ['an age', { ...none, maxConnectionAgeMs: 5_000, rotationJitterMs: 5_000 }],
  ['a time of day', { ...none, rotateAt: '12:00', rotationJitterMs: 24 * HOUR }],
  ['both', { maxConnectionAgeMs: 48 * HOUR, rotateAt: '12:00', rotationJitterMs: 24 * HOUR }],
] as const) {
  test(`jitter is less than the time within which a connection is rotated, by ${what}`, () => {
    assert.throws(() => checkRules('WebSocketReadable', ROTATION_OPTIONS, ROTATION_RULES, options), {
      code: 'ERR_CONFIG',
    });
    const less = { ...options, rotationJitterMs: options.rotationJitterMs - 1 };
    checkRules('WebSocketReadable', ROTATION_OPTIONS, ROTATION_RULES, less);
  });
}
