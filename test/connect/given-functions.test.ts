import assert from 'node:assert/strict';
import type { Transform } from 'node:stream';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { WebSocketReadableOptions } from '../../lib/connect/options/options.js';
import { ConfigError, filter, map, type SpillwayError, validate, WebSocketReadable } from '../../lib/index.js';
import { feed, hasRead } from '../support/feed.js';
import { messagesOf } from '../support/messages.js';

/** A function of the user's that is wrong. */
type Wrong = () => never;

interface Given {
  /** What its errors call it. */
  readonly option: string;
  readonly options: (wrong: Wrong) => WebSocketReadableOptions;
  /** Whether the function may return this. */
  readonly isRight: (value: unknown) => boolean;
  /** The code when it throws: what may be another time is told as such. */
  readonly thrown: string;
  /** Whether it may be asynchronous. */
  readonly isAsync?: true;
}

const isText = (value: unknown): boolean => typeof value === 'string' || Buffer.isBuffer(value);

const FUNCTIONS: readonly Given[] = [
  {
    option: 'reconnectBackoff',
    options: (wrong) => ({ reconnectBackoff: wrong }),
    isRight: (value) => Number.isFinite(value) && (value as number) >= 0,
    thrown: 'ERR_CONFIG',
  },
  {
    option: 'random',
    options: (wrong) => ({ random: wrong, reconnectBackoff: { initialMs: 1 } }),
    isRight: (value) => typeof value === 'number' && value >= 0 && value < 1,
    thrown: 'ERR_CONFIG',
  },
  {
    option: 'random',
    options: (wrong) => ({ random: wrong, maxConnectionAgeMs: 60_000, rotationJitterMs: 1_000 }),
    isRight: (value) => typeof value === 'number' && value >= 0 && value < 1,
    thrown: 'ERR_CONFIG',
  },
  {
    option: 'credentials',
    options: (wrong) => ({ credentials: wrong }),
    isRight: () => false,
    thrown: 'ERR_AUTH',
    isAsync: true,
  },
  {
    option: 'tls',
    options: (wrong) => ({ tls: wrong }),
    isRight: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    thrown: 'ERR_CONNECT',
    isAsync: true,
  },
  {
    option: 'subscribeMessages',
    options: (wrong) => ({ subscribeMessages: wrong }),
    isRight: (value) => Array.isArray(value) && value.every(isText),
    thrown: 'ERR_CONNECT',
    isAsync: true,
  },
  {
    option: 'subscribe.send',
    options: (wrong) => ({ subscribe: [{ send: wrong }] }),
    isRight: isText,
    thrown: 'ERR_SUBSCRIBE',
    isAsync: true,
  },
  {
    option: 'heartbeat.message',
    options: (wrong) => ({ heartbeat: { intervalMs: 1, message: wrong } }),
    isRight: isText,
    thrown: 'ERR_CONFIG',
  },
  {
    option: 'reply.send',
    options: (wrong) => ({ reply: [{ match: { path: 'n' }, send: wrong }] }),
    isRight: isText,
    thrown: 'ERR_CONFIG',
  },
];

const value = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, Number.NaN, -1, Infinity, -Infinity, 1.5, 0, true, '', '1', [], {}, [1]),
  fc.constantFrom<unknown>({ type: 'bearer' }, { type: 'bearer', token: 'a\nb' }, { type: 'custom', headers: 'x' }),
  fc.constantFrom<unknown>({ type: 'custom', headers: { a: 1 } }, { type: 'basic', username: 'u' }, { type: 'magic' }),
  fc.constantFrom<unknown>(() => 1, Symbol('one'), 1n, new Date(Number.NaN), new Map()),
  fc.anything(),
);
const thrown = fc.constantFrom<unknown>(new Error('mine'), new TypeError('mine'), 'mine', 7, undefined, null);

describe('a function of an option that is wrong ends the run, with an error that has its name', () => {
  for (const { option, options, isRight, thrown: code, isAsync = false } of FUNCTIONS) {
    for (const reconnect of [true, false]) {
      // Without another attempt nobody asks how long to wait for it.
      if (!reconnect && option === 'reconnectBackoff') continue;
      const given = options(() => undefined as never);
      if (!reconnect && given.reconnectBackoff !== undefined) continue;
      it(`${option}: ${Object.keys(given).join(', ')}${reconnect ? ', with reconnect' : ''}`, async (t) => {
        const server = await feed(t, async (client) => {
          await client.send('{"n":1}');
          await hasRead(client);
          if (given.reconnectBackoff !== undefined) await client.drop();
        });
        const fails = async (wrong: Wrong): Promise<{ error: SpillwayError; connections: number }> => {
          const before = server.connections;
          const readable = new WebSocketReadable(server.url, {
            reconnectBackoff: 0,
            ...options(wrong),
            reconnect,
            maxReconnectAttempts: 3,
          });
          const error = await readable.toArray().then(
            () => assert.fail('it ended well'),
            (reason: SpillwayError) => reason,
          );
          return { error, connections: server.connections - before };
        };
        await fc.assert(
          fc.asyncProperty(
            value.filter((one) => !isRight(one)),
            fc.boolean(),
            async (one, isLate) => {
              const { error, connections } = await fails((() => (isLate ? Promise.resolve(one) : one)) as Wrong);
              assert.ok(error instanceof ConfigError, String(error));
              assert.equal(error.problems[0]?.path, option);
              assert.match(error.message, /The function returned .+\. Return .+\.$/);
              assert.ok(connections <= 1);
            },
          ),
          { numRuns: 25 },
        );
        await fc.assert(
          fc.asyncProperty(thrown, fc.boolean(), async (reason, isLate) => {
            const { error, connections } = await fails(() => {
              if (isLate) return Promise.reject(reason) as never;
              throw reason;
            });
            // One that is not to be awaited has returned a promise.
            const isResult = isLate && !isAsync;
            const isTriedAgain = reconnect && code !== 'ERR_CONFIG';
            assert.equal(error.code, isTriedAgain ? 'ERR_RECONNECT_EXHAUSTED' : code);
            const told = isTriedAgain ? (error.cause as SpillwayError) : error;
            assert.deepEqual([told.code, told.cause], [code, isResult ? undefined : reason]);
            assert.ok(connections <= (isTriedAgain ? 4 : 1));
          }),
          { numRuns: 12 },
        );
      });
    }
  }

  for (const [option, stageOf] of [
    ['map', map],
    ['filter', filter],
  ] as readonly [string, (work: () => unknown) => Transform][]) {
    it(option, async () => {
      await fc.assert(
        fc.asyncProperty(thrown, fc.boolean(), async (reason, isLate) => {
          const stage = stageOf(() => {
            if (isLate) return Promise.reject(reason);
            throw reason;
          });
          stage.end(messagesOf('1')[0]);
          const error = await stage.toArray().catch((failure: unknown) => failure);
          assert.ok(error instanceof ConfigError);
          assert.deepEqual([error.problems[0]?.path, error.cause], [option, reason]);
        }),
      );
    });
  }

  it('validate: a schema whose answer is a promise is refused', () => {
    assert.throws(() => validate({ $async: true, type: 'object' }), /validate\.schema: An asynchronous schema/);
  });
});
