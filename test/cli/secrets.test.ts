import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hiddenOf, secretsOf } from '../../lib/cli/secrets.js';
import { resolveSourceConfig } from '../../lib/config/source-config.js';
import { resolveSink } from '../../lib/feed/sink-config.js';
import type { ResolvedSink } from '../../lib/feed/sinks.js';

const plain = {
  auth: { type: 'none' },
  headers: {},
  urls: ['wss://example.com/feed?symbol=btcusdt'],
  subscribe: { subscribe: [], throttleMs: undefined },
  liveness: resolveSourceConfig({ url: 'wss://example.com', unbounded: true }).liveness,
  subscribeMessages: ['{"op":"subscribe","channel":"trades","key":"value"}'],
  reach: { tls: {}, origin: undefined, proxy: 'none' },
  resume: { resume: undefined },
  backfill: { backfill: undefined },
} as const;

describe('secretsOf', () => {
  it('finds those that are said to a server that is to go on', () => {
    const { resume } = resolveSourceConfig({
      url: 'wss://example.com',
      unbounded: true,
      resume: {
        values: { seq: { path: 'seq' } },
        into: {
          headers: { Cookie: 'cookieabcd', After: '{seq}' },
          subscribe: [{ send: '{"token":"abcd","seq":{seq}}' }],
        },
      },
    });
    assert.deepEqual(secretsOf({ ...plain, resume }), ['cookieabcd', 'abcd']);
  });

  it('finds none in a configuration without credentials', () => {
    assert.deepEqual(secretsOf(plain), []);
    assert.deepEqual(secretsOf({ ...plain, auth: { type: 'token_file', config: { path: '/run/token' } } }), []);
    assert.deepEqual(secretsOf({ ...plain, headers: { Accept: 'application/json' } }), []);
  });

  it('finds the token of bearer', () => {
    assert.deepEqual(secretsOf({ ...plain, auth: { type: 'bearer', config: { token: 'abcd' } } }), ['abcd']);
  });

  it('finds the password of basic, and both names as they are sent', () => {
    const auth = { type: 'basic', config: { username: 'me', password: 'hush' } } as const;
    assert.deepEqual(secretsOf({ ...plain, auth }), ['bWU6aHVzaA==', 'hush']);
  });

  it('finds every header of custom, and of others those whose name tells', () => {
    const auth = { type: 'custom', config: { headers: { 'X-One': 'value1' } } } as const;
    assert.deepEqual(secretsOf({ ...plain, auth, headers: { Cookie: 'value22', Accept: 'other' } }), [
      'value22',
      'value1',
    ]);
  });

  it('finds what the address holds, encoded and decoded, the longest first', () => {
    const url = 'wss://me:p%40ss@example.com/?token=a%2Fb%2Fc&symbol=btcusdt';
    assert.deepEqual(secretsOf({ ...plain, urls: ['wss://example.com', url] }), [
      'bWU6cEBzcw==',
      'a%2Fb%2Fc',
      'p%40ss',
      'a/b/c',
      'p@ss',
    ]);
  });

  it('finds what a log-in says, as it stands in the message', () => {
    const message = '{"op":"login","args":[{"apiKey": "k-\\"1234","passphrase":"hush","sign":"c2ln"}],"req":"r-1"}';
    assert.deepEqual(secretsOf({ ...plain, subscribeMessages: [message] }), ['k-\\"1234', 'k-"1234', 'hush', 'c2ln']);
  });

  it('finds the passphrase of a key, and the login of a proxy as it is written and sent', () => {
    const reach = { tls: { passphrase: 'sesame' }, origin: undefined, proxy: 'http://me:p%40ss@proxy:1' };
    assert.deepEqual(secretsOf({ ...plain, reach }), ['bWU6cEBzcw==', 'sesame', 'p%40ss', 'p@ss']);
  });

  it('finds what a Kafka sink logs in with', () => {
    const sasl = {
      type: 'sasl_scram',
      config: { mechanism: 'sha512', username: 'someone', password: 'hush-hush' },
    } as const;
    const ssl = { type: 'ssl', config: { key_password: 'sesame', ca_path: '/ca.pem' } } as const;
    const found = (auth: ResolvedSink<'kafka'>['auth']) =>
      secretsOf(plain, { ...resolveSink('kafka', { brokers: 'x', topic: { type: 'fixed', name: 't' } }), auth });
    assert.deepEqual(found({ type: 'none' }), []);
    assert.deepEqual(found({ type: 'sasl_ssl', config: { sasl, ssl } }), ['hush-hush', 'sesame']);
    assert.deepEqual(found({ type: 'sasl_oauthbearer', config: { token: 'abcdef' } }), ['abcdef']);
  });

  it('leaves out what occurs by chance', () => {
    assert.deepEqual(secretsOf({ ...plain, auth: { type: 'bearer', config: { token: 'abc' } } }), []);
  });
});

describe('hiddenOf', () => {
  const hidden = (url: string, path: string): string[] =>
    hiddenOf(resolveSourceConfig({ url, unbounded: true, proxy: 'none' }), resolveSink('jsonl', { path }), [
      'from-env',
    ]);

  it('adds the long values of a query, and what came from the environment', () => {
    assert.deepEqual(hidden('wss://example.com/?access=abcdefgh&n=1234567', 'out.jsonl'), ['abcdefgh', 'from-env']);
  });

  it('leaves out what is in the name of the sink, or in the shown part of the address', () => {
    const url = 'wss://example.com/btcusdt-spot?a=btcusdt-spot&b=ethusdt-spot&c=//example.com/';
    assert.deepEqual(hidden(url, 'ethusdt-spot.jsonl'), ['from-env']);
  });
});
