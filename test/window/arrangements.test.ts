import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createSource, filter, type Message, map, type Stage, type WindowFacts, window } from '../../lib/index.js';
import { createFakeClock, type FeedClient } from '../../lib/testing/index.js';
import { ARRANGEMENTS, type RunOptions, run } from '../support/arrangements.js';
import { feed, sends } from '../support/feed.js';
import { until } from '../support/until.js';

/** 200 records of two keys, ten of each in a window of twenty. */
const FRAMES = Array.from({ length: 200 }, (_, n) => `{"t":${n},"s":"${n % 2 === 0 ? 'a' : 'b'}","n":${n}}`);
const OPTIONS = { everyMs: 20, by: 's', on: 't' } as const;
const SUM = {
  init: () => 0,
  add: (sum: number, { value }: Message) => sum + (value as { n: number }).n,
  result: (sum: number, { key, from, count, isPartial }: WindowFacts) => ({ key, from, count, sum, isPartial }),
};

/** The sums of the records up to one, and whether the last windows are partial. */
function sumsUpTo(end: number, isPartial: boolean): unknown[] {
  const sums: unknown[] = [];
  for (let from = 0; from < end; from += 20) {
    for (const [key, first] of [
      ['a', from],
      ['b', from + 1],
    ] as const) {
      const own = Array.from({ length: 10 }, (_, n) => first + 2 * n).filter((n) => n < end);
      const sum = own.reduce((one, other) => one + other, 0);
      if (own.length > 0) sums.push({ key, from, count: own.length, sum, isPartial: isPartial && from + 20 > end - 1 });
    }
  }
  return sums;
}

for (const arrangement of ARRANGEMENTS) {
  describe(`window(), ${arrangement},`, () => {
    const runOf = async (
      t: TestContext,
      stages: readonly Stage[],
      script: (client: FeedClient) => Promise<void> = sends(...FRAMES),
      config = {},
      options: RunOptions = {},
    ) => {
      const server = await feed(t, script);
      return run(arrangement, { url: server.url, unbounded: true, batch_size: 7, ...config }, { ...options, stages });
    };

    it('has the rest handed out, as partial, when the server closes', async (t) => {
      const { values, error, stats } = await runOf(t, [window(OPTIONS, SUM)]);
      assert.equal(error, undefined);
      assert.deepEqual(values, sumsUpTo(200, true));
      assert.equal(stats.skipped, 0);
    });

    it('has it handed out before the error of a frame that cannot be parsed', async (t) => {
      const { values, error } = await runOf(t, [window(OPTIONS, SUM)], sends(...FRAMES.slice(0, 110), 'no JSON'));
      assert.equal((error as NodeJS.ErrnoException).code, 'ERR_PARSE');
      assert.deepEqual(values, sumsUpTo(110, true));
    });

    it('has it handed out before the error of a connection that is lost', async (t) => {
      const { values, error } = await runOf(t, [window(OPTIONS, SUM)], async (client) => {
        for (const frame of FRAMES.slice(0, 110)) await client.send(frame);
        await client.drop();
      });
      assert.equal((error as NodeJS.ErrnoException).code, 'ERR_DISCONNECTED');
      assert.deepEqual(values, sumsUpTo(110, true));
    });

    it('counts what comes of windows for max_messages', async (t) => {
      const { values, stats } = await runOf(t, [window(OPTIONS, SUM)], undefined, { max_messages: 5 });
      assert.deepEqual(values, sumsUpTo(200, true).slice(0, 5));
      assert.equal(stats.records, 5);
    });

    it('hands out all other windows before the error of its function', async (t) => {
      const stage = window(OPTIONS, {
        ...SUM,
        add(sum: number, message: Message) {
          if ((message.value as { n: number }).n === 110) throw new RangeError('mine');
          return SUM.add(sum, message);
        },
      });
      const { values, error } = await runOf(t, [stage]);
      assert.equal((error as NodeJS.ErrnoException).code, 'ERR_CONFIG');
      assert.ok(error?.cause instanceof RangeError);
      // The window of key a that the record belongs to is the one that failed.
      assert.deepEqual(values, sumsUpTo(110, true).toSpliced(10, 1));
    });

    it('works between other stages, and on windows of windows', async (t) => {
      const stages = [
        filter({ path: 's', op: 'eq', value: 'a' }),
        window({ size: 10 }, (messages) => ({ n: (messages[0]!.value as { n: number }).n, length: messages.length })),
        map(async ({ value }) => value, { concurrency: 4 }),
        window({ size: 4 }, (messages) => messages.map(({ value }) => value)),
      ];
      const { values, stats } = await runOf(t, stages);
      const own = Array.from({ length: 10 }, (_, n) => ({ n: 20 * n, length: 10 }));
      assert.deepEqual(values, [own.slice(0, 4), own.slice(4, 8), own.slice(8)]);
      assert.equal(stats.filtered, 100);
    });

    it('counts late records as skipped', async (t) => {
      const frames = ['{"t":0,"n":1}', '{"t":20,"n":2}', '{"t":19,"n":3}'];
      const { values, stats } = await runOf(
        t,
        [window({ everyMs: 20, on: 't' }, ({ length }) => length)],
        sends(...frames),
      );
      assert.deepEqual(values, [1, 1]);
      assert.equal(stats.skipped, 1);
    });

    it('keeps gaps in their place, and tells windows of them', async (t) => {
      const script = async (client: FeedClient): Promise<void> => {
        const frames = client.number === 1 ? FRAMES.slice(0, 30) : FRAMES.slice(70, 110);
        for (const frame of frames) await client.send(frame);
        if (client.number === 1) await client.drop();
      };
      const stage = window({ everyMs: 20, on: 't' }, (messages, { from, gaps }) => ({
        from,
        n: messages.length,
        gaps: gaps.length,
      }));
      const config = { gaps: 'records', max_messages: 4, reconnect: true, reconnect_backoff: '1ms' };
      const { pages } = await runOf(t, [stage], script, config);
      const lines = pages.flatMap((page) => page.messages.map((message) => (message.isGap ? 'gap' : message.value)));
      assert.deepEqual(lines, [
        { from: 0, n: 20, gaps: 0 },
        'gap',
        { from: 20, n: 10, gaps: 1 },
        { from: 60, n: 10, gaps: 1 },
        { from: 80, n: 20, gaps: 0 },
      ]);
    });

    it('hands out by the clock what nothing comes after', async (t) => {
      const clock = createFakeClock();
      const server = await feed(t, async (client) => {
        await client.send('1');
        await client.send('2');
      });
      const stage = window({ everyMs: 60_000, clock }, (messages) => messages);
      const source = createSource({ url: server.url, unbounded: true, linger: '1ms' }, { stages: [stage] });
      const streams = arrangement === 'fused' ? [source.pages()] : source.stages();
      const last = streams.reduce((from, to) => from.pipe(to as never)) as ReturnType<typeof source.pages>;
      const records: unknown[] = [];
      last.on('data', (page: { records: unknown[] }) => void records.push(...page.records));
      await until(() => source.stats.frames === 2 && clock.pending === 1);
      await clock.advance(60_000);
      await until(() => records.length === 1);
      assert.deepEqual(records, [[1, 2]]);
      for (const stream of streams) stream.destroy();
      await until(() => clock.pending === 0);
    });

    it('lets go of its timer and its windows when it is destroyed', async (t) => {
      const clock = createFakeClock();
      const server = await feed(t, async (client) => void (await client.send('1')));
      const stage = window({ everyMs: 60_000, clock }, () => assert.fail('nobody wants it'));
      const source = createSource({ url: server.url, unbounded: true }, { stages: [stage] });
      const streams = arrangement === 'fused' ? [source.pages()] : source.stages();
      const last = streams.reduce((from, to) => from.pipe(to as never)) as ReturnType<typeof source.pages>;
      last.resume();
      await until(() => clock.pending === 1);
      for (const stream of streams) stream.destroy();
      await until(() => clock.pending === 0);
    });

    it('builds no value when the aggregate looks into none', async (t) => {
      const parse = t.mock.method(JSON, 'parse');
      const parses: number[] = [];
      for (const records of [20, 200]) {
        const before = parse.mock.callCount();
        const { texts } = await runOf(
          t,
          [window({ size: records / 2, by: 's', on: 't' }, { init: () => 0, add: (n) => n + 1, result: (n) => n })],
          sends(...FRAMES.slice(0, records)),
        );
        assert.deepEqual(texts, [`${records / 2}`, `${records / 2}`]);
        parses.push(parse.mock.callCount() - before);
      }
      assert.equal(parses[1], parses[0], 'what is parsed belongs to the run, not to its records');
    });

    it('begins anew in each run', async (t) => {
      const server = await feed(t, sends('1', '2', '3'));
      const source = createSource(
        { url: server.url, unbounded: true },
        { stages: [window({ size: 2 }, (messages) => messages)] },
      );
      for (let count = 0; count < 2; count++) assert.deepEqual(await source.fetchAll(), [[1, 2], [3]]);
    });
  });
}

it('a window that is handed to a source alone makes nothing happen', () => {
  const clock = createFakeClock();
  const stage = window({ everyMs: 1_000, clock }, (messages) => messages);
  createSource({ url: 'ws://127.0.0.1:1', unbounded: true }, { stages: [stage] });
  assert.equal(clock.pending, 0);
  assert.equal(stage.skipped, 0);
});
