import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveSourceConfig } from '../../lib/config/source-config.js';
import { ConfigError } from '../../lib/errors.js';

const base = { url: 'wss://example.com/feed', max_messages: 1 };

for (const [given, expected] of [
  [{ reconnect: true }, { reconnect: true }],
  [{ reconnect_backoff: 0 }, { reconnectBackoff: 0 }],
  [{ reconnect_backoff: '0s' }, { reconnectBackoff: 0 }],
  [{ reconnect_backoff: '250ms' }, { reconnectBackoff: 250 }],
  [{ max_reconnect_attempts: 0 }, { maxReconnectAttempts: 0 }],
  [{ stable_after: '1m' }, { stableAfterMs: 60_000 }],
  [{ clean_codes: [1000, 1005] }, { cleanCodes: [1000, 1005] }],
  [{ clean_codes: [] }, { cleanCodes: [] }],
  [
    { reconnect_backoff: { initial: '500ms', max: 30, multiplier: 1.5, jitter: 'none' } },
    { reconnectBackoff: { initialMs: 500, maxMs: 30_000, multiplier: 1.5, jitter: 'none' } },
  ],
] as const) {
  test(`${JSON.stringify(given)} is ${JSON.stringify(expected)} for the stream classes`, () => {
    const defaults = {
      reconnect: false,
      reconnectBackoff: 1_000,
      maxReconnectAttempts: undefined,
      stableAfterMs: undefined,
      cleanCodes: [1000],
    };
    assert.deepEqual(resolveSourceConfig({ ...base, ...given }).reconnect, { ...defaults, ...expected });
  });
}

test('urls stand in place of url, and their placeholders are filled', () => {
  const config = { urls: ['wss://a/{pair}', 'wss://b/{pair}?x={pair}'], max_messages: 1 };
  const { url, urls } = resolveSourceConfig(config, { context: { pair: 'btc' } });
  assert.deepEqual([url, urls], ['wss://a/btc', ['wss://a/btc', 'wss://b/btc?x=btc']]);
});

for (const [config, path, message] of [
  [{}, 'url', 'The key `url` is required here, but missing.'],
  [
    { url: 'ws://a', urls: ['ws://b'] },
    'urls',
    '`urls` does not go together with `url`. Write all addresses into `urls`.',
  ],
  [{ urls: [] }, 'urls', 'Expected a list of 1 to 100 addresses, but found an empty list.'],
  [
    { urls: ['ws://a', 'https://b'] },
    'urls[1]',
    'Expected an address that begins with `ws://` or `wss://`, but found `https://`. Write `wss://` in its place.',
  ],
  [
    { url: 'ws://a', reconnect_backoff: { initial: -1 } },
    'reconnect_backoff.initial',
    'Expected a duration: a number of seconds (fractions allowed), or text with a unit such as "500ms", "30s", "5m", "1.5h" or "1d", but found -1.',
  ],
  [
    { url: 'ws://a', reconnect_backoff: { initial: '1m', max: 59.9 } },
    'reconnect_backoff.max',
    'Expected a duration that is not shorter than `initial`.',
  ],
  [
    { url: 'ws://a', reconnect_backoff: { multiplier: 0.5 } },
    'reconnect_backoff.multiplier',
    'Expected a number from 1 to 1000, but found 0.5.',
  ],
  [
    { url: 'ws://a', reconnect_backoff: { jitter: 'half' } },
    'reconnect_backoff.jitter',
    'Expected one of `full`, `none`, but found the text "half".',
  ],
  [
    { url: 'ws://a', clean_codes: [1000, 1006] },
    'clean_codes',
    '1006 stands for a connection that broke, and what came over it may be incomplete. Leave it out.',
  ],
  [
    { url: 'ws://a', reconnect_backoff: true },
    'reconnect_backoff',
    'Expected a duration (a number of seconds, or text with a unit such as "500ms" or "30s"), or `{ initial, max, multiplier, jitter }`, but found true.',
  ],
] as const) {
  test(`${JSON.stringify(config)} is refused at ${path}`, () => {
    assert.throws(
      () => resolveSourceConfig({ max_messages: 1, ...config }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.deepEqual(error.problems, [{ path, message }]);
        return true;
      },
    );
  });
}
