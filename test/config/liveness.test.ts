import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveSourceConfig } from '../../lib/config/source-config.js';
import { pathProblem } from '../../lib/json/field.js';
import { refuses } from '../support/refusals.js';

const base = { url: 'wss://example.com/feed', max_messages: 1 };

test('The fields of liveness are taken in seconds and given in milliseconds', () => {
  const { liveness } = resolveSourceConfig({
    ...base,
    ping_interval: 20,
    pong_timeout: '5s',
    stale_timeout: '2m',
    idle_reset: 'data',
    heartbeat: { interval: 15, message: 'ping', expect: { text: 'pong' }, timeout: 1.5 },
    reply: [{ match: { path: 'op', equals: null }, send: '{value}' }],
    control_frames: 'keep',
  });
  assert.deepEqual(liveness, {
    pongTimeoutMs: 5_000,
    staleTimeoutMs: 120_000,
    idleReset: 'data',
    heartbeat: { intervalMs: 15_000, message: 'ping', expect: { text: 'pong' }, timeoutMs: 1_500 },
    reply: [{ match: { path: 'op', equals: null }, send: '{value}' }],
    controlFrames: 'keep',
  });
});

const MATCH = 'reply[0].match';
refuses([
  [{ pong_timeout: 5 }, 'pong_timeout', 'Without `ping_interval` there is no pong to wait for. Set it, too.'],
  [{ stale_timeout: '0.5ms' }, 'stale_timeout', 'Expected a duration of at least 1 ms, but found a shorter one.'],
  [
    { heartbeat: { interval: '0.5ms', message: 'x' } },
    'heartbeat.interval',
    'Expected a duration of at least 1 ms, but found a shorter one.',
  ],
  [{ heartbeat: { interval: 5 } }, 'heartbeat.message', 'The key `message` is required here, but missing.'],
  [
    { heartbeat: { interval: 5, message: 'x', timeout: 1 } },
    'heartbeat.timeout',
    '`timeout` needs the key `expect` beside it, which is missing.',
  ],
  [
    { heartbeat: { interval: 5, message: { token: 'secret' } } },
    'heartbeat.message',
    `Expected text, but found an object. Write it as text, in quotes: '{"token":"…"}'.`,
  ],
  [{ idle_reset: 'frame' }, 'idle_reset', 'Expected one of `any`, `data`, but found the text "frame".'],
  [{ reply: [{ match: {}, send: 'x' }] }, `${MATCH}.path`, 'The key `path` is required here, but missing.'],
  [{ reply: [{ match: { path: 'a..b' }, send: 'x' }] }, `${MATCH}.path`, pathProblem('a..b', true)!],
  [
    { reply: [{ match: { text: 'ping', path: 'a' }, send: 'x' }] },
    `${MATCH}.path`,
    'Expected no `path` beside `text`, but found a string that is not shown here.',
  ],
  [
    { reply: [{ match: { path: 'a', equals: {} }, send: 'x' }] },
    `${MATCH}.equals`,
    'Expected text, a number, `true`, `false` or `null`, but found an object.',
  ],
  [{ reply: [{ math: { text: 'a' }, send: 'x' }] }, 'reply[0].math', 'There is no such key. Did you mean `match`?'],
]);

test('A field of undefined is one that is not there, however deep', () => {
  const heartbeat = { interval: 5, message: 'x', expect: undefined, timeout: undefined };
  const reply = [{ match: { path: 'a', equals: undefined }, send: 'x' }];
  const { liveness } = resolveSourceConfig({ ...base, heartbeat, reply });
  assert.deepEqual(liveness.reply, [{ match: { path: 'a' }, send: 'x' }]);
});
