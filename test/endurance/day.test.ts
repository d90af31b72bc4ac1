import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { createSource, type Gap, type Page, type Source, type SourceConfig } from '../../lib/index.js';
import { createFakeClock, type FeedClient } from '../../lib/testing/index.js';
import { ARRANGEMENTS } from '../support/arrangements.js';
import { feed, hasRead } from '../support/feed.js';
import { heapInUse } from '../support/gc.js';
import { handles, nothingIsLeft } from '../support/resources.js';
import { until } from '../support/until.js';

for (const arrangement of ARRANGEMENTS) {
  test(`24 hours of rotations, drops and silence: each gap is told, each frame accounted for, and nothing grows (${arrangement})`, async (t) => {
    const clock = createFakeClock(MIDNIGHT);

    // The feed. It numbers its frames, whether anybody gets them or not.
    let client: FeedClient | undefined;
    let mood: 'well' | 'silent' | 'stalled' | 'down' = 'well';
    let newest = 0;
    const sent: number[] = [];
    const frame = (): string => JSON.stringify({ n: newest, filling: FILLING });
    const server = await feed(
      t,
      async (newcomer) => {
        await newcomer.expectMessages(['login']);
        if (client !== undefined) {
          // It takes over from another one: this comes over both.
          newest += 1;
          sent.push(newest);
          await client.send(frame());
          await newcomer.send(frame());
        }
        await newcomer.send('welcome');
        client = newcomer;
      },
      { refuse: () => (mood === 'down' ? { status: 503 } : undefined), maxHistory: 2, maxReceived: 2 },
    );

    // The run, and what is seen of it.
    const source = createSource({ url: server.url, ...CONFIG }, { clock });
    const streams = arrangement === 'fused' ? [source.pages()] : source.stages();
    const diary: string[] = [];
    const note = (what: string): void => void diary.push(`${timeOf(clock.now())} ${what}`);
    const gaps: Gap[] = [];
    let losses = 0;
    let isConnecting = true;
    let isRotating = false;
    (streams[0] as ReturnType<Source['pages']>)
      .on('connecting', () => {
        isConnecting = true;
      })
      .on('subscribed', ({ connection }) => {
        isConnecting = false;
        if (!isRotating) note(`${connection} feeds`);
      })
      .on('rotating', () => {
        isRotating = true;
      })
      .on('rotated', ({ from, to }) => {
        isRotating = false;
        note(`${to} feeds in place of ${from}`);
      })
      .on('disconnected', ({ connection, code }) => {
        isConnecting = true;
        note(connection === 0 ? 'refused' : `${connection} lost, ${code}`);
        if (connection > 0) losses += 1;
        // One that is stalled would not see that its connection has ended.
        client?.resume();
        client = undefined;
      })
      .on('reconnecting', () => {
        isConnecting = false;
      })
      .on('gap', (gap) => gaps.push(gap));
    const taken: number[] = [];
    const lines: unknown[] = [];
    const sink = new Writable({
      objectMode: true,
      write(page: Page, _encoding, callback) {
        for (const record of page.records as { n: number; gap?: unknown }[]) {
          if (record.gap === undefined) taken.push(record.n);
          else lines.push(record.gap);
        }
        callback();
      },
    });
    const running = pipeline([...streams, sink]);

    const isSettled = (): boolean => !isConnecting && !isRotating;
    const isLost = (count: number): Promise<void> => until(() => losses === count && isSettled());
    const script: Readonly<Record<string, () => unknown>> = {
      '05:00:00': () => {
        void client?.drop();
        return isLost(1);
      },
      '09:00:00': async () => {
        void client?.close(1001, 'going away');
        await isLost(2);
        // It is back without a wait.
        await clock.advance(0);
      },
      '12:00:00': () => {
        mood = 'silent';
      },
      '12:02:40': async () => {
        await isLost(3);
        mood = 'well';
      },
      '17:00:20': () => {
        mood = 'stalled';
        client?.stall();
      },
      '17:01:40': async () => {
        await isLost(4);
        mood = 'well';
      },
      '20:00:00': () => {
        mood = 'down';
        void client?.drop();
        return isLost(5);
      },
      '20:00:40': async () => {
        await until(isSettled);
        mood = 'well';
      },
    };

    /** The next frame; when it is there, so is all that was said before it, such as the pong to a ping. */
    const say = async (): Promise<void> => {
      newest += 1;
      if (client === undefined || mood === 'stalled') return;
      await hasRead(client);
      if (mood === 'silent') return hasRead(client);
      sent.push(newest);
      await client.send(frame());
      await until(() => taken.at(-1) === newest);
    };

    const levels: Level[] = [];
    await until(isSettled);
    for (let at = STEP_MS; at <= DAY_MS; at += STEP_MS) {
      await clock.advance(STEP_MS);
      await script[timeOf(clock.now())]?.();
      await until(isSettled);
      await say();
      if (at % HOUR_MS === HOUR_MS / 2) {
        const heap = await heapInUse();
        levels.push({ heap, buffers: process.memoryUsage().arrayBuffers, timers: clock.pending, held: handles() });
      }
    }
    source.stop();
    await running;

    assert.deepEqual(diary, DIARY);
    assert.deepEqual(taken, sent);
    assert.deepEqual(gaps.map(factsOf), GAPS);
    assert.deepEqual(lines, gaps.map(lineOf));
    const { frames, connections, reconnects, rotations, duplicates, gapMs, state, ...stats } = source.stats;
    assert.deepEqual(
      { frames, connections, reconnects, rotations, duplicates, gapMs, state, gaps: stats.gaps },
      {
        frames: 4_310,
        connections: 14,
        reconnects: 7,
        rotations: 8,
        duplicates: 8,
        gapMs: 400_000,
        state: 'ended',
        gaps: 9,
      },
    );
    const missing = gaps.reduce((sum, gap) => sum + Number(gap.missing ?? 0), 0);
    assert.equal(frames + missing, newest);

    assert.equal(levels.length, 24);
    for (const { timers, held } of levels) {
      assert.deepEqual([timers, held], [levels[0]?.timers, levels[0]?.held], 'a handle or a timer was left on the way');
    }
    for (const kind of ['heap', 'buffers'] as const) {
      const early = median(levels.slice(2, 7).map((level) => level[kind]));
      const late = median(levels.slice(-5).map((level) => level[kind]));
      t.diagnostic(`${kind}: ${kib(early)} KiB in the morning, ${kib(late)} KiB at night`);
      assert.ok(
        late - early < MAX_GROWTH_BYTES,
        `${kind} grew: ${levels.map((level) => kib(level[kind])).join(' ')} KiB`,
      );
    }
    await server.close();
    await nothingIsLeft();
    assert.equal(clock.pending, 0, 'a timer of the run is left');
  });
}

interface Level {
  readonly heap: number;
  readonly buffers: number;
  readonly timers: number;
  readonly held: Record<string, number>;
}

function factsOf({ cause, connection, code, from, to, missing }: Gap): readonly unknown[] {
  return [cause, connection, code, timeOf(from.at), timeOf(to.at), missing];
}

/** The line that stands for it in the output. */
function lineOf({ cause, connection, code, from, to, durationMs, missing, ...gap }: Gap): unknown {
  return {
    cause,
    connection,
    code: code ?? null,
    from: from.at,
    to: to.at,
    duration_ms: durationMs,
    after_sequence: gap.afterSequence,
    before_sequence: gap.beforeSequence,
    dropped: 0,
    ...(missing === undefined ? {} : { missing }),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function kib(bytes: number): string {
  return (bytes / 1_024).toFixed(0);
}

/** `hh:mm:ss`. */
function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(11, 19);
}

const MIDNIGHT = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** All that the configuration and the script wait for is a multiple of it, so that nothing falls due in between. */
const STEP_MS = 20_000;
/** So much that a level would rise by megabytes if frames were kept. */
const FILLING = 'x'.repeat(2_000);
const CONFIG: Omit<SourceConfig, 'url'> = {
  unbounded: true,
  batch_size: 1,
  subscribe: [{ send: 'login', expect: { text: 'welcome' } }],
  ping_interval: '1m',
  pong_timeout: '40s',
  stale_timeout: '3m',
  max_connection_age: '2h',
  reconnect: true,
  reconnect_backoff: 20,
  sequence: { path: 'n' },
  gaps: 'records',
};
const DIARY = [
  '00:00:00 1 feeds',
  '02:00:00 2 feeds in place of 1',
  '04:00:00 3 feeds in place of 2',
  '05:00:00 3 lost, 1006',
  '05:00:20 4 feeds',
  '07:00:20 5 feeds in place of 4',
  '09:00:00 5 lost, 1001',
  '09:00:00 6 feeds',
  '11:00:00 7 feeds in place of 6',
  '12:02:40 7 lost, 1006',
  '12:03:00 8 feeds',
  '14:03:00 9 feeds in place of 8',
  '16:03:00 10 feeds in place of 9',
  '17:01:40 10 lost, 1006',
  '17:02:00 11 feeds',
  '19:02:00 12 feeds in place of 11',
  '20:00:00 12 lost, 1006',
  '20:00:20 refused',
  '20:00:40 refused',
  '20:01:00 13 feeds',
  '22:01:00 14 feeds in place of 13',
];
const GAPS = [
  ['disconnected', 3, 1006, '05:00:00', '05:00:20', undefined],
  ['sequence', 4, undefined, '04:59:40', '05:00:20', 1],
  ['disconnected', 5, 1001, '09:00:00', '09:00:00', undefined],
  ['stale_timeout', 7, 1006, '11:59:40', '12:03:00', undefined],
  ['sequence', 8, undefined, '11:59:40', '12:03:00', 9],
  ['pong_timeout', 10, 1006, '17:00:00', '17:02:00', undefined],
  ['sequence', 11, undefined, '17:00:00', '17:02:00', 5],
  ['disconnected', 12, 1006, '20:00:00', '20:01:00', undefined],
  ['sequence', 13, undefined, '19:59:40', '20:01:00', 3],
];
/** Code that gets compiled takes up to 1 MiB; frames that were kept would take 6. */
const MAX_GROWTH_BYTES = 2 * 2 ** 20;
