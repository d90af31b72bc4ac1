import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Source } from '../../../lib/index.js';
import { createFakeClock, type FeedClient } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, gapsOf, payloadsOf, run } from '../../support/arrangements.js';
import { feed, hasRead } from '../../support/feed.js';
import { AGE, LOGIN, rotatingFeed } from '../../support/rotation.js';
import { until } from '../../support/until.js';

const UP = '{"status":"up"}';

for (const arrangement of ARRANGEMENTS) {
  test(`a feed that says the same again and again: no frame is dropped that came over one connection alone (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await rotatingFeed(t, clock, ['1'], async (client, first) => {
      // While the new one logs in, over the old one alone; then over both; then over the new one alone.
      await first.sendMany([UP, UP, UP]);
      await hasRead(first);
      await client.send('welcome');
      await first.closed;
      await clock.advance(1_000);
      await client.sendMany([UP, UP, '2']);
    });
    const outcome = await run(
      arrangement,
      { url: server.url, max_messages: 7, max_connection_age: AGE, subscribe: [LOGIN] },
      { clock },
    );
    assert.equal(outcome.error, undefined);
    assert.deepEqual(outcome.texts, ['1', UP, UP, UP, UP, UP, '2']);
    assert.deepEqual([outcome.stats.rotations, outcome.stats.duplicates, outcome.stats.gaps], [1, 0, 0]);
  });

  test(`two connections with the frames of their keys in another order: each comes once (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await rotatingFeed(t, clock, ['"a1"'], async (client, first) => {
      await client.sendMany(['"b1"', '"a2"']);
      await hasRead(client);
      await first.sendMany(['"a2"', '"a3"', '"b1"']);
      await hasRead(first);
      await client.send('welcome');
      await first.closed;
      await client.sendMany(['"a3"', '"b2"']);
    });
    const outcome = await run(
      arrangement,
      { url: server.url, max_messages: 5, max_connection_age: AGE, subscribe: [LOGIN] },
      { clock },
    );
    assert.equal(outcome.error, undefined);
    assert.deepEqual(outcome.texts, ['"a1"', '"a2"', '"a3"', '"b1"', '"b2"']);
    assert.deepEqual([outcome.stats.duplicates, outcome.stats.gaps], [3, 0]);
  });

  for (const [how, end] of [
    ['FIN', (client: FeedClient) => client.drop()],
    ['a reset', (client: FeedClient) => client.reset()],
  ] as const) {
    test(`an old connection that ends with ${how} instead of a close frame is no gap when both had the same (${arrangement})`, async (t) => {
      const clock = createFakeClock();
      const server = await rotatingFeed(t, clock, ['1'], async (client, first) => {
        first.stall();
        await client.send('welcome');
        await first.sendMany(['2', '3']);
        await until(() => taken.frames() === 3);
        await end(first);
        await client.sendMany(['2', '3', '4']);
      });
      const taken = framesTaken();
      const outcome = await run(
        arrangement,
        { url: server.url, max_messages: 4, max_connection_age: AGE, subscribe: [LOGIN] },
        { clock, onStart: taken.onStart },
      );
      assert.equal(outcome.error, undefined);
      assert.deepEqual(outcome.texts, ['1', '2', '3', '4']);
      assert.deepEqual([outcome.stats.rotations, outcome.stats.gaps, outcome.stats.duplicates], [1, 0, 2]);
    });

    test(`and one gap before the first frame of the new one when they had nothing in common (${arrangement}, ${how})`, async (t) => {
      const clock = createFakeClock();
      const server = await rotatingFeed(t, clock, ['1'], async (client, first) => {
        first.stall();
        await client.send('welcome');
        await first.send('2');
        await until(() => taken.frames() === 2);
        await end(first);
        await until(() => rotated === 1);
        await clock.advance(5_000);
        await client.send('9');
      });
      const taken = framesTaken();
      let rotated = 0;
      const outcome = await run(
        arrangement,
        { url: server.url, max_messages: 3, max_connection_age: AGE, subscribe: [LOGIN], gaps: 'records' },
        {
          clock,
          onStart: taken.onStart,
          onEvent: (name) => {
            if (name === 'rotated') rotated += 1;
          },
        },
      );
      assert.equal(outcome.error, undefined);
      assert.deepEqual(
        gapsOf(outcome).map(({ cause, code, connection, afterSequence, beforeSequence, durationMs }) => [
          cause,
          code,
          connection,
          afterSequence,
          beforeSequence,
          durationMs,
        ]),
        // From the end of the old one on.
        [['disconnected', 1006, 1, 1, 2, 5_000]],
      );
      assert.match(outcome.texts[2] ?? '', /^\{"gap":/);
      assert.deepEqual([outcome.texts[1], outcome.texts[3]], ['2', '9']);
    });
  }

  test(`a server that drops its queue when it is closed leaves a hole, and that is a gap (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await rotatingFeed(t, clock, ['1'], async (client, first) => {
      first.stall();
      await client.send('welcome');
      // It is behind: these are older than the new subscription.
      await first.sendMany(['2', '3']);
      await until(() => taken.frames() === 3);
      await client.send('7');
      await hasRead(client);
      first.resume();
      await first.closed;
      await client.send('8');
    });
    const taken = framesTaken();
    const outcome = await run(
      arrangement,
      { url: server.url, max_messages: 5, max_connection_age: AGE, subscribe: [LOGIN] },
      { clock, onStart: taken.onStart },
    );
    assert.equal(outcome.error, undefined);
    assert.deepEqual(outcome.texts, ['1', '2', '3', '7', '8']);
    assert.deepEqual(
      gapsOf(outcome).map(({ cause, code, afterSequence, beforeSequence }) => [
        cause,
        code,
        afterSequence,
        beforeSequence,
      ]),
      [['disconnected', 1000, 2, 3]],
    );
  });

  test(`a server that takes no notice of the close is cut off once it brings what the new connection has (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const began = clock.monotonic();
    const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => `${from + n}`);
    const server = await rotatingFeed(t, clock, ['0'], async (client, first) => {
      first.stall();
      await client.send('welcome');
      for (let n = 1; !hasRotated; n += 20) {
        const some = numbers(n, n + 20);
        // The new one is a little ahead. The old one has come to its end by FIN in the meantime, perhaps.
        await client.sendMany(some);
        await hasRead(client);
        if (first.isOpen) await first.sendMany(some);
        await clock.advance(500);
        last = n + 19;
      }
      await client.send('"last"');
      await client.close(1000);
    });
    let hasRotated = false;
    let last = 0;
    let took = 0;
    const outcome = await run(
      arrangement,
      { url: server.url, unbounded: true, max_connection_age: AGE, subscribe: [LOGIN] },
      {
        clock,
        onEvent: (name) => {
          if (name !== 'rotated') return;
          hasRotated = true;
          took = clock.monotonic() - began - AGE * 1_000;
        },
      },
    );
    assert.equal(outcome.error, undefined);
    assert.deepEqual(outcome.texts, ['0', ...numbers(1, last + 1), '"last"']);
    assert.deepEqual([outcome.stats.rotations, outcome.stats.gaps], [1, 0]);
    assert.ok(took > 0 && took <= 5_000, `it took ${took} ms`);
  });

  test(`kept control frames that wait for the old connection are no data: nothing is missing from the sequence, nothing is compared (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const step = { send: 'login', expect: { path: 'op', equals: 'welcome' } };
    let first: FeedClient | undefined;
    const welcome = '{"op":"welcome"}';
    const server = await feed(t, async (client) => {
      assert.equal(await client.receive(), 'login');
      if (first !== undefined) {
        await first.send('{"n":2}');
        await hasRead(first);
        await client.send(welcome);
        await first.closed;
        await client.sendMany(['{"n":2}', '{"n":3}']);
        return;
      }
      first = client;
      await client.sendMany([welcome, '{"n":1}']);
      await hasRead(client);
      void clock.advance(AGE * 1_000);
    });
    const outcome = await run(
      arrangement,
      {
        url: server.url,
        max_messages: 5,
        max_connection_age: AGE,
        subscribe: [step],
        control_frames: 'keep',
        sequence: { path: 'n' },
      },
      { clock },
    );
    assert.equal(outcome.error, undefined);
    assert.deepEqual(outcome.texts, [welcome, '{"n":1}', '{"n":2}', welcome, '{"n":3}']);
    const { sequence, gaps, duplicates, controlFrames } = outcome.stats;
    assert.deepEqual([sequence?.unnumbered, sequence?.missing, gaps, duplicates, controlFrames], [0, 0, 0, 1, 2]);
  });

  test(`the age of a connection counts from when it takes over, however long the old one takes to end (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const ages: number[] = [];
    const began = clock.monotonic();
    const server = await rotatingFeed(t, clock, ['1'], async (client, first) => {
      if (client.number > 2) {
        await client.send('welcome');
        await client.send('2');
        return;
      }
      first.stall();
      await client.send('welcome');
      await until(() => subscribed === 2);
      await clock.advance(1_500);
      first.resume();
      await first.closed;
      await until(() => rotated === 1);
      await clock.advance(AGE * 1_000 - 1_500);
      ages.push(clock.monotonic() - began);
    });
    let subscribed = 0;
    let rotated = 0;
    const outcome = await run(
      arrangement,
      { url: server.url, max_messages: 2, max_connection_age: AGE, subscribe: [LOGIN] },
      {
        clock,
        onEvent: (name) => {
          if (name === 'subscribed') subscribed += 1;
          if (name === 'rotated') rotated += 1;
        },
      },
    );
    assert.equal(outcome.error, undefined);
    assert.equal(payloadsOf(outcome, 'rotating').length, 2);
    assert.deepEqual(ages, [2 * AGE * 1_000]);
  });
}

/** How many frames a run has taken, once it began. */
function framesTaken(): { frames: () => number; onStart: (source: Source) => void } {
  let source: Source | undefined;
  return {
    frames: () => source?.stats.frames ?? 0,
    onStart: (started) => {
      source = started;
    },
  };
}
