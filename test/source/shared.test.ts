import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { resolveCodeConfig, resolveSourceConfig, sharedSettings } from '../../lib/config/source-config.js';
import { createSource, type SourceOptions } from '../../lib/index.js';
import type { PagesReadable } from '../../lib/source/pages-readable.js';

const SCHEMA = { type: 'object', required: ['price'], properties: { price: { type: 'number' } } };

describe('sources of one configuration', () => {
  it('share all that is resolved and compiled, whatever their addresses', () => {
    const config = { unbounded: true, record_schema: SCHEMA, select: ['price'], sequence: { path: 'seq' } };
    const [one, other] = [1, 2].map((n) => run({ ...config, url: `ws://127.0.0.1:${n}/` }));
    assert.equal(one?.prepared, other?.prepared);
    assert.ok(one?.prepared.check !== undefined && one.prepared.select !== undefined);
  });

  it('share it in the spelling of code, too, and in both methods', () => {
    const config = { unbounded: true, idleTimeoutMs: 30_000 };
    const source = createSource({ ...config, url: 'ws://127.0.0.1:1/' });
    assert.equal(source.pages().prepared, source.pages().prepared);
    assert.equal(run({ ...config, url: 'ws://127.0.0.1:2/' }).prepared, source.pages().prepared);
  });

  it('share it when each has a name, a signal, or a position of its own', () => {
    const config = { url: 'ws://127.0.0.1:1/', unbounded: true };
    const named = run(config, { feed: 'one', signal: new AbortController().signal });
    const another = run(config, { feed: 'two', position: { sequence: 3, receivedAt: 0 } });
    assert.equal(named.prepared, another.prepared);
    assert.equal(named.prepared.connect.feed, undefined);
    assert.equal(named.prepared.connect.signal, undefined);
    assert.equal(named.prepared.connect.position, undefined);
  });

  it('share nothing when clock, logger or a key differ', () => {
    const config = { url: 'ws://127.0.0.1:1/', unbounded: true };
    const quiet = { debug() {}, info() {}, warn() {}, error() {} };
    const first = run(config).prepared;
    assert.notEqual(run(config, { logger: quiet }).prepared, first);
    assert.notEqual(run({ ...config, batch_size: 10 }).prepared, first);
    assert.notEqual(run({ ...config, idleTimeoutMs: 10 }).prepared, first);
  });

  it('are not changed by who changes the configuration afterwards', () => {
    const config = {
      url: 'ws://127.0.0.1:1/',
      unbounded: true,
      headers: { 'x-one': '1' } as Record<string, string>,
      record_schema: structuredClone(SCHEMA),
    };
    const before = createSource(config);
    const { prepared } = before.pages();
    config.headers['x-one'] = 'changed';
    config.record_schema.required.push('size');
    const after = run(config).prepared;
    assert.deepEqual(before.pages().prepared.connect.headers, { 'x-one': '1' });
    assert.equal(prepared.check?.({ price: 1 }), undefined);
    assert.deepEqual(after.connect.headers, { 'x-one': 'changed' });
    assert.notEqual(after.check?.({ price: 1 }), undefined);
  });

  it('are told what is wrong with an address, or with what goes with it, however often the rest was found right', () => {
    const config = { unbounded: true, tls: { servername: 'a' } };
    createSource({ ...config, url: 'wss://example.com/' });
    assert.throws(() => createSource({ ...config, url: 'ws://example.com/' }), /`tls` needs an address/);
    assert.throws(() => createSource({ ...config, url: 'http://example.com/' }), /Write `ws:\/\/` in its place/);
    assert.throws(() => createSource({ ...config, url: '' }), /not empty/);
    assert.throws(() => createSource({ ...config, url: 7 as never }), /Expected text/);
    assert.throws(() => createSource({ ...config, url: 'wss://{host}/' }), /still a placeholder/);
    assert.equal(createSource({ ...config, url: 'wss://{host}/' }, { context: { host: 'x' } }).datasetUri, 'wss://x/');
  });

  it('come to the same, or to the same error, as one that is alone', () => {
    const KEYS = ['idle_timeout', 'headers', 'tls', 'batch_size', 'dead_letter', 'unbounded', 'urls', 'url'] as const;
    const VALUES = {
      idle_timeout: [1, '2s', 'x'],
      headers: [{}, { a: 'b' }, { origin: 'x' }],
      tls: [{ servername: 'a' }, null],
      batch_size: [1, -1],
      dead_letter: ['x.jsonl'],
      unbounded: [true, false],
      urls: [['ws://a/'], ['wss://a/', 'wss://b/'], []],
      url: ['ws://a/{x}', 'wss://a/', 'wss://b/#f', '', 1],
    };
    const config = fc.record(Object.fromEntries(KEYS.map((key) => [key, fc.constantFrom<unknown>(...VALUES[key])])), {
      requiredKeys: [],
    });
    fc.assert(
      fc.property(fc.array(config, { maxLength: 20 }), (configs) => {
        for (const one of configs) {
          const alone = outcome(() => ({ ...resolveSourceConfig({ ...one, __proto__: {} }, { context: { x: 'y' } }) }));
          assert.deepEqual(
            outcome(() => ({ ...resolveCodeConfig(one, { x: 'y' }) })),
            alone,
          );
        }
      }),
    );
  });

  it('have settings of their own when somebody puts them together of others', () => {
    const config = resolveSourceConfig({ url: 'ws://a/', unbounded: true });
    assert.ok(sharedSettings(config) !== undefined);
    assert.equal(sharedSettings({ ...config, batchSize: 1 }), undefined);
  });
});

function run(config: Parameters<typeof createSource>[0], options?: SourceOptions): PagesReadable {
  return createSource(config, options).pages();
}

function outcome(make: () => object): unknown {
  try {
    return make();
  } catch (error) {
    return (error as Error).message;
  }
}
