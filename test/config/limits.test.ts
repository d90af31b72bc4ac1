import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveSourceConfig } from '../../lib/config/source-config.js';
import { refuses } from '../support/refusals.js';

for (const limit of [{ max_duration: '10m' }, { max_bytes: 1 }, { stop_when: { path: 'end' } }]) {
  test(`${JSON.stringify(limit)} says when a run ends`, () => {
    assert.equal(resolveSourceConfig({ url: 'ws://a', ...limit }).unbounded, false);
  });
}

test('limits are given in milliseconds, bytes and matches', () => {
  const { maxDurationMs, maxBytes, stopWhen } = resolveSourceConfig({
    url: 'ws://a',
    max_duration: 1.5,
    max_bytes: 10,
    stop_when: { path: 'a.b', equals: null },
  });
  assert.deepEqual([maxDurationMs, maxBytes, stopWhen], [1_500, 10, { path: 'a.b', equals: null }]);
});

refuses([
  [{ max_duration: '0.1ms' }, 'max_duration', 'Expected a duration of at least 1 ms, but found a shorter one.'],
  [
    { max_bytes: 0 },
    'max_bytes',
    'Expected a number of bytes, or text with a unit such as "100MB" or "1GiB", of at least 1, but found 0.',
  ],
  [{ stop_when: {} }, 'stop_when.path', 'The key `path` is required here, but missing.'],
  [{ stop_when: { pth: 'a' } }, 'stop_when.pth', 'There is no such key. Did you mean `path`?'],
  [
    { stop_when: { path: 'a' }, message_format: 'raw_string' },
    'stop_when',
    '`stop_when` looks into JSON, so it does not go with `raw_string`.',
  ],
  [
    { stop_when: { text: 'a' }, message_format: 'binary' },
    'stop_when',
    '`stop_when` looks for a text, so it does not go with `binary`.',
  ],
]);
