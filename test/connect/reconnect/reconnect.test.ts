import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reconnectRule } from '../../../lib/connect/reconnect/reconnect-table.js';
import {
  AuthError,
  ConnectError,
  type CredentialRequest,
  DisconnectedError,
  WebSocketReadable,
} from '../../../lib/index.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, gapsOf, type Outcome, payloadsOf, run } from '../../support/arrangements.js';
import { feed, hasRead } from '../../support/feed.js';
import { passingWaits } from '../../support/time.js';

for (const arrangement of ARRANGEMENTS) {
  test(`urls: the endpoints are tried in turn, and frames tell where they came from (${arrangement})`, async (t) => {
    const down = await feed(t, () => {}, { refuse: () => ({ status: 503 }) });
    const up = await feed(t, async (client) => {
      await client.send(`${client.number}`);
      if (client.number === 1) await client.drop();
    });
    const outcome = await run(arrangement, {
      urls: [`${down.url}/a`, `${up.url}/b`],
      max_messages: 2,
      reconnect: true,
      reconnect_backoff: 0,
    });
    assert.deepEqual(outcome.texts, ['1', '2']);
    const urls = outcome.pages.flatMap((page) => page.messages.map((message) => message.frame.url));
    assert.deepEqual(urls, [`${up.url}/b`, `${up.url}/b`]);
    assert.deepEqual(
      payloadsOf<{ url: string }>(outcome, 'connecting').map(({ url }) => url),
      [`${down.url}/a`, `${up.url}/b`, `${up.url}/b`],
    );
  });

  for (const [code, action, attempts, delays] of [
    [1001, 'retry_at_once', ['a', 'a', 'b'], [0, 60_000]],
    [1012, 'retry_at_once', ['a', 'a', 'b'], [0, 60_000]],
    [1013, 'next_endpoint', ['a', 'b'], [60_000]],
  ] as const) {
    test(`urls: after a close with ${code} it is ${action}, as the table says, and a server that is not back is left for the next (${arrangement})`, async (t) => {
      const clock = createFakeClock();
      const leaves = await feed(
        t,
        async (client) => {
          await client.send('"a"');
          await hasRead(client);
          await clock.advance(1_000);
          await client.close(code);
        },
        { refuse: (_request, attempt) => (attempt === 1 ? undefined : { status: 503 }) },
      );
      const stays = await feed(t, (client) => client.send('"b"'));
      const urls = [`${leaves.url}/a`, `${stays.url}/b`];
      const config = { urls, max_messages: 2, reconnect: true, reconnect_backoff: 60 };
      const outcome = await run(arrangement, config, { clock, onEvent: passingWaits(clock) });
      const error = new DisconnectedError({ url: leaves.url, closeCode: code, reason: '', frames: 1 });
      assert.equal(reconnectRule(error).action, action);
      assert.deepEqual(outcome.texts, ['"a"', '"b"']);
      assert.deepEqual(
        payloadsOf<{ url: string }>(outcome, 'connecting').map(({ url }) => url.at(-1)),
        attempts,
      );
      assert.deepEqual(waits(outcome), delays);
      assert.deepEqual([outcome.error, gapsOf(outcome).length, clock.pending], [undefined, 1, 0]);
    });
  }

  test(`reconnect: a status that cannot get better ends a run that never had a connection (${arrangement})`, async (t) => {
    for (const status of [301, 404]) {
      const server = await feed(t, () => {}, { refuse: () => ({ status }) });
      const { error } = await run(arrangement, { url: server.url, unbounded: true, reconnect: true });
      assert.ok(error instanceof ConnectError);
      assert.deepEqual([error.status, server.requests.length], [status, 1]);
    }
    const server = await feed(t, () => {}, { requireHeader: { authorization: 'right' } });
    const auth = { type: 'bearer', config: { token: 'wrong' } } as const;
    const { error } = await run(arrangement, { url: server.url, unbounded: true, reconnect: true, auth });
    assert.ok(error instanceof AuthError);
    assert.equal(server.requests.length, 1);
  });

  test(`reconnect: after a 401 the provider hears of it, and the next attempt has what it gives then (${arrangement})`, async (t) => {
    const server = await feed(
      t,
      async (client) => {
        await client.send(`${client.number}`);
        if (client.number === 1) await client.drop();
      },
      { refuse: ({ headers }, attempt) => (isStale(headers.authorization, attempt) ? { status: 401 } : undefined) },
    );
    const asked: Pick<CredentialRequest, 'attempt' | 'refused'>[] = [];
    let token = 1;
    const { texts, error } = await run(
      arrangement,
      { url: server.url, max_messages: 2, reconnect: true, reconnect_backoff: 0, auth: { ref: 'oauth' } },
      {
        credentials: {
          oauth: ({ attempt, refused }) => {
            asked.push({ attempt, refused });
            if (refused) token += 1;
            return { type: 'bearer', token: `t${token}` };
          },
        },
      },
    );
    assert.deepEqual([texts, error], [['1', '2'], undefined]);
    assert.deepEqual(asked, [
      { attempt: 1, refused: false },
      { attempt: 2, refused: false },
      { attempt: 3, refused: true },
    ]);
  });

  test(`reconnect: Retry-After is waited for (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => void (await client.send('1')), {
      refuse: (_request, attempt) => (attempt === 1 ? { status: 429, headers: { 'Retry-After': '90' } } : undefined),
    });
    const config = { url: server.url, max_messages: 1, reconnect: true };
    const outcome = await run(arrangement, config, { clock, onEvent: passingWaits(clock) });
    assert.deepEqual(waits(outcome), [90_000]);
    assert.ok(clock.monotonic() >= 90_000);
  });

  test(`reconnect: idle_timeout and an abort cut a wait short (${arrangement})`, async (t) => {
    for (const by of ['idle_timeout', 'aborted'] as const) {
      const clock = createFakeClock();
      const abort = new AbortController();
      const server = await feed(t, async (client) => {
        await client.send('1');
        await client.drop();
        await clock.whenPending(2);
        if (by === 'aborted') abort.abort();
        else void clock.advance(30_000);
      });
      const { events, texts } = await run(
        arrangement,
        {
          url: server.url,
          idle_timeout: 30,
          reconnect: true,
          reconnect_backoff: { initial: '1h', max: '1h', jitter: 'none' },
        },
        { clock, signal: abort.signal },
      );
      assert.equal((events.at(-1)?.payload as { cause: string } | undefined)?.cause, by);
      assert.deepEqual(texts, ['1']);
      assert.equal(clock.pending, 0);
    }
  });

  test(`reconnect_backoff: a growing one grows while nothing comes, with the randomness it is given (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, (client) => void client.drop());
    const outcome = await run(
      arrangement,
      {
        url: server.url,
        unbounded: true,
        reconnect: true,
        reconnect_backoff: { initial: 1, max: 5, multiplier: 2 },
        max_reconnect_attempts: 5,
      },
      { clock, random: () => 0.5, onEvent: passingWaits(clock) },
    );
    assert.deepEqual(waits(outcome), [500, 1_000, 2_000, 2_500, 2_500]);
  });

  test(`reconnect: a server that restarts is asked again at once (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      await client.send(`${client.number}`);
      if (client.number === 2) return;
      await hasRead(client);
      await clock.advance(1_000);
      await client.close(1012);
    });
    const config = { url: server.url, max_messages: 2, reconnect: true, reconnect_backoff: 60 };
    const outcome = await run(arrangement, config, { clock, onEvent: passingWaits(clock) });
    assert.deepEqual([outcome.texts, waits(outcome)], [['1', '2'], [0]]);
  });
}

test('200 feeds that lose the same server come back at 40 attempts a second at most, with a jittered back-off of 10 s', async (t) => {
  const FEEDS = 200;
  const INITIAL_MS = 10_000;
  // The first waits are spread evenly over `initial`; later ones, spread more widely, come on top of them, and are fewer.
  const BOUND = 2 * (FEEDS / (INITIAL_MS / 1_000));
  const clock = createFakeClock();
  const server = await feed(t, (client) => void client.send('1'), { maxHistory: 10_000 });
  const attempts: number[] = [];
  const feeds = Array.from({ length: FEEDS }, (_, seed) => {
    const readable = new WebSocketReadable(server.url, {
      clock,
      reconnect: true,
      reconnectBackoff: { initialMs: INITIAL_MS, maxMs: 60_000 },
      random: seeded(seed + 1),
    });
    readable.on('connecting', ({ attempt }) => attempt > 1 && attempts.push(clock.monotonic()));
    return readable.resume();
  });
  t.after(() => feeds.map((readable) => readable.destroy()));
  await Promise.all(feeds.map((readable) => new Promise((resolve) => readable.once('data', resolve))));
  const waiting = Promise.all(
    feeds.map((readable) => new Promise((resolve) => readable.once('reconnecting', resolve))),
  );
  await server.close();
  await waiting;
  while (clock.monotonic() < 120_000) {
    await clock.advance(1_000);
    // An attempt that was made fails before time goes on.
    while (feeds.some((readable) => readable.stats.state === 'connecting'))
      await new Promise((resolve) => setImmediate(resolve));
  }
  const perSecond = new Map<number, number>();
  for (const at of attempts) perSecond.set(Math.floor(at / 1_000), (perSecond.get(Math.floor(at / 1_000)) ?? 0) + 1);
  const peak = Math.max(...perSecond.values());
  t.diagnostic(`${attempts.length} attempts in 2 minutes, at most ${peak} in a second`);
  assert.ok(attempts.length > FEEDS * 3, `${attempts.length} attempts`);
  assert.ok(peak <= BOUND, `${peak} attempts in a second`);
});

test('addresses that are none, and options of the back-off that make no sense, are refused', () => {
  assert.throws(() => new WebSocketReadable([]), /url: Expected at least one address/);
  assert.throws(() => new WebSocketReadable(['ws://a', 'http://b']), /url\[1\]: Expected an address that starts with/);
  for (const reconnectBackoff of [-1, {}, { multiplier: 0 }, { jitter: 'half' }, { initial: 1 }, 'soon']) {
    const make = () => new WebSocketReadable('ws://a', { reconnectBackoff } as never);
    if (JSON.stringify(reconnectBackoff) === '{}') make();
    else assert.throws(make, /reconnectBackoff: Expected milliseconds, `\{ initialMs/);
  }
});

/** The first token is refused from the second connection on. */
function isStale(authorization: string | undefined, attempt: number): boolean {
  return attempt > 1 && authorization === 'Bearer t1';
}

function waits(outcome: Outcome): number[] {
  return payloadsOf<{ delayMs: number }>(outcome, 'reconnecting').map(({ delayMs }) => delayMs);
}

/** Numbers from 0 to below 1, the same each time. */
function seeded(seed: number): () => number {
  let state = seed * 7_919;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}
