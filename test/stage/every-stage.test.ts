import assert from 'node:assert/strict';
import { type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  createSource,
  debounce,
  dedupe,
  dropFields,
  explode,
  filter,
  filterPage,
  type Message,
  map,
  mapPage,
  type Page,
  renameFields,
  type SourceConfig,
  type SourceOptions,
  type Stage,
  type StandardSchema,
  sample,
  selectFields,
  setFields,
  throttle,
  validate,
  window,
} from '../../lib/index.js';
import { ARRANGEMENTS, type Outcome, type RunOptions, run } from '../support/arrangements.js';
import { feed, sends, sendsThenWaits } from '../support/feed.js';
import { until } from '../support/until.js';

/** Far more than any run takes: what is due by time never comes here by itself. */
const LONG_MS = 3_600_000;
const HOLDS_SOME = { by: 'n', maxKeys: 8 } as const;

/** What records go through, in a way that leaves each of them there. */
interface Way {
  readonly stages?: () => Stage[];
  readonly config?: Partial<SourceConfig>;
  readonly options?: SourceOptions;
  /** Its gaps go in front of what comes later of the record before: that has their time. */
  readonly isGapFirst?: true;
}

const WAYS: Readonly<Record<string, Way>> = {
  'map()': { stages: () => [map((message) => message.value)] },
  'map(), eight at once': { stages: () => [map(later, { concurrency: 8 })] },
  'map() with a time limit': { stages: () => [map(later, { concurrency: 2, timeoutMs: LONG_MS })] },
  'filter()': { stages: () => [filter(async (message) => (await later(message)).isGap === false, { concurrency: 3 })] },
  'filter() by a path': { stages: () => [filter({ path: 'n', op: 'exists' })] },
  'mapPage()': { stages: () => [mapPage(async (page) => page.records, { concurrency: 2 })] },
  'filterPage()': { stages: () => [filterPage((page) => page.records.map(() => true))] },
  'dedupe()': { stages: () => [dedupe({ by: ['n'], windowMs: LONG_MS })] },
  'sample()': { stages: () => [sample({ every: 2, by: 'n' })] },
  'throttle()': { stages: () => [throttle({ everyMs: LONG_MS, ...HOLDS_SOME })] },
  'debounce()': { stages: () => [debounce({ afterMs: LONG_MS, ...HOLDS_SOME })] },
  'window() of so many': { stages: () => [window({ size: 1 }, ([message]) => message)] },
  'window() by time': { stages: () => [window({ everyMs: 1, on: 'n' }, ([message]) => message)], isGapFirst: true },
  'window() of a state': {
    stages: () => [
      window(
        { everyMs: 2, on: 'n', by: 'n' },
        { init: () => ({}), add: (_none, { value }: Message) => value as object, result: (last) => last },
      ),
    ],
    isGapFirst: true,
  },
  'validate()': { stages: () => [validate({ type: 'object', required: ['n'] })] },
  'validate(), later': { stages: () => [validate(asynchronous())] },
  'the transforms': {
    stages: () => [
      setFields({ list: [{}] }),
      explode({ path: 'list' }),
      renameFields({ n: 'm' }),
      renameFields({ m: 'n' }),
      dropFields(['pad']),
      selectFields(['n', 's']),
    ],
  },
  '`select`': { config: { select: ['n'] } },
  '`envelope`': { config: { envelope: true } },
  '`transforms`': { config: { transforms: [{ type: 'drop', config: { fields: ['pad'] } }] } },
  '`dedupe`': { config: { dedupe: { by: ['n'], window: '1h' } } },
  'parse({ decode })': { options: { decode: (data) => JSON.parse(data.toString()) as unknown } },
  'all of them at once': {
    config: { envelope: true, select: ['n'], dedupe: { by: ['n'], window: '1h' } },
    stages: () => [
      map(later, { concurrency: 8 }),
      throttle({ everyMs: LONG_MS, by: 'data.n', maxKeys: 8 }),
      window({ size: 1 }, ([message]) => message),
      debounce({ afterMs: LONG_MS, by: 'data.n', maxKeys: 8 }),
      mapPage((page) => page.records),
      filterPage(async (page) => page.records.map(() => true)),
    ],
  },
};

const NUMBERS = Array.from({ length: 60 }, (_, n) => n);

for (const arrangement of ARRANGEMENTS) {
  for (const [name, way] of Object.entries(WAYS)) {
    const { stages = () => [], config = {}, options = {}, isGapFirst = false } = way;

    const runOf = async (
      t: TestContext,
      {
        frames = framesOf(NUMBERS),
        around = (own: readonly Stage[]): readonly Stage[] => own,
        script = sends(...frames),
        more = {} as Partial<SourceConfig>,
        ...others
      }: RunOptions & {
        readonly frames?: readonly string[];
        readonly around?: (own: readonly Stage[]) => readonly Stage[];
        readonly script?: ReturnType<typeof sends>;
        readonly more?: Partial<SourceConfig>;
      } = {},
    ) => {
      const server = await feed(t, script);
      const whole = { url: server.url, unbounded: true, batch_size: 10, ...config, ...more } as SourceConfig;
      return run(arrangement, whole, { ...options, ...others, stages: around(stages()) });
    };

    describe(`${name}, ${arrangement},`, () => {
      it('loses nothing, keeps the order, and counts', async (t) => {
        const outcome = await runOf(t);
        assert.deepEqual([numbersIn(outcome), outcome.error], [NUMBERS, undefined]);
        const { records, filtered, skipped } = outcome.stats;
        assert.deepEqual([records, filtered, skipped], [NUMBERS.length, 0, 0]);
      });

      it('delivers what came before an error of the feed', async (t) => {
        const outcome = await runOf(t, { frames: [...framesOf(NUMBERS), 'no JSON'] });
        assert.deepEqual(numbersIn(outcome), NUMBERS);
        assert.equal((outcome.error as NodeJS.ErrnoException).code, 'ERR_PARSE');
      });

      it('delivers what came before a connection that is lost', async (t) => {
        const outcome = await runOf(t, {
          async script(client) {
            for (const frame of framesOf(NUMBERS)) await client.send(frame);
            await client.drop();
          },
        });
        assert.deepEqual(numbersIn(outcome), NUMBERS);
        assert.equal((outcome.error as NodeJS.ErrnoException).code, 'ERR_DISCONNECTED');
      });

      it('delivers what was received when the run is aborted', async (t) => {
        const aborting = new AbortController();
        const outcome = await runOf(t, {
          script: sendsThenWaits(...framesOf(NUMBERS)),
          signal: aborting.signal,
          onStart(source) {
            void until(() => source.stats.frames === NUMBERS.length).then(() => aborting.abort());
          },
        });
        assert.deepEqual(numbersIn(outcome), NUMBERS);
        assert.equal(outcome.error?.name, 'AbortError');
      });

      it('delivers what came before an error of a stage in front of it', async (t) => {
        const outcome = await runOf(t, { around: (own) => [failsAt(50), ...own] });
        assert.deepEqual(numbersIn(outcome), NUMBERS.slice(0, 50));
        assert.ok(outcome.error?.cause instanceof RangeError);
      });

      it('delivers what came before an error of a stage behind it', async (t) => {
        const outcome = await runOf(t, { around: (own) => [...own, pageFailsAt(50)] });
        assert.deepEqual(numbersIn(outcome), NUMBERS.slice(0, 50));
        assert.ok(outcome.error?.cause instanceof RangeError);
      });

      it('stops at max_messages', async (t) => {
        const outcome = await runOf(t, { more: { max_messages: 31 } });
        assert.deepEqual([numbersIn(outcome), outcome.error], [NUMBERS.slice(0, 31), undefined]);
      });

      it('lets gaps keep their place', async (t) => {
        const numbers = [...NUMBERS.slice(0, 25), ...NUMBERS.slice(40)];
        const place = isGapFirst ? 24 : 25;
        const more = { gaps: 'records', sequence: { path: 'n' } } as const;
        const outcome = await runOf(t, { frames: framesOf(numbers), more });
        assert.deepEqual(numbersIn(outcome), [...numbers.slice(0, place), GAP, ...numbers.slice(place)]);
      });

      it('begins anew in each run', async (t) => {
        const own = stages();
        for (let count = 0; count < 2; count++)
          assert.deepEqual(numbersIn(await runOf(t, { around: () => own })), NUMBERS);
      });

      it('holds no more than its bound while the sink has stalled, however much comes, and loses nothing', async (t) => {
        const numbers = Array.from({ length: 6_000 }, (_, n) => n);
        const server = await feed(t, async (client) => {
          await client.sendMany(framesOf(numbers, ' '.repeat(250)));
          await client.close(1000);
        });
        const whole = { url: server.url, unbounded: true, batch_size: 10, ...config } as SourceConfig;
        const source = createSource(whole, { ...options, stages: stages() });
        const streams: readonly Readable[] = arrangement === 'fused' ? [source.pages()] : source.stages();
        const sink = stalling();
        t.after(() => streams.map((stream) => stream.destroy()));
        const running = pipeline([...streams, sink]);
        await until(() => sink.hasStalled && (source.stats.paused || source.stats.frames === numbers.length));
        for (let turn = 0; turn < 20; turn++) await nextTurn();
        const { frames } = source.stats;
        assert.ok(frames < READ_AHEAD + streams.length * MOST_HELD, `${frames} frames were taken in`);
        for (const stream of streams) {
          const { readableLength, writableLength = 0 } = stream as Readable & { readonly writableLength?: number };
          assert.ok(
            readableLength + writableLength < READ_AHEAD + MOST_HELD,
            `${readableLength} and ${writableLength} wait`,
          );
        }
        for (let turn = 0; turn < 20; turn++) await nextTurn();
        assert.equal(source.stats.frames, frames, 'what is paused goes on');
        sink.open();
        await running;
        assert.deepEqual(numbersIn({ pages: sink.pages }), numbers);
      });
    });
  }
}

/** Frames of these numbers. `pad` makes them larger. */
function framesOf(numbers: readonly number[], pad = ''): string[] {
  return numbers.map((n) => JSON.stringify({ n, s: `k${n}`, pad }));
}

/** The numbers of the records, in order. */
function numbersIn({ pages }: Pick<Outcome, 'pages'>): unknown[] {
  return pages.flatMap((page) => page.messages.map((message) => (message.isGap ? GAP : numberOf(message))));
}

function numberOf({ value }: Message): number {
  const { n, data } = value as { readonly n?: number; readonly data?: { readonly n: number } };
  return n ?? data!.n;
}

/** Some turns later, and others for each record. */
async function later(message: Message): Promise<Message> {
  for (let turn = (numberOf(message) * 7) % 3; turn > 0; turn--) await Promise.resolve();
  return message;
}

function failsAt(number: number): Stage {
  return map((message) => {
    if (numberOf(message) === number) throw new RangeError('mine');
    return message;
  });
}

function pageFailsAt(number: number): Stage {
  return mapPage((page) => {
    if (page.messages.some((message) => numberOf(message) === number)) throw new RangeError('mine');
    return page;
  });
}

/** A schema of the kind that zod makes, which takes its time. */
function asynchronous(): StandardSchema<unknown> {
  return { '~standard': { version: 1, vendor: 'test', validate: async () => ({}) } };
}

/** A sink that takes nothing before it is told to. */
function stalling(): Writable & { readonly pages: Page[]; readonly hasStalled: boolean; open(): void } {
  const pages: Page[] = [];
  let held: (() => void) | undefined;
  let isOpen = false;
  const sink = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(page: Page, _encoding, callback) {
      pages.push(page);
      if (isOpen) callback();
      else held = callback;
    },
  });
  return Object.defineProperty(
    Object.assign(sink, {
      pages,
      hasStalled: false,
      open() {
        isOpen = true;
        held?.();
      },
    }),
    'hasStalled',
    { get: () => held !== undefined },
  );
}

const GAP = 'gap';
/** Frames that a connection holds (`highWaterMark`), and what one read of the socket (64 KiB) brings beyond. */
const READ_AHEAD = 1_024 + 300;
/** What a stream holds on both of its sides, and its step: records, or pages of ten. */
const MOST_HELD = 200;
