// Compiles programs against the packed package with the versions of TypeScript that people have: `npm run test:package`.
import { before, describe, test } from 'node:test';
import { project } from './project.js';

/** The oldest that the README promises, the last of each line since, and the newest. */
const VERSIONS = ['5.4.5', '5.9.3', '6.0.3', '7.0.2'];

/** What knows the type of its records, and the parts that take pages: as {@link CONSUMER}. */
const TYPED = `
import { pipeline } from 'node:stream/promises';
import {
  createSource, csvFile, debounce, dedupe, fileNameOf, filter, filterPage, isSpillwayError, jsonlFile, map, mapPage, merge, Page, partitionBy,
  sample, tee, throttle, validate, WebSocketReadable, window, writePages,
  type AnySpillwayError, type CsvFileOptions, type Message, type PageTransfer, type Source, type Stage, type WindowFacts, type WorkContext,
} from 'spillway';
import { gapOf, messageOf, pageOf, sinkConformance, type ConformanceCase } from 'spillway/testing';

interface Trade { readonly symbol: string; readonly price: number; readonly at: Date }
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_is: Same<A, B>): void => {};

const source = createSource<Trade>({ url: 'wss://example.com', idleTimeoutMs: 5_000, unbounded: true });
same<typeof source, Source<Trade>>(true);
export async function sum(): Promise<number> {
  let total = 0;
  for await (const page of source.pages()) {
    same<typeof page, Page<Trade>>(true);
    for (const { price } of page.records) total += price;
  }
  // @ts-expect-error: no such event
  source.pages().on('conected', () => {});
  return total;
}

const bar = map((message: Message<Trade>, { signal }: WorkContext) => [message.value.price, signal.aborted] as const, { timeoutMs: 5_000 });
same<typeof bar, Stage<Message<Trade>, Message<readonly [number, boolean]>>>(true);
const keep = filter((message: Message<Trade>) => message.value.price > 0, { concurrency: 2, ordered: false, onError: 'skip' });
same<typeof keep, Stage<Message<Trade>, Message<Trade>>>(true);
const whole = mapPage(async (page: Page<Trade>) => page.records.map(({ at }) => at), { concurrency: 4 });
same<typeof whole, Stage<Page<Trade>, Page<string>>>(true);
const some = filterPage((page: Page<Trade>) => page.records.map(({ price }) => price > 1), { timeoutMs: 1 });
same<typeof some, Stage<Page<Trade>, Page<Trade>>>(true);
const bars = window({ everyMs: 1_000, by: 'symbol' }, {
  init: (facts: WindowFacts) => ({ from: facts.from, volume: 0 }),
  add: (state, message: Message<Trade>) => void (state.volume += message.value.price),
  result: (state) => state.volume,
});
same<typeof bars, Stage<Message<Trade>, Message<number>>>(true);
export const stages = [
  dedupe<Trade>({ by: ['symbol'], windowMs: 1_000 }), sample<Trade>({ every: 2, by: (message) => message.value.symbol }),
  throttle<Trade>({ everyMs: 1 }), debounce<Trade>({ afterMs: 1, maxWaitMs: 2 }), bars,
  validate({ type: 'object' }), whole, some, keep, bar,
] as const;
export const both = merge([new WebSocketReadable('wss://a'), new WebSocketReadable('wss://b')], { maxSkewMs: 10 });

const columns: CsvFileOptions['columns'] = ['symbol', ['data', 0], { path: 'at', header: 'time' }];
const table = csvFile('out.csv', { columns, delimiter: ';', append: true });
export async function store(): Promise<number> {
  const own = writePages(async (page, { signal }) => void (await fetch('https://example.com', { method: 'POST', body: page.bytes, signal })));
  const parts = partitionBy((message) => message.frame.url, (key) => jsonlFile(fileNameOf(key)), { maxOpen: 8 });
  await pipeline(source.pages(), tee([table, own, parts], { pace: 'own', onError: 'continue' }));
  return table.stats.records;
}
// @ts-expect-error: no columns
csvFile('out.csv', {});
// @ts-expect-error: no such pace
tee([table], { pace: 'slow' });

export function across(page: Page<Trade>): Page<Trade> {
  const { value, transferList }: PageTransfer = page.toTransferable();
  void transferList;
  // @ts-expect-error: not for users
  new Page();
  return Page.from<Trade>(value);
}
export function told(error: unknown): number | undefined {
  if (!isSpillwayError(error)) return undefined;
  const ours: AnySpillwayError = error;
  switch (ours.code) {
    case 'ERR_SINK': return ours.recordsWritten;
    case 'ERR_CONFIG': return ours.problems.length;
    // @ts-expect-error: no such code
    case 'ERR_NOBODY': return 0;
    default: return undefined;
  }
}
export const cases: readonly ConformanceCase[] = sinkConformance({ open: () => table, stored: (sink) => sink.path, hasStats: true });
export const made = [messageOf({ a: 1 }), pageOf(['1', messageOf(gapOf({ cause: 'drop' } as never))])];
`;

/** What an ES module writes, and a module of CommonJS where the compiler knows that Node.js can `require()` one. */
const CONSUMER = `
import { pipeline } from 'node:stream/promises';
import {
  batch, createSource, envelope, filter, jsonlFile, map, parse, SpillwayError, validate, WebSocketReadable,
  type Gap, type Page, type SourceConfig,
} from 'spillway';
import { kafka, type KafkaOptions, type KafkaReport } from 'spillway/kafka';
import { createFakeClock, createFeedServer, marketFeed } from 'spillway/testing';

export async function capture(): Promise<number> {
  const server = await createFeedServer({
    onConnection: async (client) => {
      await client.expectMessages(['{"op":"subscribe"}']);
      await client.sendMany(['1', Buffer.from('2')]);
      await client.close(1000);
    },
  });
  const frames = new WebSocketReadable(server.url, { maxFrames: 1, subscribe: [{ send: () => Buffer.from('{}') }] });
  frames.on('gap', (gap: Gap) => console.log(gap.cause, gap.code));
  await pipeline(
    frames,
    parse({ onError: 'skip' }),
    validate({ type: 'object' }),
    filter((message) => message.value !== null),
    envelope(),
    map((message) => message.value),
    batch({ size: 10 }),
    jsonlFile('out.jsonl', { append: true, compression: 'gzip' }),
  );
  const config: SourceConfig = { url: server.url, max_messages: 1, idle_timeout: '5s' };
  let records = 0;
  for await (const page of createSource(config, { clock: createFakeClock() }).pages()) records += length(page);
  return records;
}

export async function publish(options: KafkaOptions): Promise<KafkaReport> {
  const sink = kafka(options);
  await pipeline(createSource({ url: 'wss://example.com', unbounded: true }).pages(), sink);
  return sink.report();
}

export const isOurs = (error: unknown): boolean => error instanceof SpillwayError && error.code === 'ERR_PARSE';
// @ts-expect-error: no such code
export const isNobodys = (error: SpillwayError): boolean => error.code === 'ERR_NOBODY';
// @ts-expect-error: no such option
parse({ onErorr: 'skip' });
// @ts-expect-error: not of this type
createSource({ url: 1 });
void marketFeed;
function length(page: Page): number { return page.length; }
`;
const REQUIRE = `
import spillway = require('spillway');
import testing = require('spillway/testing');
export const source: spillway.Source = spillway.createSource({ url: 'wss://example.com', unbounded: true });
export const server: Promise<testing.FeedServer> = testing.createFeedServer();
// @ts-expect-error: no such option
spillway.parse({ onErorr: 'skip' });
`;
/** A module of CommonJS for every compiler. */
const IMPORT_LATE = `
import type { Page, Source } from 'spillway' with { 'resolution-mode': 'import' };
export async function open(): Promise<Source> {
  const { createSource, parse } = await import('spillway');
  // @ts-expect-error: no such option
  parse({ onErorr: 'skip' });
  return createSource({ url: 'wss://example.com', unbounded: true });
}
export const length = (page: Page): number => page.length;
`;
const FILES = {
  'esm.mts': CONSUMER,
  'typed.mts': TYPED,
  'late.cts': IMPORT_LATE,
  'named.cts': CONSUMER,
  'require.cts': REQUIRE,
};

/** What the strictest of consumers set; the declarations of everything are read. */
const STRICT = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--skipLibCheck', 'false'];
/** Modes, the versions that have each, and the files that can be compiled in it. */
const MODES = [
  { module: 'nodenext', resolution: 'nodenext', from: 5.8, files: Object.keys(FILES) },
  { module: 'nodenext', resolution: 'nodenext', before: 5.8, files: ['esm.mts', 'typed.mts', 'late.cts'] },
  { module: 'node18', resolution: 'node16', from: 5.8, files: ['esm.mts', 'typed.mts', 'late.cts'] },
  { module: 'esnext', resolution: 'bundler', files: ['esm.mts', 'typed.mts'] },
];

/** Of Node.js' own types, the oldest that we take go with every version, and the newest with the newest. */
for (const [types, versions] of [
  ['20', VERSIONS],
  ['26', VERSIONS.slice(-1)],
]) {
  describe(`with @types/node ${types}`, () => {
    let consumer;
    before(async () => {
      const compilers = versions.map((version) => `typescript-${version}@npm:typescript@${version}`);
      consumer = await project('compiled', { packages: [...compilers, `@types/node@${types}`], files: FILES });
    });
    for (const version of versions) {
      for (const mode of MODES) {
        const minor = Number.parseFloat(version);
        if (minor < (mode.from ?? 0) || minor >= (mode.before ?? minor + 1)) continue;
        test(`TypeScript ${version} compiles against it, as ${mode.module}, resolved as by ${mode.resolution}`, async () => {
          const flags = ['--target', 'es2022', '--module', mode.module, '--moduleResolution', mode.resolution];
          const alone = minor >= 6 ? ['--ignoreConfig'] : [];
          const compiler = `node_modules/typescript-${version}/bin/tsc`;
          await consumer.node(compiler, '--noEmit', '--types', 'node', ...alone, ...STRICT, ...flags, ...mode.files);
        });
      }
    }
  });
}
