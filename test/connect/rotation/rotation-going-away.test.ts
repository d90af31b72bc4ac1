import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Source } from '../../../lib/index.js';
import { createFakeClock, encodeFrame, type FeedClient, type FeedServer, OPCODES } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, gapsOf, run } from '../../support/arrangements.js';
import { closeFrame, hasRead } from '../../support/feed.js';
import { AGE, LOGIN, rotatingFeed } from '../../support/rotation.js';
import { again } from '../../support/time.js';
import { until } from '../../support/until.js';

/** What a moment is made of. */
interface Scene {
  readonly old: FeedClient;
  /** Tells that the server goes away; in the same bytes with a frame, when one is given. */
  goAway(frame?: string): Promise<void>;
  /** Waits for so many events of this name. */
  told(name: string, times?: number): Promise<void>;
  /** Waits until so many frames were emitted. */
  emitted(frames: number): Promise<void>;
  /** Lets so much time pass. */
  passes(ms: number): Promise<void>;
  /** Lets so much time pass, and what is due happen, until the old connection has given way. */
  rotatedAfter(ms: number): Promise<void>;
}

/** When the server of the old connection goes away, and what that comes to. */
interface Moment {
  readonly when: string;
  readonly isGap: boolean;
  readonly rotations: number;
  /** Before the new connection is upgraded. */
  upgrading?(scene: Scene): Promise<void>;
  /** Brings 2 over the old connection and 2 and 3 over the new one, and confirms that. */
  confirming(client: FeedClient, scene: Scene): Promise<void>;
}

const MOMENTS: readonly Moment[] = [
  {
    when: 'while the new connection is being upgraded',
    isGap: true,
    rotations: 0,
    async upgrading({ old, goAway, told }) {
      await old.send('2');
      await hasRead(old);
      await goAway();
      await told('disconnected');
    },
    async confirming(client) {
      await client.send('2');
      await client.send('3');
      await client.send('welcome');
    },
  },
  {
    when: 'before the new connection is confirmed',
    isGap: true,
    rotations: 0,
    async confirming(client, { old, goAway, told }) {
      await old.send('2');
      await hasRead(old);
      await client.send('2');
      await client.send('3');
      await hasRead(client);
      await goAway();
      await told('disconnected');
      await client.send('welcome');
    },
  },
  {
    when: 'before the new connection is confirmed, and leaves the TCP connection open',
    isGap: true,
    rotations: 0,
    async confirming(client, { old, goAway, told, passes }) {
      await goAway('2');
      old.stall();
      await told('disconnected');
      await client.send('2');
      await client.send('3');
      await hasRead(client);
      await passes(2_000);
      await client.send('welcome');
    },
  },
  {
    when: 'when the new connection is confirmed',
    isGap: false,
    rotations: 1,
    async confirming(client, { old, goAway, emitted, told, rotatedAfter }) {
      await client.send('2');
      await client.send('3');
      await hasRead(client);
      old.stall();
      await client.send('welcome');
      await told('subscribed', 2);
      await goAway('2');
      await emitted(2);
      void rotatedAfter(2_000);
    },
  },
];

for (const arrangement of ARRANGEMENTS) {
  for (const code of [1001, 1012]) {
    for (const { when, isGap, rotations, upgrading, confirming } of MOMENTS) {
      test(`a server that says ${code} ${when}: that one is the only attempt, with ${isGap ? 'one gap' : 'no gap'} and each number once (${arrangement})`, async (t) => {
        const clock = createFakeClock();
        const names: string[] = [];
        let source: Source | undefined;
        const count = (name: string): number => names.filter((one) => one === name).length;
        const sceneOf = (old: FeedClient): Scene => ({
          old,
          goAway: async (frame) => {
            if (frame === undefined) void old.close(code);
            else
              await old.sendRaw(
                Buffer.concat([encodeFrame({ opcode: OPCODES.text, payload: frame }), closeFrame(code)]),
              );
          },
          told: (name, times = 1) => until(() => count(name) >= times),
          emitted: (frames) => until(() => source !== undefined && source.stats.frames >= frames),
          passes: (ms) => clock.advance(ms),
          rotatedAfter: (ms) => again(clock, () => count('rotated') === 1, ms),
        });
        const server: FeedServer = await rotatingFeed(
          t,
          clock,
          ['1'],
          async (client, old) => {
            await confirming(client, sceneOf(old));
            await client.send('4');
          },
          {
            handshakeDelay: async (_request, attempt) => {
              if (attempt === 2) await upgrading?.(sceneOf(server.clients[0] as FeedClient));
            },
          },
        );
        const outcome = await run(
          arrangement,
          {
            url: server.url,
            max_messages: 4,
            max_connection_age: AGE,
            subscribe: [LOGIN],
            reconnect: true,
            reconnect_backoff: 600,
          },
          {
            clock,
            onEvent: (name) => names.push(name),
            onStart: (started) => {
              source = started;
            },
          },
        );
        assert.equal(outcome.error, undefined);
        assert.deepEqual(outcome.texts, ['1', '2', '3', '4']);
        assert.deepEqual(
          gapsOf(outcome).map((gap) => [gap.cause, gap.code, gap.connection, gap.afterSequence, gap.beforeSequence]),
          isGap ? [['disconnected', code, 1, 1, 2]] : [],
        );
        assert.deepEqual([server.requests.length, count('connecting'), count('reconnecting')], [2, 2, 0]);
        const { stats } = outcome;
        assert.deepEqual([stats.rotations, stats.reconnects, stats.duplicates], [rotations, 0, 1]);
        assert.equal(clock.pending, 0);
      });
    }
  }
}
