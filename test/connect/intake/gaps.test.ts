import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DisconnectedError, ReconnectExhaustedError } from '../../../lib/index.js';
import { createFakeClock, type FakeClock, type FeedClient } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, gapsOf, run } from '../../support/arrangements.js';
import { feed, hasRead, sends } from '../../support/feed.js';

for (const arrangement of ARRANGEMENTS) {
  test(`a drop is a gap, from the loss to the first frame after it (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      await client.send(`${client.number}`);
      if (client.number === 2) return;
      await hasRead(client);
      await clock.advance(3_000);
      await client.drop();
    });
    const config = { url: server.url, max_messages: 2, reconnect: true, reconnect_backoff: 5 };
    const outcome = await run(arrangement, config, { clock, feed: 'trades', onEvent: waits(clock, 5_000) });
    assert.deepEqual(outcome.texts, ['1', '2']);
    const start = Date.UTC(2026, 0, 1);
    assert.deepEqual(gapsOf(outcome), [
      {
        cause: 'disconnected',
        feed: 'trades',
        connection: 1,
        code: 1006,
        from: { at: start + 3_000, monotonic: 3_000 },
        to: { at: start + 8_000, monotonic: 8_000 },
        durationMs: 5_000,
        afterSequence: 0,
        beforeSequence: 1,
        dropped: 0,
        missing: undefined,
        key: undefined,
      },
    ]);
    assert.deepEqual([outcome.stats.gaps, outcome.stats.gapMs], [1, 5_000]);
    const names = outcome.events.map((event) => event.name);
    assert.deepEqual(names.slice(names.indexOf('disconnected')), [
      'disconnected',
      'reconnecting',
      'connecting',
      'connected',
      'subscribed',
      'gap',
      'ended',
    ]);
  });

  test(`attempts that fail, and a connection without a frame, belong to the gap before them (${arrangement})`, async (t) => {
    const server = await feed(
      t,
      async (client) => {
        if (client.number !== 2) await client.send(`${client.number}`);
        if (client.number < 3) await client.drop();
      },
      { refuse: ({ attempt }) => (attempt === 2 || attempt === 4 ? { status: 503 } : undefined) },
    );
    const config = { url: server.url, max_messages: 2, reconnect: true, reconnect_backoff: 0 };
    const outcome = await run(arrangement, config);
    assert.deepEqual(outcome.texts, ['1', '3']);
    const [gap, ...more] = gapsOf(outcome);
    assert.deepEqual([gap?.cause, gap?.connection, gap?.code, gap?.afterSequence], ['disconnected', 1, 1006, 0]);
    assert.deepEqual([more, outcome.stats.gaps], [[], 1]);
  });

  test(`a first attempt that fails is a gap from the start of the run (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(
      t,
      async (client) => {
        await client.send('1');
        await client.close(1000);
      },
      {
        refuse: async ({ attempt }) => {
          if (attempt > 1) return undefined;
          await clock.advance(100);
          return { status: 503 };
        },
      },
    );
    const config = { url: server.url, max_messages: 1, reconnect: true, reconnect_backoff: '700ms' };
    const outcome = await run(arrangement, config, { clock, onEvent: waits(clock, 700) });
    const [gap] = gapsOf(outcome);
    assert.deepEqual([gap?.cause, gap?.connection, gap?.durationMs], ['not_connected', 0, 800]);
    assert.deepEqual([gap?.afterSequence, gap?.beforeSequence, gap?.feed], [undefined, 0, undefined]);
  });

  test(`a gap that is open at the end of the run is told before the end (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      if (client.number === 1) await client.send('1');
      await client.close(1012);
    });
    const config = {
      url: server.url,
      unbounded: true,
      reconnect: true,
      reconnect_backoff: 0,
      max_reconnect_attempts: 2,
    };
    const outcome = await run(arrangement, config);
    assert.ok(outcome.error instanceof ReconnectExhaustedError);
    const [gap] = gapsOf(outcome);
    assert.deepEqual(
      [gap?.cause, gap?.code, gap?.afterSequence, gap?.beforeSequence],
      ['disconnected', 1012, 0, undefined],
    );
    assert.deepEqual(
      outcome.events.slice(-2).map((event) => event.name),
      ['gap', 'ended'],
    );
  });

  test(`without reconnect a loss is a gap, and a close in good order is none (${arrangement})`, async (t) => {
    const lost = await feed(t, async (client) => {
      await client.send('1');
      await client.drop();
    });
    const dropped = await run(arrangement, { url: lost.url, unbounded: true });
    assert.ok(dropped.error instanceof DisconnectedError);
    assert.deepEqual([gapsOf(dropped).length, dropped.stats.gaps], [1, 1]);
    const good = await feed(t, sends('1'));
    const closed = await run(arrangement, { url: good.url, unbounded: true });
    assert.deepEqual([gapsOf(closed).length, closed.stats.gaps, closed.stats.gapMs], [0, 0, 0]);
  });

  test(`a connection that had to be found dead has been so since its last data (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const script = async (client: FeedClient): Promise<void> => {
      await client.send(`${client.number}`);
      if (client.number === 2) return;
      await hasRead(client);
      await clock.advance(10_000);
      await hasRead(client);
      void clock.advance(5_000);
    };
    const server = await feed(t, script);
    const config = { stale_timeout: 15, reconnect: true, reconnect_backoff: 1, max_messages: 2 };
    const outcome = await run(arrangement, { url: server.url, ...config }, { clock, onEvent: waits(clock, 1_000) });
    const [gap] = gapsOf(outcome);
    assert.deepEqual([gap?.cause, gap?.from.monotonic, gap?.durationMs], ['stale_timeout', 0, 16_000]);
  });
}

/** Lets the wait before each attempt to reconnect pass. */
function waits(clock: FakeClock, ms: number): (name: string) => void {
  return (name) => void (name === 'reconnecting' && clock.advance(ms));
}
