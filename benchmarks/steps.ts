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
import type { Frame } from '../lib/index.js';
import type { ParseStep as Parse } from '../lib/parse/step.js';
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
const { field } = (await built('index.js')) as unknown as typeof import('../lib/index.js');

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
const envelope = new EnvelopeStep();
const toPage = (): Batch => new BatchStep({ size: 1_000, maxBytes: 16 * 1024 * 1024, maxRecords: undefined });
const batch = toPage();
const batchEnvelopes = toPage();
const batchValues = toPage();
const price = field('p');

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
