// What an editor and a compiler say of the public surface: `tsc` checks this file; running it shows that it loads.
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { expectTypeOf } from 'expect-type';
import {
  batch,
  type ConnectionEvents,
  createSource,
  envelope,
  type Frame,
  field,
  filter,
  jsonlFile,
  type Message,
  map,
  type Page,
  parse,
  type Source,
  type SourceStats,
  SpillwayError,
  stdout,
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
  // @ts-expect-error a key in camelCase is for streams alone
  createSource({ url, maxMessages: 1 });
  // @ts-expect-error the address is required
  createSource({ max_messages: 1 });
  // @ts-expect-error not a codec
  jsonlFile('a', { compression: 'lz4' });
}

test('an error of this library can be told from others', () => {
  const error: unknown = new Error('x');
  if (error instanceof SpillwayError) expectTypeOf(error).toEqualTypeOf<SpillwayError>();
});

expectTypeOf(new Writable()).toExtend<NodeJS.WritableStream>();
