/**
 * What does each step cost by itself, without sockets and streams, against `JSON.parse(data.toString())` in the same run?
 *
 *     npm run build && node --import tsx benchmarks/steps.ts
 *
 * A step is given the same 10,000 trades of about 123 bytes again and again, in turns with the others; the median over
 * the turns counts. Not measured: frames of other sizes, and what garbage collection costs in a long run.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BatchStep as Batch } from '../lib/batch/step.js';
import type { EnvelopeStep as Envelope } from '../lib/envelope/step.js';
import type { Frame, Message, Page, Stage } from '../lib/index.js';
import type { ParseStep as Parse } from '../lib/parse/step.js';
import type { MakeStep, Step } from '../lib/stage/step.js';
import { marketFeed } from '../lib/testing/index.js';
import { circumstances, median, table, writeResults } from './support/report.js';

const built = (path: string): Promise<Record<string, never>> =>
  import(pathToFileURL(join(import.meta.dirname, '../build', path)).href);
const { ParseStep } = (await built('parse/step.js')) as unknown as { ParseStep: typeof Parse };
const { resolveParseOptions } = (await built(
  'parse/options.js',
)) as unknown as typeof import('../lib/parse/options.js');
const { EnvelopeStep } = (await built('envelope/step.js')) as unknown as { EnvelopeStep: typeof Envelope };
const { BatchStep } = (await built('batch/step.js')) as unknown as { BatchStep: typeof Batch };
const { debounce, dedupe, field, filter, filterPage, map, mapPage, sample, throttle, validate, window } = (await built(
  'index.js',
)) as unknown as typeof import('../lib/index.js');
const { MergeStep } = (await built('merge/step.js')) as unknown as typeof import('../lib/merge/step.js');
const { resolveMergeOptions } = (await built(
  'merge/options.js',
)) as unknown as typeof import('../lib/merge/options.js');
const { makeStep } = (await built('stage/stage.js')) as unknown as typeof import('../lib/stage/stage.js');

const ROUNDS = 15;
const frames: Frame[] = [];
for (const trade of marketFeed({ seed: 1 })) {
  const data = Buffer.from(trade);
  if (
    frames.push({ data, isBinary: false, receivedAt: 1, url: 'ws://a/', connection: 1, sequence: frames.length }) ===
    10_000
  )
    break;
}
const bytes = frames.reduce((sum, frame) => sum + frame.data.length, 0) / frames.length;

const parse = new ParseStep(resolveParseOptions({}));
const parseLines = new ParseStep(resolveParseOptions({ split: 'lines' }));
const decoded = new ParseStep(resolveParseOptions({ decode: (data) => data[0] }));
const envelope = new EnvelopeStep();
const toPage = (): Batch => new BatchStep({ size: 1_000, maxBytes: 1024 * 1024, maxRecords: undefined });
const batch = toPage();
const batchEnvelopes = toPage();
const batchValues = toPage();
const price = field('p');

/** What a stage over messages does to each, without its stream; it is let go when all rounds are over. */
function toStep(stage: Stage<Message, Message>): (frame: Frame) => unknown {
  const make = (stage as unknown as Record<symbol, MakeStep<Message, Message>>)[makeStep]!;
  const step = make({ stream: undefined as never, push() {}, fail() {}, room() {} });
  steps.push(step);
  return (frame) => {
    step.take(parse.one(frame) as Message);
    return step;
  };
}
const steps: { close?(): void }[] = [];

/** The same of a stage over pages, each of a thousand records. */
function toPageStep(stage: Stage<Page, Page>): (frame: Frame) => unknown {
  const pages = toPage();
  const make = (stage as unknown as Record<symbol, MakeStep<Page, Page>>)[makeStep]!;
  const step: Step<Page> = make({ stream: undefined as never, push() {}, fail() {}, room() {} });
  steps.push(step);
  return (frame) => {
    const page = pages.add(parse.one(frame) as Message);
    if (page !== undefined) step.take(page);
    return step;
  };
}

/** Two feeds whose frames come in turns. */
const merged = new MergeStep(2, resolveMergeOptions({}));
let turn = 0;
function merge(frame: Frame): unknown {
  merged.add(turn, frame, frame.receivedAt);
  turn = 1 - turn;
  while (merged.next() !== undefined);
  return merged;
}
const COUNT = { init: () => 0, add: (count: number) => count + 1, result: (count: number) => count };

/** Each handles one frame, and returns something that proves that it did. */
const STEPS: Readonly<Record<string, (frame: Frame) => unknown>> = {
  'JSON.parse(data.toString())': (frame) => JSON.parse(frame.data.toString()),
  parse: (frame) => parse.one(frame),
  'parse, split: lines': (frame) => parseLines.many(frame).next().value,
  'parse, then one field by path': (frame) => price(parse.one(frame) as never),
  'parse, then message.value': (frame) => parse.one(frame)?.value,
  'parse, batch': (frame) => {
    batch.add(parse.one(frame) as never);
    return batch;
  },
  'parse, batch, page.records': (frame) => {
    batchValues.add(parse.one(frame) as never)?.records;
    return batchValues;
  },
  'parse, envelope, batch': (frame) => {
    batchEnvelopes.add(envelope.wrap(parse.one(frame) as never));
    return batchEnvelopes;
  },
  'parse by a decoder': (frame) => decoded.one(frame),
  'parse, validate by a schema': toStep(validate({ type: 'object', required: ['s'] })),
  'parse, map to the same message': toStep(map((message) => message)),
  'parse, map to a new value': toStep(map((message) => ({ at: message.frame.receivedAt }))),
  'parse, filter by a function': toStep(filter((message) => message.byteLength > 0)),
  'parse, batch, map pages': toPageStep(mapPage((page) => page)),
  'parse, batch, filter pages': toPageStep(filterPage((page) => page)),
  'merge two feeds': merge,
  'parse, dedupe by two fields': toStep(dedupe({ by: ['s', 't'], windowMs: 60_000 })),
  'parse, count in windows of arrival': toStep(window({ everyMs: 60_000 }, COUNT)),
  // The trades come again and again, so their times go back.
  'parse, count in windows of a time and a field': toStep(
    window({ everyMs: 1_000, by: 's', on: 'T', latenessMs: 3_600_000 }, COUNT),
  ),
  'parse, sample by a field': toStep(sample({ every: 10, by: 's' })),
  'parse, throttle by a field': toStep(throttle({ everyMs: 100, by: 's' })),
  'parse, debounce by a field': toStep(debounce({ afterMs: 100, by: 's' })),
  'parse, sample by a field, too many keys': toStep(sample({ every: 10, by: 't', maxKeys: 1_000 })),
  'parse, debounce by a field, too many keys': toStep(debounce({ afterMs: 100, by: 't', maxKeys: 1_000 })),
};

const times = new Map<string, number[]>(Object.keys(STEPS).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, step] of Object.entries(STEPS)) {
    const startedAt = performance.now();
    for (let pass = 0; pass < 20; pass++) {
      for (const frame of frames) if (step(frame) === undefined) throw new Error(`${name} gave nothing.`);
    }
    times.get(name)?.push(((performance.now() - startedAt) * 1e6) / (20 * frames.length));
  }
}
for (const step of steps) step.close?.();
const base = median(times.get('JSON.parse(data.toString())') ?? []);
const rows = [...times].map(([name, list]) => ({
  name,
  nanosecondsPerRecord: Math.round(median(list)),
  timesAsFastAsJsonParse: Number((base / median(list)).toFixed(2)),
}));
console.log(
  table([
    ['step', 'ns/record', 'to JSON.parse'],
    ...rows.map((row) => [row.name, `${row.nanosecondsPerRecord}`, row.timesAsFastAsJsonParse.toFixed(2)]),
  ]),
);
const about = {
  ...circumstances('node --import tsx benchmarks/steps.ts'),
  bytesPerRecord: Math.round(bytes),
  rounds: ROUNDS,
};
console.log(`\nwritten to ${writeResults(`steps-node${process.versions.node.split('.')[0]}`, { ...about, rows })}`);
