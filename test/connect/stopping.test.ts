import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import type { Source, SourceConfig } from '../../lib/index.js';
import { createFakeClock, createFeedServer, type FeedClient } from '../../lib/testing/index.js';
import { ARRANGEMENTS, gapsOf, payloadsOf, run } from '../support/arrangements.js';
import { hasRead } from '../support/feed.js';
import { nothingIsLeft } from '../support/resources.js';
import { AGE, LOGIN } from '../support/rotation.js';
import { signal } from '../support/signal.js';
import { whileTimePasses } from '../support/time.js';
import { until } from '../support/until.js';

/** What a script has to do with. */
interface Scene {
  readonly clients: readonly FeedClient[];
  /** The run is in its state now. */
  reached(): void;
  /** Waits until the stats say so. */
  until(holds: (stats: Source['stats']) => boolean): Promise<void>;
  /** Waits for so many events `subscribed`. */
  subscribed(times: number): Promise<void>;
  /** Lets a connection become as old as one may. */
  age(): void;
}

/** A state that a run can be ended in. */
interface State {
  readonly state: string;
  readonly config?: Partial<SourceConfig>;
  /** The request to upgrade that is never answered, with which the state is reached. */
  readonly unanswered?: number;
  /** What the server does on each connection once it was sent the login. */
  script?(client: FeedClient, scene: Scene): Promise<void>;
  /** What was received by then. */
  readonly texts: readonly string[];
  readonly gaps?: number;
}

const NUMBERS = Array.from({ length: 300 }, (_, n) => `${n}`);

const STATES: readonly State[] = [
  { state: 'has not begun', texts: [] },
  { state: 'waits for the handshake', unanswered: 1, texts: [] },
  {
    state: 'waits for a subscription to be confirmed',
    async script(client, { reached }) {
      await client.send('"early"');
      await hasRead(client);
      reached();
    },
    texts: ['"early"'],
  },
  {
    state: 'is open',
    async script(client, { reached }) {
      await begin(client);
      reached();
    },
    texts: ['1'],
  },
  {
    state: 'is held by a slow sink',
    config: { max_buffered_bytes: 1, batch_size: 1 },
    async script(client, scene) {
      await client.send('welcome');
      await client.sendMany(NUMBERS);
      await scene.until(({ paused }) => paused);
      scene.reached();
    },
    texts: NUMBERS,
  },
  {
    state: 'waits for the next attempt',
    async script(client, scene) {
      await begin(client);
      void client.drop();
      await scene.until(({ state }) => state === 'waiting');
      scene.reached();
    },
    texts: ['1'],
    gaps: 1,
  },
  {
    state: 'waits for the handshake of a rotation',
    unanswered: 2,
    async script(client, { age }) {
      await begin(client);
      age();
    },
    texts: ['1'],
  },
  {
    state: 'waits for the new connection of a rotation to be confirmed',
    script: rotating((client) => bring(client, '2', '3')),
    texts: ['1', '2', '3'],
  },
  {
    state: 'waits for a new connection that is ahead of the old one to be confirmed',
    script: rotating((client) => bring(client, '4', '5')),
    texts: ['1', '2', '4', '5'],
    gaps: 1,
  },
  {
    state: 'drains the old connection of a rotation',
    script: rotating(async (client, old, { subscribed }) => {
      await bring(client, '2', '3');
      old.stall();
      await client.send('welcome');
      await subscribed(2);
    }),
    texts: ['1', '2', '3'],
  },
];

for (const arrangement of ARRANGEMENTS) {
  for (const how of ['stop()', 'an abort'] as const) {
    for (const { state, config, unanswered, script, texts, gaps = 0 } of STATES) {
      test(`${how} ends a run that ${state}: once, with all that was received, and nothing is left (${arrangement})`, async () => {
        const clock = createFakeClock();
        const abort = new AbortController();
        const reached = signal();
        const sink = signal();
        const names: string[] = [];
        let source: Source | undefined;
        const end = (): void => {
          if (how === 'an abort') abort.abort();
          else source?.stop();
        };
        const server = await createFeedServer({
          handshakeDelay: async (_request, attempt) => {
            if (attempt !== unanswered) return;
            reached.give();
            await new Promise(() => {});
          },
          onConnection: async (client) => {
            assert.equal(await client.receive(), 'login');
            await script?.(client, {
              clients: server.clients,
              reached: reached.give,
              until: (holds) => until(() => source !== undefined && holds(source.stats)),
              subscribed: (times) => until(() => names.filter((name) => name === 'subscribed').length === times),
              age: () => void clock.advance(AGE * 1_000),
            });
          },
        });
        const running = run(
          arrangement,
          {
            url: server.url,
            idle_timeout: '1h',
            ping_interval: 20,
            stale_timeout: '30m',
            subscribe: [{ ...LOGIN, timeout: '20m' }],
            max_connection_age: AGE,
            reconnect: true,
            reconnect_backoff: 600,
            ...config,
          },
          {
            clock,
            signal: abort.signal,
            onStart: (started) => {
              source = started;
              if (script === undefined && unanswered === undefined) {
                end();
                reached.give();
              }
            },
            onPage: () => (config === undefined ? undefined : sink.given),
            onEvent: (name) => names.push(name),
          },
        );
        await reached.given;
        end();
        sink.give();
        const outcome = await whileTimePasses(clock, running);
        // It has ended, whatever else is asked of it.
        source?.stop();
        abort.abort();
        const { stats } = outcome;
        assert.equal(outcome.error?.name, how === 'an abort' ? 'AbortError' : undefined);
        assert.deepEqual(
          payloadsOf<{ cause: string }>(outcome, 'ended').map(({ cause }) => cause),
          [how === 'an abort' ? 'aborted' : 'stopped'],
        );
        assert.equal(names.at(-1), 'ended');
        assert.deepEqual(outcome.texts, texts.slice(0, stats.frames));
        assert.ok(stats.frames === texts.length || (config !== undefined && stats.frames > 0));
        assert.deepEqual([gapsOf(outcome).length, stats.bufferedFrames, stats.state], [gaps, 0, 'ended']);
        assert.equal(clock.pending, 0);
        assert.deepEqual(getEventListeners(abort.signal, 'abort'), []);
        for (const client of server.clients) {
          client.resume();
          await client.closed;
        }
        await server.close();
        await nothingIsLeft();
      });
    }
  }
}

/** Lets the first connection, which brings 1 and 2, become old; then the second one does this. */
function rotating(
  second: (client: FeedClient, old: FeedClient, scene: Scene) => Promise<void>,
): NonNullable<State['script']> {
  return async (client, scene) => {
    const [old] = scene.clients as readonly [FeedClient];
    if (client === old) {
      await begin(client);
      scene.age();
      return;
    }
    await bring(old, '2');
    await second(client, old, scene);
    scene.reached();
  };
}

/** Confirms the login, and brings the first record. */
async function begin(client: FeedClient): Promise<void> {
  await client.send('welcome');
  await bring(client, '1');
}

/** Sends these, until they are read. */
async function bring(client: FeedClient, ...frames: string[]): Promise<void> {
  await client.sendMany(frames);
  await hasRead(client);
}
