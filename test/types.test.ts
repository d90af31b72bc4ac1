// What an editor and a compiler say of the public surface: `tsc` checks this file; running it shows that it loads.
import { once } from 'node:events';
import { PassThrough, type Readable, pipeline as streamPipeline, type Transform, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import type { JSONSchemaType } from 'ajv';
import { expectTypeOf } from 'expect-type';
import { z } from 'zod';
import {
  type AnySpillwayError,
  batch,
  type ConnectionEvents,
  createSource,
  debounce,
  dedupe,
  type Envelope,
  type ErrorCode,
  envelope,
  type Frame,
  field,
  filter,
  isSpillwayError,
  jsonlFile,
  type MergeReadable,
  Message,
  map,
  merge,
  Page,
  type PagesReadable,
  parse,
  type SinkError,
  type Source,
  type SourceStats,
  SpillwayError,
  type Stage,
  sample,
  select,
  stdout,
  throttle,
  validate,
  WebSocketReadable,
} from '../lib/index.js';

const url = 'ws://127.0.0.1:1';

test('good calls have the types that a reader expects', () => {
  expectTypeOf(new WebSocketReadable(url).stats.frames).toEqualTypeOf<number>();
  expectTypeOf(createSource({ url, max_messages: 1 })).toEqualTypeOf<Source>();
  expectTypeOf<Source['stats']>().toEqualTypeOf<SourceStats>();
  expectTypeOf<Source['fetchAll']>().returns.toEqualTypeOf<Promise<unknown[]>>();
  expectTypeOf<Page['records']>().toEqualTypeOf<unknown[]>();
  expectTypeOf<Page['messages']>().toEqualTypeOf<Message[]>();
  expectTypeOf<Message['value']>().toEqualTypeOf<unknown>();
  expectTypeOf(field('a.b')).returns.toEqualTypeOf<string | number | boolean | null | undefined>();
  expectTypeOf<SpillwayError['code']>().toExtend<`ERR_${string}`>();
});

test('events carry typed payloads', () => {
  const readable = new WebSocketReadable(url);
  readable.on('disconnected', (payload) => expectTypeOf(payload).toEqualTypeOf<ConnectionEvents['disconnected']>());
  readable.once('reconnecting', ({ attempt, delayMs }) => expectTypeOf(attempt).toEqualTypeOf(delayMs));
  readable.on('error', (error) => expectTypeOf(error).toEqualTypeOf<Error>());
});

/** Never called: compiled only. */
export async function compiles(source: Source, sink: Writable): Promise<void> {
  for await (const frame of new WebSocketReadable(url)) expectTypeOf(frame).toEqualTypeOf<Frame>();
  for await (const page of source.pages()) expectTypeOf(page).toEqualTypeOf<Page>();
  await pipeline(source.pages(), sink);
  await pipeline(source.pages(), jsonlFile('a.jsonl'));
  await pipeline(...source.stages(), sink);
  await pipeline([...source.stages(), stdout()]);
  await pipeline(new WebSocketReadable(url), parse(), envelope(), batch(), sink);
  await pipeline(
    new WebSocketReadable(url, { credentials: async () => ({ type: 'bearer', token: 'a' }) }),
    parse({ onError: 'skip' }),
    validate({ type: 'object' }),
    map((message) => message.value),
    filter((message) => message.byteLength > 2),
    batch({ size: 10 }),
    sink,
  );
  await using readable = new WebSocketReadable(url);
  readable.stop();

  // @ts-expect-error an option that does not exist
  new WebSocketReadable(url, { maxMesages: 1 });
  // @ts-expect-error a duration as text is for configurations alone
  new WebSocketReadable(url, { idleTimeoutMs: '5s' });
  // @ts-expect-error not one of the three
  parse({ format: 'yaml' });
  // @ts-expect-error a number
  batch({ size: '10' });
  createSource({ url, maxMessages: 1, idleTimeoutMs: 30_000, reconnect_backoff: '1s' });
  createSource({ url, unbounded: true, heartbeat: { message: 'ping', intervalMs: 5_000 } });
  createSource({ url, unbounded: true, heartbeat: { message: 'ping', interval: '5s' } });
  createSource({ url, unbounded: true, reconnectBackoff: { initialMs: 100, maxMs: 1_000 } });
  createSource({ url, unbounded: true, tls: { rejectUnauthorized: false } });
  createSource({ url, unbounded: true, subscribe: [{ send: 'x', timeoutMs: 1, expect: { path: 'ok', equals: '1' } }] });
  createSource({ url, unbounded: true, transforms: [{ type: 'explode', config: { path: 'x', onMissing: 'drop' } }] });
  createSource({
    url,
    unbounded: true,
    auth: { type: 'oauth2', config: { tokenUrl: 'https://x', clientId: 'x', clientSecret: 'x', expiryMarginMs: 1 } },
  });
  // @ts-expect-error a duration as text is for the spelling of files alone
  createSource({ url, idleTimeoutMs: '30s' });
  // @ts-expect-error a name that is in neither spelling
  createSource({ url, idleTimeout: 30 });
  // @ts-expect-error milliseconds, and no text
  createSource({ url, unbounded: true, reconnectBackoff: '1s' });
  // @ts-expect-error the address is required
  createSource({ max_messages: 1 });
  // @ts-expect-error not a codec
  jsonlFile('a', { compression: 'lz4' });
}

test('an error of this library can be told from others', () => {
  const error: unknown = new Error('x');
  if (error instanceof SpillwayError) expectTypeOf(error).toEqualTypeOf<SpillwayError>();
});

/** Never called: the code of an error says what it carries. */
export function branches(error: unknown): unknown {
  if (!isSpillwayError(error)) return undefined;
  expectTypeOf(error).toEqualTypeOf<AnySpillwayError>();
  expectTypeOf<(typeof error)['code']>().toEqualTypeOf<ErrorCode>();
  switch (error.code) {
    case 'ERR_SINK':
      return expectTypeOf(error).toEqualTypeOf<SinkError>();
    case 'ERR_PARSE':
      return expectTypeOf(error.offset).toEqualTypeOf<number>();
    // @ts-expect-error there is no such code
    case 'ERR_SINKS':
      return undefined;
    default:
      // @ts-expect-error not all of them have an offset
      return error.offset;
  }
}

expectTypeOf(new Writable()).toExtend<NodeJS.WritableStream>();

interface Trade {
  readonly symbol: string;
  readonly price: number;
}

/** Never called: what one knows of a record goes with it from stage to stage, and to whoever reads. */
export async function carriesTypes(source: Source<Trade>, frames: WebSocketReadable): Promise<void> {
  expectTypeOf(merge([frames])).toEqualTypeOf<MergeReadable<Frame>>();
  for await (const frame of merge([frames, frames])) expectTypeOf(frame).toEqualTypeOf<Frame>();
  merge([frames], { by: (frame) => frame.sequence });
  expectTypeOf(createSource<Trade>({ url, max_messages: 1 })).toEqualTypeOf<Source<Trade>>();
  expectTypeOf(await source.fetchAll()).toEqualTypeOf<Trade[]>();
  const pages = source.pages();
  for await (const page of pages) {
    expectTypeOf(page).toEqualTypeOf<Page<Trade>>();
    expectTypeOf(page.records).toEqualTypeOf<Trade[]>();
    expectTypeOf(page.messages).toEqualTypeOf<Message<Trade>[]>();
    for (const message of page.messages) {
      expectTypeOf(message.value).toEqualTypeOf<Trade>();
      expectTypeOf(message.withValue(1)).toEqualTypeOf<Message<number>>();
    }
  }
  expectTypeOf(pages.read()).toEqualTypeOf<Page<Trade> | null>();
  expectTypeOf(frames.read(1)).toEqualTypeOf<Frame | null>();
  for await (const page of pages.iterator({ destroyOnReturn: false })) expectTypeOf(page).toEqualTypeOf<Page<Trade>>();

  const trades = parse<Trade>();
  expectTypeOf(await trades.toArray()).toEqualTypeOf<Message<Trade>[]>();
  expectTypeOf(await frames.pipe(parse()).toArray()).toEqualTypeOf<Message[]>();
  expectTypeOf(await batch<Trade>().toArray()).toEqualTypeOf<Page<Trade>[]>();
  expectTypeOf(await envelope<Trade>().toArray()).toEqualTypeOf<Message<Envelope<Trade>>[]>();
  expectTypeOf(await select(['a', 'b.c']).toArray()).toEqualTypeOf<
    Message<{ readonly a?: unknown; readonly 'b.c'?: unknown }>[]
  >();

  const prices = map((message: Message<Trade>) => message.value.price);
  expectTypeOf(prices).toEqualTypeOf<Stage<Message<Trade>, Message<number>>>();
  expectTypeOf(map(async (message: Message<Trade>) => message)).toEqualTypeOf<Stage<Message<Trade>, Message<Trade>>>();
  expectTypeOf(map((message) => message.withValue({ a: 1 }))).toEqualTypeOf<Stage<Message, Message<{ a: number }>>>();
  expectTypeOf(map((message) => new Date(message.frame.receivedAt))).toEqualTypeOf<Stage<Message, Message<string>>>();
  expectTypeOf(filter((message: Message<Trade>) => message.value.price > 1)).toEqualTypeOf<
    Stage<Message<Trade>, Message<Trade>>
  >();
  const schema: JSONSchemaType<Trade> = {
    type: 'object',
    required: ['symbol', 'price'],
    properties: { symbol: { type: 'string' }, price: { type: 'number' } },
  };
  expectTypeOf(validate(schema)).toEqualTypeOf<Stage<Message, Message<Trade>>>();
  expectTypeOf(validate({ type: 'object', required: ['price'] })).toEqualTypeOf<Stage<Message, Message>>();
  // @ts-expect-error the schema is not that of a trade
  validate<Trade>({ type: 'object', required: ['symbol'], properties: { symbol: { type: 'number' } } });
  const shape = z.object({ symbol: z.string(), price: z.number(), size: z.coerce.number<string>() });
  expectTypeOf(validate(shape)).toEqualTypeOf<
    Stage<Message, Message<{ symbol: string; price: number; size: string }>>
  >();
  const isTrade = (message: Message): message is Message<Trade> => message.byteLength > 2;
  expectTypeOf(filter(isTrade)).toEqualTypeOf<Stage<Message, Message<Trade>>>();

  const composed = frames
    .compose(trades)
    .compose(filter({ path: 'symbol', op: 'eq', value: 'BTC' }))
    .compose(filter((message) => expectTypeOf(message).toEqualTypeOf<Message<Trade>>()))
    .compose(dedupe({ by: ['symbol'], windowMs: 1 }))
    .compose(sample({ every: 2, by: 'symbol' }))
    .compose(throttle({ everyMs: 1, by: ({ value }) => value.symbol }))
    .compose(debounce({ afterMs: 1, by: ['symbol', 'price'] }))
    .compose(map(({ value }) => value.price))
    .compose(batch());
  for await (const page of composed) expectTypeOf(page).toEqualTypeOf<Page<number>>();
  const split = pages.compose(async function* (pages) {
    for await (const page of pages) yield* page.records;
  });
  expectTypeOf(await split.toArray()).toEqualTypeOf<Trade[]>();
  expectTypeOf(pages.compose(new PassThrough())).toEqualTypeOf<PassThrough>();
  // @ts-expect-error there is no such field
  map((message: Message<Trade>) => message.value.prize);
  // @ts-expect-error a stage of trades takes no numbers
  prices.write(1);
  // @ts-expect-error no key
  throttle({ everyMs: 1, by: (message: Message<Trade>) => message.value });
  // @ts-expect-error the methods of a Readable know its items
  pages.map((page) => page.recrods);
}

/** Never called: the methods of a Readable that take functions of an item. */
export async function knowsItems(pages: PagesReadable<Trade>): Promise<void> {
  const lengths = pages.map((page, { signal }) => (signal.aborted ? 0 : page.length), { concurrency: 2 });
  expectTypeOf(await lengths.toArray()).toEqualTypeOf<number[]>();
  expectTypeOf(await pages.map(async (page) => page.records).toArray()).toEqualTypeOf<Trade[][]>();
  expectTypeOf(await pages.flatMap((page) => page.records).toArray()).toEqualTypeOf<Trade[]>();
  expectTypeOf(await pages.filter((page) => page.length > 1).toArray()).toEqualTypeOf<Page<Trade>[]>();
  expectTypeOf(await pages.take(1).drop(1).toArray()).toEqualTypeOf<Page<Trade>[]>();
  expectTypeOf(await pages.find((page) => page.length > 1)).toEqualTypeOf<Page<Trade> | undefined>();
  expectTypeOf(await pages.reduce((sum, page) => sum + page.length, 0)).toEqualTypeOf<number>();
  expectTypeOf(await lengths.reduce((sum, length) => sum + length)).toEqualTypeOf<number>();
  await pages.forEach((page) => void expectTypeOf(page).toEqualTypeOf<Page<Trade>>());
  expectTypeOf(await pages.some((page) => page.length > 1)).toEqualTypeOf<boolean>();
  expectTypeOf(await pages.every((page) => page.length > 1)).toEqualTypeOf<boolean>();
}

/** Never called: a name that is no event does not compile, and ours are streams like any other nevertheless. */
export async function knowsEvents(pages: PagesReadable<Trade>, frames: WebSocketReadable): Promise<void> {
  pages.on('data', (page) => expectTypeOf(page).toEqualTypeOf<Page<Trade>>());
  frames.once('data', (frame) => expectTypeOf(frame).toEqualTypeOf<Frame>());
  pages.prependOnceListener('connected', ({ connection }) => expectTypeOf(connection).toEqualTypeOf<number>());
  parse<Trade>().on('data', (message) => expectTypeOf(message).toEqualTypeOf<Message<Trade>>());
  expectTypeOf(frames.on('end', () => {}).stop()).toEqualTypeOf<void>();
  // @ts-expect-error a slip of the pen
  pages.on('conected', () => {});
  // @ts-expect-error a slip of the pen
  frames.on('conected', () => {});
  // @ts-expect-error a slip of the pen
  frames.once('conected', () => {});
  // @ts-expect-error a slip of the pen
  frames.off('conected', () => {});
  // @ts-expect-error a slip of the pen
  parse().on('dat', () => {});
  // @ts-expect-error the event carries something else
  pages.on('connected', (event: Frame) => event);
  // @ts-expect-error a page, not a frame
  pages.on('data', (frame: Frame) => frame);
  const name: string = Math.random() < 0.5 ? 'connected' : 'ended';
  pages.on(name, (event: unknown) => event);
  frames.on(Symbol.for('mine'), () => {});
  await once(frames, 'connected');

  expectTypeOf(pages).toExtend<NodeJS.ReadableStream>();
  expectTypeOf(frames).toExtend<NodeJS.ReadableStream>();
  expectTypeOf(pages).toExtend<Readable>();
  expectTypeOf(parse()).toExtend<NodeJS.ReadWriteStream>();
  expectTypeOf(parse()).toExtend<Transform>();
  expectTypeOf(pages).toExtend<AsyncIterable<Page<Trade>>>();
  expectTypeOf(pages).toExtend<PagesReadable>();
  const sink = new PassThrough();
  pages.pipe(sink);
  streamPipeline(pages, sink, () => {});
  await pipeline(pages, async (pages) => {
    for await (const _ of pages);
  });
  await finished(pages);
  expectTypeOf(pages.pause().resume()).toEqualTypeOf<PagesReadable<Trade>>();
}

/** Never called: what only the library makes. */
export function makesNone(): void {
  // @ts-expect-error pages come from batch(), or a source
  new Page();
  // @ts-expect-error messages come from parse()
  new Message();
}
