import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import type { Backfilled } from '../../../lib/connect/options/events.js';
import { ConnectError, createSource, type Frame, type Gap, type Page, WebSocketReadable } from '../../../lib/index.js';
import { createFakeClock, type FeedClient } from '../../../lib/testing/index.js';
import { feed } from '../../support/feed.js';
import { type RecordAnswer, recordServer, seqs } from '../../support/record-server.js';
import { until } from '../../support/until.js';

for (const arrangement of ['by hand', 'fused'] as const) {
  test(`${arrangement}: what is missing within a connection takes its place before what came after`, async (t) => {
    const http = await recordServer(t, () => ({ body: seqs(3, 4, 5, 6, 7) }));
    const run = await begin(t, arrangement, { url: `${http.url}/?after={after}&before={before}` }, live(1, 2, 3, 7, 8));
    await run.ended;
    assert.deepEqual(run.records, ['1', '2', '3', '4 http', '5 http', '6 http', '7', '8']);
    assert.deepEqual([run.gaps, http.asked], [[], ['/?after=3&before=7']]);
    assert.equal(run.stream.stats.sequence?.missing, 0);
    assert.equal(run.stream.stats.frames, 8);
  });

  test(`${arrangement}: over a reconnect the gap was no loss`, async (t) => {
    const http = await recordServer(t, () => ({ body: seqs(4, 5, 6) }));
    const run = await begin(
      t,
      arrangement,
      { url: `${http.url}/?after={after}` },
      async (client) => {
        if (client.number === 1) {
          await client.send('{"seq":3}');
          await client.drop();
          return;
        }
        for (const seq of [7, 8]) await client.send(`{"seq":${seq}}`);
      },
      { reconnect: true },
    );
    await until(() => run.records.length === 6);
    assert.deepEqual(run.records, ['3', '4 http', '5 http', '6 http', '7', '8']);
    const [{ cause, replayed, durationMs, afterSequence, beforeSequence }] = run.gaps as [Gap];
    assert.deepEqual([run.gaps.length, cause, replayed, durationMs], [1, 'disconnected', true, 0]);
    assert.deepEqual([afterSequence, beforeSequence], [0, 4]);
  });

  test(`${arrangement}: what it does not bring stays a gap for each hole that is left`, async (t) => {
    const http = await recordServer(t, () => ({ body: seqs(12, 4, 4, 5, 8) }));
    const run = await begin(
      t,
      arrangement,
      { url: `${http.url}/?after={after}`, next: { link: true } },
      live(2, 10, 11, 13, 14),
    );
    await run.ended;
    assert.deepEqual(run.records, ['2', '4 http', '5 http', '8 http', '10', '11', '12 http', '13', '14']);
    assert.deepEqual(run.gaps.map(numbersOf), [
      [2, 4, 1],
      [5, 8, 2],
      [8, 10, 1],
    ]);
    assert.equal(run.stream.stats.sequence?.missing, 4);
  });
}

/** A run of a server with this script, to its end. */
async function begin(
  t: TestContext,
  arrangement: 'by hand' | 'fused',
  backfill: object,
  script: (client: FeedClient) => void | Promise<void>,
  settings: object = {},
) {
  const records: string[] = [];
  const gaps: Gap[] = [];
  const filled: Backfilled[] = [];
  const cursors: (Readonly<Record<string, string>> | undefined)[] = [];
  const server = await feed(t, script);
  t.after(() => stream.destroy());
  const options = {
    ...{ reconnectBackoff: 1, sequence: { path: 'seq' } },
    ...(typeof backfill === 'object' && { backfill: { rate: 1_000, ...backfill } }),
    ...settings,
  };
  const isFunction = typeof backfill === 'function';
  const stream = (
    arrangement === 'by hand'
      ? new WebSocketReadable(server.url, { ...options, ...(isFunction && { backfill }) } as never)
      : createSource(
          { url: server.url, unbounded: true, batchSize: 7, ...options } as never,
          isFunction ? { backfill: backfill as never } : {},
        ).pages()
  ) as Readable & Pick<WebSocketReadable, 'stats' | 'stop'>;
  stream.on('gap', (gap: Gap) => gaps.push(gap));
  stream.on('backfilled', (one: Backfilled) => filled.push(one));
  stream.on('data', (item: Page | Frame) => {
    cursors.push(item.cursor?.values);
    const texts = 'ends' in item ? item.messages.map(({ text }) => text.toString()) : [item.data.toString()];
    records.push(...texts.map(shortly));
  });
  let error: Error | undefined;
  stream.on('error', (one: Error) => (error = one));
  const ended = new Promise<Error | undefined>((resolve) => stream.on('close', () => resolve(error)));
  return { stream, records, gaps, filled, cursors, ended };
}

function live(...numbers: number[]): (client: FeedClient) => Promise<void> {
  return async (client) => {
    for (const seq of numbers) await client.send(`{"seq":${seq}}`);
    await client.close(1000);
  };
}

function shortly(text: string): string {
  const { seq, by, gap } = JSON.parse(text);
  return gap === undefined
    ? [seq, by].filter((one) => one !== undefined).join(' ')
    : `gap ${gap.cause}${gap.replayed === true ? ' replayed' : ''}`;
}

function numbersOf({ afterSequence, beforeSequence, missing }: Gap): unknown[] {
  return [afterSequence, beforeSequence, missing];
}

test('over a restart the number of the last record that was stored is where it begins', async (t) => {
  const http = await recordServer(t, () => ({ body: seqs(5, 6, 7, 8) }));
  const backfill = { url: `${http.url}/?after={after}&before={before}` };
  const first = await begin(t, 'by hand', backfill, live(3, 4));
  await first.ended;
  assert.deepEqual(first.cursors.at(-1), { sequence: '4' });
  const position = { sequence: 2, receivedAt: 1, cursor: { endpoint: 'x', values: first.cursors.at(-1)! } };
  const next = await begin(t, 'by hand', backfill, live(9, 10), { position, gaps: 'records' });
  await next.ended;
  assert.deepEqual(next.records, ['5 http', '6 http', '7 http', '8 http', 'gap not_running replayed', '9', '10']);
  assert.deepEqual(next.cursors[1], { sequence: '6' });
  assert.deepEqual(http.asked, ['/?after=4&before=9']);
  // The next number follows: nothing is missing, and nobody is asked.
  const whole = await begin(t, 'by hand', backfill, live(5), { position, gaps: 'records' });
  await whole.ended;
  assert.deepEqual([whole.records, http.asked.length], [['gap not_running', '5'], 1]);
});

test('pages follow each other by the last number', async (t) => {
  const answers = new Map([
    ['3', seqs(4, 5)],
    ['5', seqs(7, 6)],
    ['7', seqs(7, 8)],
  ]);
  const http = await recordServer(t, (url) => ({ body: answers.get(url.searchParams.get('n')!)! }));
  const run = await begin(t, 'fused', { url: `${http.url}/?n={after}&to={before}` }, live(3, 9));
  await run.ended;
  assert.deepEqual(http.asked, ['/?n=3&to=9', '/?n=5&to=9', '/?n=7&to=9']);
  assert.deepEqual(run.records, ['3', '4 http', '5 http', '6 http', '7 http', '8 http', '9']);
});

for (const [name, url, first, second] of [
  ['a text', '/?next={next}&to={before}', '/?to=9', '/?next=a%26b&to=9'],
  ['an address', '/?to={before}', '/?to=9', '/a&b'],
] as const) {
  test(`pages follow each other by a field that has ${name}`, async (t) => {
    const pages = [page(name === 'a text' ? 'a&b' : 'a&b#x', 4, 5), page(null, 5, 6, 7, 8)];
    const http = await recordServer(t, () => ({ body: pages.shift()! }));
    const backfill = { url: `${http.url}${url}`, recordsPath: 'data', next: { path: 'next' } };
    const run = await begin(t, 'fused', backfill, live(3, 9));
    await run.ended;
    assert.deepEqual(
      [http.asked, run.records],
      [
        [first, second],
        ['3', '4', '5', '6', '7', '8', '9'],
      ],
    );
  });
}

test('pages follow each other by the header Link, and not to another server', async (t) => {
  const http = await recordServer(t, (url) => {
    const to = url.pathname === '/' ? '</b?x=1>; title="a, b"; rel="prev next"' : '<http://localhost:1/>; rel=next';
    return { headers: { link: `<x>; rel="last", ${to}` }, body: url.pathname === '/' ? seqs(4) : seqs(5) };
  });
  const run = await begin(t, 'fused', { url: `${http.url}/?n={after}`, next: { link: true } }, live(3, 7));
  await run.ended;
  assert.deepEqual(http.asked, ['/?n=3', '/b?x=1']);
  assert.deepEqual(run.records, ['3', '4 http', '5 http', '7']);
  assert.deepEqual(run.gaps.map(numbersOf), [[5, 7, 1]]);
});

const FAILURES: readonly (readonly [name: string, answer: RecordAnswer, why: string])[] = [
  ['refuses', { status: 404, body: 'no such symbol' }, 'status 404: no such symbol'],
  ['wants to be asked later than frames wait', { status: 429, headers: { 'retry-after': '3600' } }, 'status 429'],
  ['answers no JSON', { body: '<html>' }, 'its answer is no JSON: expected a value'],
  ['answers no array', { body: '{"data":{}}' }, 'its answer is no array: set `records_path`'],
  ['has records without numbers', { body: '[{"id":4}]' }, 'no record of its answer has a number where `sequence` says'],
  ['leads elsewhere', { status: 302, headers: { location: 'http://localhost:1/' } }, 'another server'],
  ['leads on for ever', { status: 302, headers: { location: '/' } }, 'it leads on more than 3 times'],
  ['repeats a page for ever', { headers: { link: '</>; rel="next"' }, body: seqs(3) }, '3 pages one behind another'],
  ['never says that there is no more', { headers: { link: '</>; rel="next"' }, body: '[]' }, '3 pages one behind'],
];
for (const [name, answer, why] of FAILURES) {
  test(`of a server that ${name} what is missing stays a gap`, async (t) => {
    const http = await recordServer(t, () => answer);
    const run = await begin(t, 'fused', { url: `${http.url}/?key=secret&n={after}`, next: { link: true } }, live(3, 5));
    await run.ended;
    assert.deepEqual([run.records, run.gaps.map(numbersOf)], [['3', '5'], [[3, 5, 1]]]);
    const [{ url, why: said, missing }] = run.filled as [Backfilled];
    assert.ok(said?.includes(why), said);
    assert.deepEqual([url, missing], [`${http.url}/?…`, 1]);
    assert.equal(run.stream.stats.backfillFailures, 1);
  });
}

test('a server that cannot answer now is asked again', async (t) => {
  const answers: RecordAnswer[] = [
    { status: 503, headers: { 'retry-after': '0' } },
    { status: 307, headers: { location: '/b' } },
  ];
  const http = await recordServer(t, () => answers.shift() ?? { body: seqs(4) });
  const run = await begin(t, 'fused', { url: `${http.url}/?n={after}` }, live(3, 5));
  await run.ended;
  assert.deepEqual(
    [run.records, http.asked],
    [
      ['3', '4 http', '5'],
      ['/?n=3', '/?n=3', '/b'],
    ],
  );
  assert.deepEqual([run.stream.stats.backfillRequests, run.stream.stats.backfilled], [2, 1]);
});

test('what is needed and cannot be had ends the run, before what came behind it', async (t) => {
  const http = await recordServer(t, () => ({ body: seqs(4) }));
  const run = await begin(t, 'fused', { url: `${http.url}/?n={after}`, onFailure: 'fail' }, live(3, 6));
  const error = await run.ended;
  assert.deepEqual([run.records, run.gaps], [['3', '4 http'], []]);
  assert.ok(error instanceof ConnectError);
  assert.match(error.message, /^1 number\(s\) are missing between 3 and 6, .*: its answer has not all of them\. Check/);
});

test('an answer that never comes is waited for as long as it may take; what came meanwhile is there, in order', async (t) => {
  const http = await recordServer(t, () => new Promise(() => {}));
  let drops = 0;
  const run = await begin(
    t,
    'fused',
    { url: `${http.url}/?n={after}`, maxDurationMs: 200 },
    async (client) => {
      // The second connection is lost while frames wait, and the third one has a hole before it as well.
      const [from, to] = [
        [3, 4],
        [6, 7],
        [9, 10],
      ][client.number - 1]!;
      for (const seq of [from, to]) await client.send(`{"seq":${seq}}`);
      if (client.number === 3) await client.closed;
      drops += 1;
      if (client.number < 3) await client.drop();
    },
    { reconnect: true, gaps: 'records' },
  );
  await until(() => run.records.length === 10);
  const gaps = ['gap disconnected', 'gap sequence'];
  assert.deepEqual(run.records, ['3', '4', ...gaps, '6', '7', ...gaps, '9', '10']);
  assert.equal(drops, 2);
  assert.deepEqual(
    run.gaps.map(({ missing }) => missing),
    [undefined, 1, undefined, 1],
  );
});

test('who stops a run waits for nothing: what waits is there', async (t) => {
  const http = await recordServer(t, () => new Promise(() => {}));
  const run = await begin(t, 'fused', { url: `${http.url}/?n={after}` }, async (client) => {
    for (const seq of [3, 5, 6]) await client.send(`{"seq":${seq}}`);
    await client.closed;
  });
  await until(() => run.stream.stats.bufferedFrames === 1 && http.asked.length === 1);
  run.stream.stop();
  assert.equal(await run.ended, undefined);
  assert.deepEqual([run.records, run.gaps.map(numbersOf)], [['3', '5', '6'], [[3, 5, 1]]]);
});

test('no more waits than may: the socket is not read until what is missing is there', async (t) => {
  let answer: (() => void) | undefined;
  const http = await recordServer(
    t,
    () => new Promise<RecordAnswer>((resolve) => (answer = () => resolve({ body: seqs(4) }))),
  );
  const pad = 'x'.repeat(1_000);
  const last = 3_000;
  const run = await begin(
    t,
    'fused',
    { url: `${http.url}/?n={after}` },
    async (client) => {
      await client.sendMany(
        (function* () {
          yield '{"seq":3}';
          for (let seq = 5; seq <= last; seq++) yield `{"seq":${seq},"pad":"${pad}"}`;
        })(),
      );
      await client.close(1000);
    },
    { maxBufferedBytes: 100_000 },
  );
  await until(() => run.stream.stats.paused && answer !== undefined);
  const { bufferedBytes } = run.stream.stats;
  assert.ok(bufferedBytes >= 100_000 && bufferedBytes < 400_000, `${bufferedBytes} bytes wait`);
  answer!();
  await run.ended;
  assert.deepEqual(
    run.records,
    Array.from({ length: last - 2 }, (_, n) => (n === 1 ? '4 http' : String(n + 3))),
  );
});

test('the request has the credentials of the feed where it is to', async (t) => {
  const seen: unknown[] = [];
  const http = await recordServer(t, (_, { headers }) => {
    seen.push([headers.authorization, headers['x-key']]);
    return { body: seqs(4) };
  });
  const settings = { credentials: { type: 'bearer', token: 'feed' } };
  for (const auth of ['feed', 'none']) {
    const backfill = { url: `${http.url}/?n={after}`, auth, headers: { 'X-Key': 'k' } };
    const run = await begin(t, 'by hand', backfill, live(3, 5), settings);
    await run.ended;
  }
  assert.deepEqual(seen, [
    ['Bearer feed', 'k'],
    [undefined, 'k'],
  ]);
});

test('each key has its holes filled, with its name in the address', async (t) => {
  const http = await recordServer(t, (url) => ({
    body: `[{"seq":2,"s":"${url.searchParams.get('s')}","by":"http"}]`,
  }));
  const run = await begin(
    t,
    'fused',
    { url: `${http.url}/?s={key}&n={after}` },
    async (client) => {
      for (const [seq, s] of [
        [1, 'a b'],
        [1, 'c'],
        [3, 'c'],
        [3, 'a b'],
      ])
        await client.send(`{"seq":${seq},"s":"${s}"}`);
      await client.close(1000);
    },
    { sequence: { path: 'seq', key: 's' } },
  );
  await run.ended;
  assert.deepEqual(run.records, ['1', '1', '2 http', '3', '2 http', '3']);
  assert.deepEqual(http.asked, ['/?s=c&n=1', '/?s=a%20b&n=1']);
});

for (const arrangement of ['by hand', 'fused'] as const) {
  test(`${arrangement}: a function finds what is missing, and may fail`, async (t) => {
    const asked: unknown[] = [];
    async function* find(gap: object, { signal }: { signal: AbortSignal }): AsyncGenerator<Uint8Array | string> {
      asked.push([gap, signal.aborted]);
      yield '{"seq":3,"by":"http"}';
      yield new TextEncoder().encode('{"seq":5,"by":"http"}');
      if (asked.length === 2) throw new Error('no more');
      yield '{"seq":6,"by":"http"}';
    }
    for (const why of [undefined, 'no more']) {
      const run = await begin(t, arrangement, find, live(4, 7));
      await run.ended;
      const found = ['4', '5 http', ...(why === undefined ? ['6 http'] : []), '7'];
      assert.deepEqual([run.records, run.filled[0]!.why], [found, why]);
      const { url } = run.filled[0]!;
      assert.match(url, /^ws:/);
    }
    const gap = { afterSequence: 4, beforeSequence: 7, missing: 2, key: undefined };
    assert.deepEqual(asked, [
      [gap, false],
      [gap, false],
    ]);
  });
}

for (const [name, records, why] of [
  ['is no JSON', ['{'], 'a record of the function is no JSON: expected a key or "}", but the text ends'],
  ['has no number', ['{}'], 'a record of the function has no number where `sequence` says'],
  ['never comes', undefined, 'there was no time left'],
] as const) {
  test(`what is missing stays a gap where a record of a function ${name}`, async (t) => {
    const clock = createFakeClock();
    const find = async function* () {
      if (records === undefined) await new Promise(() => {});
      else yield* records;
    };
    const run = await begin(t, 'by hand', find, live(4, 6), { clock });
    await until(() => run.stream.stats.backfillRequests === 1);
    await clock.advance(30_000);
    await until(() => run.gaps.length > 0);
    assert.deepEqual([run.filled[0]!.why, run.gaps.map(numbersOf)], [why, [[4, 6, 1]]]);
  });
}

test('two that are to find what is missing are refused', () => {
  const config = { url: 'ws://x', unbounded: true, sequence: { path: 'n' }, backfill: { url: 'http://x/{after}' } };
  assert.throws(() => createSource(config, { backfill: async function* () {} }), /has one, too. Remove one of the two/);
});

/** An answer whose records are in `data`, with what comes next. */
function page(next: string | number | null, ...numbers: number[]): string {
  return JSON.stringify({ next, data: numbers.map((seq) => ({ seq })) });
}
