import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  ConfigError,
  createSource,
  type DeadLetter,
  filter,
  filterPage,
  type Message,
  map,
  mapPage,
  type Page,
  type Stage,
  setFields,
  type WorkContext,
  type WorkOptions,
} from '../../lib/index.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { ARRANGEMENTS, type RunOptions, run } from '../support/arrangements.js';
import { feed, sends } from '../support/feed.js';
import { gate } from '../support/messages.js';
import { whileTimePasses } from '../support/time.js';
import { until } from '../support/until.js';

const NUMBERS = Array.from({ length: 200 }, (_, n) => `${n}`);
const value = (message: Message): number => message.value as number;

/** What a function of one's own does first. */
type Work = (context: WorkContext) => Promise<undefined> | undefined;

/** Some turns later, and others for each number. */
async function later<T>(number: number, result: T): Promise<T> {
  for (let turn = (number * 7) % 5; turn > 0; turn--) await nextTurn();
  return result;
}

for (const arrangement of ARRANGEMENTS) {
  describe(`stages of one's own, ${arrangement},`, () => {
    const runOf = async (
      t: TestContext,
      stages: readonly Stage[],
      frames = NUMBERS,
      options: RunOptions = {},
      config = {},
    ) => {
      const server = await feed(t, sends(...frames));
      return run(
        arrangement,
        { url: server.url, unbounded: true, batch_size: 7, linger: 'none', ...config },
        { ...options, stages },
      );
    };

    it('are gone through in their order, behind what the configuration says', async (t) => {
      const stages = [
        map((message) => later(value(message), { ...(message.value as object), x: 1 }), { concurrency: 8 }),
        setFields({ y: 2 }),
        filter((message) => (message.value as { n: number }).n !== 1),
      ];
      const frames = ['{"n":0,"z":0}', '{"n":1,"z":0}', '{"n":2,"z":0}'];
      const { texts, stats } = await runOf(
        t,
        stages,
        frames,
        {},
        { transforms: [{ type: 'drop', config: { fields: ['z'] } }] },
      );
      assert.deepEqual(texts, ['{"n":0,"x":1,"y":2}', '{"n":2,"x":1,"y":2}']);
      assert.equal(stats.filtered, 1);
    });

    for (const concurrency of [1, 3, 1000]) {
      it(`keep the order with ${concurrency} at once, and lose nothing at the end`, async (t) => {
        let running = 0;
        let most = 0;
        const stage = map(
          async (message) => {
            running += 1;
            most = Math.max(most, running);
            await later(value(message), undefined);
            running -= 1;
            return [message.value];
          },
          { concurrency },
        );
        const { texts, error } = await runOf(t, [stage]);
        assert.equal(error, undefined);
        assert.deepEqual(
          texts,
          NUMBERS.map((text) => `[${text}]`),
        );
        assert.ok(most <= concurrency, `${most} at once`);
      });
    }

    it('may hand out what is done first, and lose nothing', async (t) => {
      const stage = filter((message) => later(value(message), value(message) % 2 === 0), {
        concurrency: 16,
        ordered: false,
      });
      const { values, stats } = await runOf(t, [stage]);
      assert.deepEqual(
        (values as number[]).toSorted((a, b) => a - b),
        NUMBERS.map(Number).filter((number) => number % 2 === 0),
      );
      assert.equal(stats.filtered, 100);
    });

    it('deliver what came before a record that fails, and tell it then', async (t) => {
      const stage = map(
        async (message) => {
          await later(value(message), undefined);
          if (value(message) === 50) throw new RangeError('mine');
          return message;
        },
        { concurrency: 10 },
      );
      const { texts, error } = await runOf(t, [stage]);
      assert.deepEqual(texts, NUMBERS.slice(0, 50));
      assert.equal((error as NodeJS.ErrnoException).code, 'ERR_CONFIG');
      assert.ok(error?.cause instanceof RangeError);
    });

    it('deliver what came before when one that comes later fails', async (t) => {
      const stages = [
        map(async (message) => later(value(message), message), { concurrency: 4 }),
        map((message) => {
          if (value(message) === 50) throw new RangeError('mine');
          return message;
        }),
      ];
      const { texts, error } = await runOf(t, stages);
      assert.deepEqual(texts, NUMBERS.slice(0, 50));
      assert.ok(error?.cause instanceof RangeError);
    });

    it('deliver what is in work behind the one that fails', async (t) => {
      const stages = [
        map((message) => {
          if (value(message) === 50) throw new RangeError('mine');
          return message;
        }),
        map(async (message) => later(value(message), message), { concurrency: 100 }),
      ];
      const { texts, error } = await runOf(t, stages);
      assert.deepEqual(texts, NUMBERS.slice(0, 50));
      assert.ok(error?.cause instanceof RangeError);
    });

    it('deliver all that is in work when the feed fails', async (t) => {
      const stage = map((message) => later(value(message), message), { concurrency: 50 });
      const { texts, error } = await runOf(t, [stage], [...NUMBERS, 'no JSON']);
      assert.deepEqual(texts, NUMBERS);
      assert.equal((error as NodeJS.ErrnoException).code, 'ERR_PARSE');
    });

    it('divert a record for which a function fails, with why, and go on', async (t) => {
      const letters: DeadLetter[] = [];
      const deadLetter = new Writable({
        objectMode: true,
        highWaterMark: 1,
        write(letter: DeadLetter, _encoding, callback) {
          letters.push(letter);
          setImmediate(callback);
        },
      });
      const stage = map(
        (message) => {
          if (value(message) % 10 === 3) throw new RangeError('mine');
          return message;
        },
        { onError: 'divert', deadLetter },
      );
      const { texts, stats, error } = await runOf(t, [stage]);
      assert.equal(error, undefined);
      assert.deepEqual(
        texts,
        NUMBERS.filter((text) => Number(text) % 10 !== 3),
      );
      await finished(deadLetter.end());
      assert.equal(stats.skipped, 20);
      assert.deepEqual(
        letters.map(({ data }) => data.toString()),
        NUMBERS.filter((text) => Number(text) % 10 === 3),
      );
      assert.match(letters[0]?.error.message ?? '', /`map` cannot be applied .*mine/);
    });

    it('stop at max_messages, whatever is still in work', async (t) => {
      const stage = map((message) => later(value(message), message), { concurrency: 20 });
      const { texts } = await runOf(t, [stage], NUMBERS, {}, { max_messages: 31 });
      assert.deepEqual(texts, NUMBERS.slice(0, 31));
    });

    it('change whole pages in one call, and leave out what is undefined', async (t) => {
      const stages = [
        mapPage(
          async (page) =>
            later(
              page.length,
              page.records.map((n) => ((n as number) % 3 === 0 ? undefined : [n])),
            ),
          {
            concurrency: 3,
          },
        ),
        filterPage((page) => page.records.map((record) => (record as number[])[0] !== 1)),
      ];
      const { texts, stats } = await runOf(t, stages);
      const kept = NUMBERS.filter((text) => Number(text) % 3 !== 0 && text !== '1');
      assert.deepEqual(
        texts,
        kept.map((text) => `[${text}]`),
      );
      assert.equal(stats.filtered, NUMBERS.length - kept.length);
    });

    it('keep the frames of records in pages that are made anew', async (t) => {
      const stage = filterPage((page) => page.messages.map(({ frame }) => frame.sequence % 2 === 1));
      const { pages } = await runOf(t, [stage]);
      const sequences = pages.flatMap((page) => page.messages.map(({ frame }) => frame.sequence));
      assert.deepEqual(
        sequences,
        NUMBERS.map(Number).filter((number) => number % 2 === 1),
      );
    });

    for (const [what, lines, message] of [
      ['too few', () => [1], /returned 1 items for a page of 7 lines\. Return an array with a value for each line/],
      ['no array', () => 'x', /The function returned "x"\. Return an array/],
      ['what JSON cannot hold', (page: Page) => page.records.map(() => () => 1), /JSON cannot hold/],
      [
        'nothing, since it throws',
        () => {
          throw new RangeError('mine');
        },
        /The function failed: mine/,
      ],
    ] as const) {
      it(`fail when the function of a page gives ${what}, after the pages before`, async (t) => {
        let calls = 0;
        const stage = mapPage((page) => (++calls === 3 ? (lines(page) as never) : page));
        const { texts, error } = await runOf(t, [stage]);
        assert.deepEqual(texts, NUMBERS.slice(0, 14));
        assert.equal((error as NodeJS.ErrnoException).code, 'ERR_CONFIG');
        assert.match(error?.message ?? '', message);
      });
    }

    it('let gaps keep their place', async (t) => {
      const server = await feed(t, async (client) => {
        if (client.number % 2 === 1) {
          for (const text of NUMBERS.slice(0, 20)) await client.send(text);
          await client.drop();
          return;
        }
        for (const text of NUMBERS.slice(20, 40)) await client.send(text);
        await client.close(1000);
      });
      for (const ordered of [true, false]) {
        const stages = [
          map((message) => later(value(message), message), { concurrency: 40, ordered }),
          mapPage((page) => page.records),
        ];
        const config = {
          url: server.url,
          unbounded: true,
          batch_size: 7,
          gaps: 'records',
          max_messages: 40,
          reconnect: true,
          reconnect_backoff: '1ms',
        } as const;
        const { pages } = await run(arrangement, config, { stages });
        const lines = pages.flatMap((page) => page.messages.map((message) => (message.isGap ? 'gap' : message.value)));
        assert.equal(lines.indexOf('gap'), 20);
        assert.equal(lines.length, 41);
      }
    });

    for (const [what, hangs] of Object.entries({
      map: (work: Work, options) => map(async (message, context) => (await work(context)) ?? message, options),
      filter: (work: Work, options) => filter(async (_message, context) => (await work(context)) ?? true, options),
      mapPage: (work: Work, options) => mapPage(async (page, context) => (await work(context)) ?? page, options),
      filterPage: (work: Work, options) => filterPage(async (page, context) => (await work(context)) ?? page, options),
    } satisfies Record<string, (work: Work, options: WorkOptions) => Stage>)) {
      it(`give an answer of ${what}() that never comes no longer than \`timeoutMs\`, and deliver what came before`, async (t) => {
        const clock = createFakeClock();
        const signals: AbortSignal[] = [];
        const work = ({ signal }: WorkContext): Promise<undefined> | undefined =>
          signals.push(signal) === 3 ? new Promise(() => {}) : undefined;
        const stage = hangs(work, { concurrency: 2, timeoutMs: 5_000, clock });
        const server = await feed(t, sends(...NUMBERS.slice(0, 20)));
        const config = { url: server.url, unbounded: true, batch_size: 1 } as const;
        const running = run(arrangement, config, { stages: [stage] });
        await until(() => signals.length >= 3);
        await clock.advance(4_999);
        assert.equal(signals[2]?.aborted, false);
        await clock.advance(1);
        const { texts, error } = await running;
        assert.deepEqual(texts, ['0', '1']);
        assert.ok(error instanceof ConfigError && error.problems[0]?.path === `${what}.timeoutMs`, String(error));
        assert.match(error.message, /The function gave no answer within 5000 ms\. Give it longer by `timeoutMs`/);
        for (const reason of [error.cause, signals[2]?.reason]) assert.equal((reason as Error).name, 'TimeoutError');
        assert.equal(clock.pending, 0);
      });
    }

    it('skip or divert a record whose answer never comes, also at the end of a run, and go on', async (t) => {
      const clock = createFakeClock();
      const letters: DeadLetter[] = [];
      const deadLetter = new Writable({
        objectMode: true,
        write(letter: DeadLetter, _encoding, callback) {
          letters.push(letter);
          callback();
        },
      });
      const options = { concurrency: 4, timeoutMs: 5_000, clock };
      const never = (message: Message): Promise<Message> =>
        value(message) % 2 === 1 ? new Promise(() => {}) : later(value(message), message);
      const stages = [
        map(async (message) => (value(message) < 6 ? never(message) : message), { ...options, onError: 'skip' }),
        map(async (message) => never(message), { ...options, onError: 'divert', deadLetter }),
      ];
      const server = await feed(t, sends(...NUMBERS.slice(0, 10)));
      const running = run(arrangement, { url: server.url, unbounded: true }, { stages });
      const { texts, stats, error } = await whileTimePasses(clock, running, 1_000);
      assert.equal(error, undefined);
      assert.deepEqual(texts, ['0', '2', '4', '6', '8']);
      assert.equal(stats.skipped, 5);
      await finished(deadLetter.end());
      assert.deepEqual(
        letters.map(({ data }) => data.toString()),
        ['7', '9'],
      );
      assert.match(letters[0]?.error.message ?? '', /map\.timeoutMs: The function gave no answer within 5000 ms/);
    });

    it('take no more than their bound while a function does not answer, and tell it when nobody wants its result', async (t) => {
      const signals: AbortSignal[] = [];
      const server = await feed(t, async (client) => {
        const padding = ' '.repeat(1000);
        for (let n = 0; n < 5000 && client.isOpen; n++) await client.send(`${n}${padding}`);
      });
      const stage = map((_message, { signal }) => new Promise(() => signals.push(signal)), { concurrency: 5 });
      const source = createSource({ url: server.url, unbounded: true }, { stages: [stage] });
      const streams = arrangement === 'fused' ? [source.pages()] : source.stages();
      const last = streams.reduce((from, to) => from.pipe(to as never)) as ReturnType<typeof source.pages>;
      last.resume();
      await until(() => signals.length === 5 && source.stats.paused);
      assert.equal(signals.length, 5);
      for (const stream of streams) stream.destroy();
      await until(() => signals.every(({ aborted }) => aborted));
    });
  });
}

describe('stages of one’s own', () => {
  for (const [what, stages, message] of [
    ['something else', [{}], /^stages\[0\]: Expected what map\(\), filter\(\) and their kin return .*, got an object/],
    ['a stream of others', [gate()], /^stages\[0\]: Expected what map/],
    ['one alone', map((message) => message), /^stages: Expected an array of stages, got an object/],
    [
      'one over messages behind one over pages',
      [mapPage((page) => page), map((message) => message)],
      /^stages\[1\]: A stage over messages cannot come after one over pages/,
    ],
  ] as const) {
    it(`are refused when there is ${what}`, () => {
      assert.throws(() => createSource({ url: 'ws://127.0.0.1:1', unbounded: true }, { stages: stages as never }), {
        code: 'ERR_CONFIG',
        message,
      });
    });
  }

  it('begin anew in each run', async (t) => {
    const server = await feed(t, sends('1', '2', '3'));
    const source = createSource(
      { url: server.url, unbounded: true },
      { stages: [filter((message) => message.value !== 2)] },
    );
    for (let count = 0; count < 2; count++) {
      assert.deepEqual(await source.fetchAll(), [1, 3]);
      assert.equal(source.stats.filtered, 1);
    }
  });

  for (const [option, expected] of [
    [{ concurrency: 0 }, /concurrency: Expected a whole number from 1 to 10000, got 0/],
    [{ concurency: 2 }, /concurency: There is no such key\. Did you mean `concurrency`\?/],
    [{ ordered: 1 }, /ordered: Expected true or false, got 1/],
    [{ timeoutMs: 0 }, /timeoutMs: Expected a finite number of milliseconds of at least 1, got 0/],
    [{ onError: 'divert' }, /`onError: 'divert'` and a `deadLetter` stream go together/],
    [null, /Expected an object of options, got null/],
  ] as const) {
    it(`refuse ${JSON.stringify(option)}`, () => {
      for (const make of [map, filter] as readonly ((change: () => 1, options: never) => Stage)[]) {
        assert.throws(() => make(() => 1, option as never), { code: 'ERR_CONFIG', message: expected });
      }
    });
  }
});
