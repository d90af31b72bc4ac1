import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveSourceConfig } from '../../lib/config/source-config.js';
import { refuses } from '../support/refusals.js';

const base = { url: 'wss://example.com/feed', max_messages: 1 };

test('The steps of subscribe are taken in seconds and given in milliseconds', () => {
  const expect = { path: 'event', equals: 'login' };
  const { subscribe } = resolveSourceConfig({
    ...base,
    subscribe: [{ send: 'a', expect, reject: { text: 'no' }, timeout: '3s' }, { send: 'b' }],
    throttle: 0.25,
  });
  assert.deepEqual(subscribe, {
    subscribe: [
      { send: 'a', expect, reject: { text: 'no' }, timeoutMs: 3_000 },
      { send: 'b', expect: undefined, reject: undefined, timeoutMs: undefined },
    ],
    throttleMs: 250,
  });
});

refuses([
  [{ subscribe: [{}] }, 'subscribe[0].send', 'The key `send` is required here, but missing.'],
  [
    { subscribe: [{ send: 'a' }, { send: 'a', reject: { text: 'no' } }] },
    'subscribe[1].reject',
    '`reject` needs the key `expect` beside it, which is missing.',
  ],
  [
    { subscribe: [{ send: 'a', expect: { text: 'ok' }, timeout: '0.1ms' }] },
    'subscribe[0].timeout',
    'Expected a duration of at least 1 ms, but found a shorter one.',
  ],
  [{ subscribe: [{ sned: 'a', send: 'b' }] }, 'subscribe[0].sned', 'There is no such key. Did you mean `send`?'],
]);
