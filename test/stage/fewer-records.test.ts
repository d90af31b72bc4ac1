import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import {
  type Clock,
  createSource,
  debounce,
  dedupe,
  type FrameFacts,
  type Message,
  map,
  type Page,
  type Stage,
  sample,
  throttle,
} from '../../lib/index.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { ARRANGEMENTS, type Outcome, run } from '../support/arrangements.js';
import { feed, sends, sendsThenWaits } from '../support/feed.js';
import { until } from '../support/until.js';

/** Far more than any run takes: what is due by time never comes here by itself. */
const LONG_MS = 3_600_000;

/** Each stage, and which of the records `A0 B1 A2 B3 A4` go on, at an end or before a gap. */
const STAGES: readonly (readonly [name: string, stage: () => Stage<Message, Message>, kept: readonly string[]])[] = [
  ['dedupe', () => dedupe({ by: ['s'], windowMs: LONG_MS }), ['A0', 'B1']],
  ['sample', () => sample({ every: 2, by: 's' }), ['A0', 'B1', 'A4']],
  ['throttle', () => throttle({ everyMs: LONG_MS, by: 's' }), ['A0', 'B1', 'B3', 'A4']],
  ['throttle, trailing: false', () => throttle({ everyMs: LONG_MS, by: 's', trailing: false }), ['A0', 'B1']],
  ['debounce', () => debounce({ afterMs: LONG_MS, by: 's' }), ['B3', 'A4']],
];
const NAMES = ['A0', 'B1', 'A2', 'B3', 'A4'];
const RECORDS = NAMES.map(recordOf);

function recordOf(name: string): string {
  return JSON.stringify({ s: name[0], n: Number(name.slice(1)) });
}

/** `A0` of `{"s":"A","n":0}`. */
function namesIn({ pages }: Outcome): string[] {
  const messages = pages.flatMap((page) => page.messages);
  return messages.map(({ isGap, text }) => {
    if (isGap) return 'gap';
    const { s, n } = JSON.parse(text.toString()) as { s: string; n: number };
    return `${s}${n}`;
  });
}

for (const arrangement of ARRANGEMENTS) {
  const runOf = async (t: TestContext, stages: readonly Stage[], frames: readonly string[] = RECORDS, config = {}) => {
    const server = await feed(t, sends(...frames));
    return run(arrangement, { url: server.url, unbounded: true, ...config }, { stages });
  };

  for (const [name, stage, kept] of STAGES) {
    describe(`${name}, ${arrangement},`, () => {
      it('delivers what it is to deliver at a clean end, and counts the others', async (t) => {
        const outcome = await runOf(t, [stage()]);
        assert.deepEqual([namesIn(outcome), outcome.error], [kept, undefined]);
        assert.equal(outcome.stats.filtered, NAMES.length - kept.length);
        assert.equal(outcome.stats.records, kept.length);
      });

      it('delivers it before an error of the feed', async (t) => {
        const outcome = await runOf(t, [stage()], [...RECORDS, 'no JSON']);
        assert.deepEqual(namesIn(outcome), kept);
        assert.equal((outcome.error as NodeJS.ErrnoException).code, 'ERR_PARSE');
      });

      it('delivers it before an error of a stage in front of it', async (t) => {
        const fails = map((message) => {
          if ((message.value as { s: string }).s === 'bad') throw new RangeError('mine');
          return message;
        });
        const outcome = await runOf(t, [fails, stage()], [...RECORDS, '{"s":"bad"}', recordOf('C5')]);
        assert.deepEqual(namesIn(outcome), kept);
        assert.ok(outcome.error?.cause instanceof RangeError);
      });

      it('delivers through a stage behind it that takes its time', async (t) => {
        const later = map(async (message) => message, { concurrency: 2 });
        const outcome = await runOf(t, [stage(), later]);
        assert.deepEqual([namesIn(outcome), outcome.error], [kept, undefined]);
      });

      it('gives the frame of each record', async (t) => {
        const { pages } = await runOf(t, [stage()]);
        const frames: FrameFacts[] = pages.flatMap((page) => page.messages.map(({ frame }) => frame));
        assert.deepEqual(
          frames.map(({ sequence }) => sequence),
          kept.map((one) => NAMES.indexOf(one)),
        );
        assert.ok(frames.every(({ connection }) => connection === 1));
      });

      it('lets gaps keep their place, with all that came before them in front', async (t) => {
        const outcome = await runOf(t, [stage()], [...RECORDS, recordOf('C7')], {
          gaps: 'records',
          sequence: { path: 'n' },
        });
        assert.deepEqual(namesIn(outcome), [...kept, 'gap', 'C7']);
      });

      it('builds no value', async (t) => {
        const parse = t.mock.method(JSON, 'parse');
        const parses: number[] = [];
        for (const rounds of [1, 50]) {
          const before = parse.mock.callCount();
          await runOf(t, [stage()], Array.from({ length: rounds }, () => RECORDS).flat(), { idle_timeout: 60 });
          parses.push(parse.mock.callCount() - before);
        }
        assert.equal(parses[1], parses[0], 'what is parsed belongs to the run, not to its records');
      });

      it('begins anew in each run', async (t) => {
        const one = stage();
        for (let count = 0; count < 2; count++) assert.deepEqual(namesIn(await runOf(t, [one])), kept);
        assert.equal(one.filtered, 0);
      });

      it('stops at max_messages', async (t) => {
        const outcome = await runOf(t, [stage()], RECORDS, { max_messages: 1 });
        assert.deepEqual([namesIn(outcome), outcome.error], [kept.slice(0, 1), undefined]);
      });
    });
  }

  describe(`what is held, ${arrangement},`, () => {
    for (const [name, make, first] of [
      ['throttle', (clock, by) => throttle({ everyMs: 1_000, by, clock }), ['A0', 'B1']],
      ['debounce', (clock, by) => debounce({ afterMs: 1_000, by, clock }), []],
    ] as [string, (clock: Clock, by: (message: Message) => string) => Stage, string[]][]) {
      /** A run of which all records are taken, and two are held. */
      const begin = async (t: TestContext) => {
        const clock = createFakeClock();
        let taken = 0;
        const stage = make(clock, ({ value }) => {
          taken += 1;
          return (value as { s: string }).s;
        });
        const server = await feed(t, sendsThenWaits(...RECORDS));
        const source = createSource({ url: server.url, unbounded: true, batch_size: 1 }, { stages: [stage] });
        const names: string[] = [];
        const sink = new Writable({
          objectMode: true,
          write(page: Page, _encoding, callback) {
            names.push(...page.records.map((record) => Object.values(record as object).join('')));
            callback();
          },
        });
        const streams = arrangement === 'fused' ? [source.pages()] : source.stages();
        const running = pipeline([...streams, sink]);
        await until(() => taken === NAMES.length && names.length === first.length);
        return { clock, source, streams, names, running };
      };

      it(`is handed out by ${name} when its time is up, while the feed is silent`, async (t) => {
        const { clock, source, names, running } = await begin(t);
        await clock.advance(999);
        assert.deepEqual(names, first);
        await clock.advance(1);
        await until(() => names.length === first.length + 2);
        assert.deepEqual(names.slice(first.length).toSorted(), ['A4', 'B3']);
        source.stop();
        await running;
        assert.equal(source.stats.filtered, NAMES.length - names.length);
        assert.equal(clock.pending, 0);
      });

      it(`is handed out by ${name} when the run is stopped`, async (t) => {
        const { clock, source, names, running } = await begin(t);
        source.stop();
        await running;
        assert.deepEqual(names, [...first, 'B3', 'A4']);
        assert.equal(clock.pending, 0);
      });

      it(`is let go by ${name} when the stream is destroyed`, async (t) => {
        const { clock, streams, names, running } = await begin(t);
        streams[0]?.destroy();
        await assert.rejects(running, { code: 'ERR_STREAM_PREMATURE_CLOSE' });
        assert.equal(clock.pending, 0);
        assert.deepEqual(names, first);
      });
    }
  });
}
