import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import {
  createSource,
  type FeedPosition,
  type Frame,
  type Gap,
  type Page,
  WebSocketReadable,
} from '../../../lib/index.js';
import {
  createFeedServer,
  type FeedServer,
  type FeedServerOptions,
  type ReplayOptions,
} from '../../../lib/testing/index.js';
import { until } from '../../support/until.js';

const CURSOR = { values: { cursor: { path: 'seq' } }, into: { query: { cursor: '{cursor}' } } };

for (const arrangement of ['by hand', 'fused'] as const) {
  test(`${arrangement}: the next connection asks for what follows the newest record, and the gap was no loss`, async (t) => {
    const server = await log(t, { path: 'seq' });
    const run = begin(t, arrangement, server, { resume: CURSOR });
    await until(() => server.connections === 1);
    publish(server, 0, 10);
    await until(() => run.records.length === 10);
    await server.clients[0]!.drop();
    publish(server, 10, 15);
    await until(() => run.records.length === 15);
    publish(server, 15, 18);
    await until(() => run.records.length === 18);
    await run.end();
    assert.deepEqual(run.records, numbers(0, 18));
    assert.deepEqual(
      server.requests.map(({ url }) => url),
      ['/', '/?cursor=9'],
    );
    assert.deepEqual(facts(run.gaps), [{ cause: 'disconnected', replayed: true, ms: 0 }]);
    assert.equal(run.gapMs(), 0);
  });

  test(`${arrangement}: a run goes on from the cursor of its position`, async (t) => {
    const server = await log(t, { path: 'seq' });
    publish(server, 0, 8);
    const position = { sequence: 5, receivedAt: 1, cursor: { endpoint: `${server.url}/`, values: { cursor: '4' } } };
    const run = begin(t, arrangement, server, { resume: CURSOR, position });
    await until(() => run.records.length === 3);
    await run.end();
    assert.deepEqual(run.records, [5, 6, 7]);
    assert.deepEqual(facts(run.gaps), [{ cause: 'not_running', replayed: true, ms: 0 }]);
  });

  test(`${arrangement}: the record that an inclusive server sends once more is dropped`, async (t) => {
    const server = await log(t, { path: 'seq', inclusive: true, twice: true });
    publish(server, 0, 8);
    const position = { sequence: 5, receivedAt: 1, cursor: { endpoint: `${server.url}/`, values: { cursor: '4' } } };
    const run = begin(t, arrangement, server, { resume: { ...CURSOR, inclusive: true }, position });
    await until(() => run.records.length === 3);
    await run.end();
    assert.deepEqual(run.records, [5, 6, 7]);
    assert.equal(run.duplicates(), 2);
    assert.deepEqual(facts(run.gaps), [{ cause: 'not_running', replayed: true, ms: 0 }]);
  });

  test(`${arrangement}: an inclusive server that does not send it has lost what was missed`, async (t) => {
    const server = await log(t, { path: 'seq', inclusive: true, window: 2 });
    publish(server, 0, 8);
    const position = { sequence: 3, receivedAt: 1, cursor: { endpoint: `${server.url}/`, values: { cursor: '2' } } };
    const run = begin(t, arrangement, server, { resume: { ...CURSOR, inclusive: true }, position });
    await until(() => run.records.length === 2);
    await run.end();
    assert.deepEqual(run.records, [6, 7]);
    assert.deepEqual(
      run.gaps.map(({ cause, replayed }) => ({ cause, replayed })),
      [{ cause: 'not_running', replayed: undefined }],
    );
  });

  test(`${arrangement}: a server that goes on elsewhere in silence is found out by the number of its first record`, async (t) => {
    const server = await log(t, { path: 'seq', window: 2 });
    publish(server, 0, 8);
    const position = { sequence: 3, receivedAt: 1, cursor: { endpoint: `${server.url}/`, values: { cursor: '2' } } };
    const run = begin(t, arrangement, server, { resume: CURSOR, sequence: { path: 'seq' }, position });
    await until(() => run.records.length === 2);
    await run.end();
    assert.deepEqual(
      run.gaps.map(({ cause, replayed, missing }) => ({ cause, replayed, missing })),
      [
        { cause: 'not_running', replayed: undefined, missing: undefined },
        { cause: 'sequence', replayed: undefined, missing: 3 },
      ],
    );
  });

  test(`${arrangement}: a cursor that is refused is forgotten, which is the cause of the gap`, async (t) => {
    const server = await log(t, { path: 'seq', window: 2, forgotten: 'refuse' });
    publish(server, 0, 8);
    const position = { sequence: 3, receivedAt: 1, cursor: { endpoint: `${server.url}/`, values: { cursor: '2' } } };
    const resume = { ...CURSOR, expired: { status: 400 } };
    const run = begin(t, arrangement, server, { resume, position, reconnect: false });
    await until(() => server.connections === 1);
    publish(server, 8, 10);
    await until(() => run.records.length === 2);
    await run.end();
    assert.deepEqual(run.records, [8, 9]);
    assert.deepEqual(
      server.requests.map(({ url }) => url),
      ['/?cursor=2', '/'],
    );
    assert.deepEqual(
      run.gaps.map(({ cause, replayed }) => ({ cause, replayed })),
      [{ cause: 'cursor_expired', replayed: undefined }],
    );
  });

  test(`${arrangement}: so is one of which a frame says so`, async (t) => {
    const server = await log(t, { path: 'seq' }, async (client) => {
      if (client.request.url === '/') await client.replay();
      else await client.send('{"error":"too_old"}');
    });
    const position = { sequence: 3, receivedAt: 1, cursor: { endpoint: `${server.url}/`, values: { cursor: '2' } } };
    const resume = { ...CURSOR, expired: { match: { path: 'error', equals: 'too_old' } } };
    const run = begin(t, arrangement, server, { resume, position });
    await until(() => server.connections === 2);
    publish(server, 8, 10);
    await until(() => run.records.length === 2);
    await run.end();
    assert.deepEqual(run.records, [8, 9]);
    assert.deepEqual(
      run.gaps.map(({ cause }) => cause),
      ['cursor_expired'],
    );
  });

  test(`${arrangement}: what is cut off before its server says that it has sent all begins where the gap before began`, async (t) => {
    const server = await log(t, { path: 'seq' }, async (client) => {
      if (client.number === 1) {
        await client.send('{"seq":5}');
        await until(() => run.records.length === 1);
        await client.drop();
        return;
      }
      if (client.number === 3) {
        await client.send('{"seq":9}');
        return;
      }
      await client.send('{"seq":6}');
      await client.send('{"seq":7,"type":"caught up"}');
      await client.send('{"seq":8}');
      await until(() => run.records.length === 4);
      await client.drop();
    });
    const resume = { ...CURSOR, caughtUp: { path: 'type', equals: 'caught up' } };
    const begun = Date.now() - 1_000_000;
    const cursor = { endpoint: `${server.url}/`, values: { cursor: '4' }, since: begun };
    const position = { sequence: 5, receivedAt: begun + 500_000, cursor };
    const run = begin(t, arrangement, server, { resume, position });
    await until(() => run.records.length === 5);
    await run.end();
    assert.deepEqual(run.records, [5, 6, 7, 8, 9]);
    // Of the run before, what was cut off of that, and one of its own.
    assert.deepEqual(
      run.gaps.map(({ cause, replayed, from }) => ({ cause, replayed, isOld: from.at === begun })),
      [
        { cause: 'not_running', replayed: true, isOld: true },
        { cause: 'disconnected', replayed: true, isOld: true },
        { cause: 'disconnected', replayed: true, isOld: false },
      ],
    );
    const since = new Map(run.cursors.map((one) => [one.count, one.since]));
    assert.equal(since.get(1), begun);
    assert.equal(since.get(4), undefined);
  });

  test(`${arrangement}: a cursor that is found forgotten before that is a gap as long as what was missed`, async (t) => {
    const server = await log(t, { path: 'seq' }, async (client) => {
      if (client.request.url === '/') await client.send('{"seq":9}');
      else if (client.number === 1) {
        await client.send('{"seq":5}');
        await until(() => run.records.length === 1);
        await client.drop();
      } else await client.send('{"error":"too_old"}');
    });
    const expired = { match: { path: 'error', equals: 'too_old' } };
    const resume = { ...CURSOR, caughtUp: { path: 'type', equals: 'caught up' }, expired };
    const receivedAt = Date.now() - 1_000_000;
    const position = { sequence: 5, receivedAt, cursor: { endpoint: `${server.url}/`, values: { cursor: '4' } } };
    const run = begin(t, arrangement, server, { resume, position });
    await until(() => run.records.length === 2);
    await run.end();
    assert.deepEqual(
      run.gaps.map(({ cause, replayed, from }) => ({ cause, replayed, from: from.at })),
      [
        { cause: 'not_running', replayed: true, from: receivedAt },
        { cause: 'cursor_expired', replayed: undefined, from: receivedAt },
      ],
    );
  });

  test(`${arrangement}: each page, or frame, has the cursor of its last record, digit by digit`, async (t) => {
    const server = await log(t, { path: 'seq' });
    const run = begin(t, arrangement, server, { resume: CURSOR });
    await until(() => server.connections === 1);
    const first = 18_446_744_073_709_551_000n;
    for (let n = 0n; n < 100n; n++) server.publish(`{"seq":${first + n}}`);
    await until(() => run.records.length === 100);
    await run.end();
    assert.ok(run.cursors.length >= 10);
    for (const { count, cursor } of run.cursors) assert.equal(cursor, String(first + BigInt(count) - 1n));
  });
}

test('values go into the address, headers and subscribe steps; text as JSON has it, and nothing where one is not known', async (t) => {
  const server = await log(t, { path: 'seq' }, async (client) => {
    if (client.number === 1) {
      assert.equal(await client.receive(), 'hello');
      await client.send(`{"t":"READY","session":"a\\"b","base":"${server.url}"}`);
      await client.send('{"seq":1}');
      await client.drop();
      return;
    }
    assert.equal(await client.receive(), '{"session":"a\\"b","seq":1}');
    await client.send('{"seq":2}');
  });
  const resume = {
    values: {
      seq: { path: 'seq' },
      session: { path: 'session', from: 'control' as const },
      base: { path: 'base', from: 'control' as const },
    },
    into: {
      url: '{base}/resume?v=1',
      query: { cursor: '{seq}' },
      headers: { 'Last-Event-ID': '{seq}' },
      subscribe: [{ send: '{"session":"{session}","seq":{seq}}' }],
    },
  };
  const subscribe = [{ send: 'hello', expect: { path: 't', equals: 'READY' } }];
  const run = begin(t, 'fused', server, { resume, subscribe });
  await until(() => run.records.length === 2);
  await run.end();
  const [first, second] = server.requests;
  assert.equal(first!.url, '/');
  assert.equal(first!.headers['last-event-id'], undefined);
  assert.equal(second!.url, '/resume?v=1&cursor=1');
  assert.equal(second!.headers['last-event-id'], '1');
});

test('a cursor is not carried to another endpoint, unless it is that of the feed', async (t) => {
  for (const scope of ['endpoint', 'feed'] as const) {
    const server = await log(t, { path: 'seq' });
    publish(server, 0, 3);
    const position = {
      sequence: 1,
      receivedAt: 1,
      cursor: { endpoint: 'ws://other.example/', values: { cursor: '0' } },
    };
    const run = begin(t, 'fused', server, { resume: { ...CURSOR, scope }, position });
    await until(() => server.connections === 1);
    publish(server, 3, 4);
    await until(() => run.records.includes(3));
    await run.end();
    assert.deepEqual(run.records, scope === 'feed' ? [1, 2, 3] : [3]);
    assert.equal(run.gaps[0]!.replayed, scope === 'feed' ? true : undefined);
  }
});

test('a cursor that cannot be said is left out, and that is logged', async (t) => {
  const server = await log(t, { path: 'seq' });
  const resume = { values: { base: { path: 'base' } }, into: { url: '{base}' } };
  const cursor = { endpoint: `${server.url}/`, values: { base: 'http://x/' } };
  const warnings: string[] = [];
  const logger = { debug() {}, info() {}, error() {}, warn: (_: object, message: string) => warnings.push(message) };
  const position = { sequence: 1, receivedAt: 1, cursor };
  const run = begin(t, 'by hand', server, { resume, position, logger: logger as never });
  await until(() => server.connections === 1);
  await run.end();
  assert.equal(server.requests[0]!.url, '/');
  assert.deepEqual(warnings, ['the cursor cannot be said to the server']);
});

for (const arrangement of ['by hand', 'fused'] as const) {
  test(`${arrangement}: of a monotonic feed all that the server sends once more is dropped, past 2^53, too`, async (t) => {
    const server = await log(t, { path: 'n', ignores: 'all' });
    const first = 18_446_744_073_709_551_000n;
    const send = (from: number, to: number): void => {
      for (const seq of numbers(from, to)) server.publish(`{"seq":${seq},"n":${first + BigInt(seq)}}`);
    };
    send(0, 300);
    const warnings: string[] = [];
    const logger = { debug() {}, info() {}, error() {}, warn: (_: object, message: string) => warnings.push(message) };
    const resume = { values: { n: { path: 'n' } }, into: { query: { after: '{n}' } }, monotonic: true };
    const cursor = { endpoint: `${server.url}/`, values: { n: String(first + 99n) } };
    const position = { sequence: 100, receivedAt: 1, cursor };
    const run = begin(t, arrangement, server, { resume, sequence: { path: 'n' }, position, logger: logger as never });
    await until(() => run.records.length === 200);
    await server.clients[0]!.drop();
    send(300, 310);
    await until(() => run.records.length === 210);
    await run.end();
    assert.deepEqual(run.records, numbers(100, 310));
    assert.equal(run.duplicates(), 400);
    assert.deepEqual(facts(run.gaps), [
      { cause: 'not_running', replayed: true, ms: 0 },
      { cause: 'disconnected', replayed: true, ms: 0 },
    ]);
    const told = warnings.filter((message) => message.includes('has begun before the cursor'));
    assert.equal(told.length, 2, 'once for each connection');
  });

  test(`${arrangement}: a number of another epoch, and one that is no number, are not behind nor before the cursor`, async (t) => {
    for (const [epoch, after] of [
      ['b', '9'],
      ['a', 'x'],
    ] as const) {
      const server = await log(t, { path: 'seq', ignores: 'all' });
      for (const seq of numbers(0, 5)) server.publish(`{"epoch":"${epoch}","seq":${seq}}`);
      const resume = {
        values: { seq: { path: 'seq' }, epoch: { path: 'epoch' } },
        into: { query: { after: '{seq}', epoch: '{epoch}' } },
        monotonic: true,
      };
      const cursor = { endpoint: `${server.url}/`, values: { seq: after, epoch: 'a' } };
      const run = begin(t, arrangement, server, { resume, position: { sequence: 10, receivedAt: 1, cursor } });
      await until(() => run.records.length === 5);
      await run.end();
      assert.deepEqual(run.records, numbers(0, 5));
      assert.equal(run.duplicates(), 0);
    }
  });
}

type Settings = Omit<NonNullable<ConstructorParameters<typeof WebSocketReadable>[1]>, 'position'> & {
  readonly position?: FeedPosition;
};

/** A run, and what it has brought so far. */
function begin(t: TestContext, arrangement: 'by hand' | 'fused', server: FeedServer, settings: Settings) {
  const records: number[] = [];
  const gaps: Gap[] = [];
  const cursors: { count: number; cursor: string | undefined; since: number | undefined }[] = [];
  const options = { reconnect: true, reconnectBackoff: 1, ...settings };
  const { position, logger, ...config } = options;
  const stream = (
    arrangement === 'by hand'
      ? new WebSocketReadable(server.url, options)
      : createSource({ url: server.url, unbounded: true, batchSize: 7, ...config } as never, {
          position,
          ...(logger && { logger }),
        }).pages()
  ) as Readable & Pick<WebSocketReadable, 'stats' | 'stop'>;
  stream.on('gap', (gap: Gap) => gaps.push(gap));
  let ended = false;
  stream.on('error', (error: Error) => assert.fail(error));
  stream.on('close', () => {
    ended = true;
  });
  stream.on('data', (item: Page | Frame) => {
    const texts = 'ends' in item ? item.messages.map(({ text }) => text.toString()) : [item.data.toString()];
    for (const text of texts) records.push(Number(/"seq":(\d+)/.exec(text)![1]));
    const { values, since } = item.cursor ?? {};
    cursors.push({ count: records.length, cursor: values?.['cursor'], since });
  });
  t.after(() => stream.destroy());
  return {
    ...{ stream, records, gaps, cursors },
    gapMs: () => stream.stats.gapMs,
    duplicates: () => stream.stats.duplicates,
    end: async () => {
      stream.stop();
      await until(() => ended);
    },
  };
}

async function log(
  t: TestContext,
  replay: ReplayOptions,
  onConnection?: FeedServerOptions['onConnection'],
): Promise<FeedServer> {
  const server = await createFeedServer({ replay, ...(onConnection && { onConnection }) });
  t.after(() => server.close());
  return server;
}

function publish(server: FeedServer, from: number, to: number): void {
  for (const seq of numbers(from, to)) server.publish(`{"seq":${seq}}`);
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

function facts(gaps: readonly Gap[]): object[] {
  return gaps.map(({ cause, replayed, durationMs }) => ({ cause, replayed, ms: durationMs }));
}

for (const arrangement of ['by hand', 'fused'] as const) {
  test(`${arrangement}: with a rewind what comes twice is left out, and what is late is there`, async (t) => {
    const server = await log(t, { path: 'at' });
    const resume = { values: { at: { path: 'at' } }, into: { query: { since: '{at}', cursor: '{at}' } }, rewindMs: 2 };
    const run = begin(t, arrangement, server, { resume, dedupe: { by: ['seq'], windowMs: 60_000 } });
    await until(() => server.connections === 1);
    const at = 1_767_225_600_000;
    for (let seq = 0; seq < 6; seq++) server.publish(`{"seq":${seq},"at":${at + seq}}`);
    await until(() => run.records.length === 6);
    await server.clients[0]!.drop();
    for (let seq = 6; seq < 9; seq++) server.publish(`{"seq":${seq},"at":${at + seq}}`);
    await until(() => run.records.length === 9);
    await run.end();
    assert.deepEqual(run.records, numbers(0, 9));
    assert.equal(server.requests[1]!.url, `/?since=${at + 3}&cursor=${at + 3}`);
    assert.equal(run.duplicates(), 2);
    assert.deepEqual(facts(run.gaps), [{ cause: 'disconnected', replayed: true, ms: 0 }]);
  });
}

test('another address is asked for what is so much earlier', async (t) => {
  const server = await log(t, { path: 'seq' });
  const at = 1_767_225_600_000;
  for (let n = 0; n < 5; n++) server.publish(`{"seq":${at + n}}`);
  const cursor = { endpoint: 'ws://other.example/', values: { cursor: String(at + 3) } };
  const resume = { ...CURSOR, onEndpointChange: { rewindMs: 2 } };
  const position = { sequence: 1, receivedAt: 1, cursor };
  const run = begin(t, 'fused', server, { resume, dedupe: { by: ['seq'], windowMs: 60_000 }, position });
  await until(() => run.records.length === 3);
  await run.end();
  assert.equal(server.requests[0]!.url, `/?cursor=${at + 1}`);
  assert.equal(run.gaps[0]!.replayed, true);
});

for (const ignores of ['all', 'live'] as const) {
  test(`a server that takes no heed of a cursor, and begins with ${ignores === 'all' ? 'its first record' : 'what is new'}, is found out`, async (t) => {
    const server = await log(t, { path: 'seq', ignores });
    publish(server, 0, 6);
    const position = { sequence: 3, receivedAt: 1, cursor: { endpoint: `${server.url}/`, values: { cursor: '2' } } };
    const run = begin(t, 'fused', server, { resume: CURSOR, sequence: { path: 'seq' }, position });
    await until(() => server.connections === 1);
    publish(server, 6, 8);
    await until(() => run.records.includes(7));
    await run.end();
    assert.deepEqual(run.records, ignores === 'all' ? numbers(0, 8) : [6, 7]);
    assert.deepEqual(
      run.gaps.map(({ cause, replayed, missing }) => ({ cause, replayed, missing })),
      [
        { cause: 'not_running', replayed: undefined, missing: undefined },
        ...(ignores === 'all' ? [] : [{ cause: 'sequence', replayed: undefined, missing: 3 }]),
      ],
    );
  });
}

for (const arrangement of ['by hand', 'fused'] as const) {
  test(`${arrangement}: a rotation asks for what follows, and each record is there once`, async (t) => {
    const server = await log(t, { path: 'seq' });
    const run = begin(t, arrangement, server, { resume: CURSOR, maxConnectionAgeMs: 30 });
    await until(() => server.connections === 1);
    let sent = 0;
    await until(() => {
      // No more than anybody can be behind.
      if (sent - run.records.length < 500) server.publish(`{"seq":${sent++}}`);
      return run.stream.stats.rotations >= 2;
    });
    await until(() => run.records.length >= sent);
    await run.end();
    assert.deepEqual(run.records, numbers(0, sent));
    assert.deepEqual(run.gaps, []);
    assert.match(server.requests[1]!.url, /^\/\?cursor=\d+$/);
  });

  test(`${arrangement}: what waits for a slow consumer keeps its cursors`, async (t) => {
    const server = await log(t, { path: 'seq' });
    const run = begin(t, arrangement, server, { resume: CURSOR, overflow: 'drop_newest', maxBufferedFrames: 10_000 });
    run.stream.pause();
    await until(() => server.connections === 1);
    publish(server, 0, 1_000);
    await until(() => run.stream.stats.frames === 1_000);
    run.stream.resume();
    await until(() => run.records.length === 1_000);
    await run.end();
    for (const { count, cursor } of run.cursors) assert.equal(cursor, String(count - 1));
  });
}

for (const config of [{ recordsPath: 'items' }, { transforms: [{ type: 'explode', config: { path: 'items' } }] }]) {
  test(`where a frame holds many records, its cursor counts behind the last of them: ${Object.keys(config)[0]}`, async (t) => {
    const server = await log(t, { path: 'seq' });
    const source = createSource(
      { url: server.url, unbounded: true, batchSize: 3, resume: CURSOR, ...config } as never,
      {},
    );
    const pages: { last: number; cursor: number }[] = [];
    const stream = source.pages();
    t.after(() => stream.destroy());
    stream.on('data', (page: Page) => {
      const last = JSON.parse(page.messages.at(-1)!.text.toString());
      pages.push({ last: last.n ?? last.items_n, cursor: Number(page.cursor?.values['cursor'] ?? -1) });
    });
    await until(() => server.connections === 1);
    for (let seq = 0; seq < 20; seq++) {
      const items = [0, 1, 2, 3].map((n) => ({ n: seq * 4 + n }));
      server.publish(JSON.stringify({ seq, items }));
    }
    await until(() => pages.some(({ last }) => last === 79));
    stream.stop();
    // All records of the cursor's frame are there, and at most one frame more.
    for (const { last, cursor } of pages) {
      assert.ok(cursor * 4 + 3 <= last, `${cursor} behind ${last}`);
      assert.ok(cursor * 4 + 3 >= last - 7, `${cursor} behind ${last}`);
    }
  });
}
