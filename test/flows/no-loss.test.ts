import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import {
  batch,
  DisconnectedError,
  type Page,
  ParseError,
  parse,
  type Source,
  type SourceConfig,
  WebSocketReadable,
} from '../../lib/index.js';
import type { FeedClient } from '../../lib/testing/index.js';
import { ARRANGEMENTS, type Outcome, run } from '../support/arrangements.js';
import { feed } from '../support/feed.js';
import { WATCHDOG } from '../support/watchdog.js';
import {
  anyStretches,
  anyWire,
  type FeedFrame,
  framesOf,
  lineOf,
  manySmallStretches,
  play,
  seenByClient,
  type Wire,
} from './support/feeds.js';
import { seedOf } from './support/seed.js';

/** How a run ends. `at` is a share of the frames, in per cent. */
type Ending =
  | { readonly kind: 'close' | 'drop' | 'reset' }
  | { readonly kind: 'parse failure'; readonly at: number; readonly bad: Buffer }
  | { readonly kind: 'max_messages' | 'abort' | 'stop'; readonly at: number }
  | { readonly kind: 'reconnects'; readonly drops: readonly number[] };

for (const arrangement of ARRANGEMENTS) {
  test(`whatever is received reaches the sink once, whole, in order, however the run ends (${arrangement})`, async (t) => {
    let script: (client: FeedClient) => Promise<void> = async () => {};
    const server = await feed(t, (client) => script(client), { perMessageDeflate: true });
    // A run that is left when the time is up would ask a server that is gone for ever.
    const over = new AbortController();
    t.after(() => over.abort());
    let runs = 0;
    let pauses = 0;

    const property = fc.asyncProperty(anyRun, async ({ stretches, wire, ending, stalls, ...sizes }) => {
      runs++;
      const good = framesOf(stretches);
      const plan = planOf(ending, good);
      script = scriptOf(plan, wire);
      const bound = boundOf(plan.frames, sizes, arrangement === 'fused');
      const stall = stalling(stalls);
      const abort = new AbortController();
      const outcome = await run(
        arrangement,
        { ...sizes, ...plan.config, url: server.url },
        {
          signal: AbortSignal.any([abort.signal, over.signal]),
          onStart(source) {
            if (ending.kind === 'abort') void whenReceived(source, plan.at).then(() => abort.abort());
            if (ending.kind === 'stop') void whenReceived(source, plan.at).then(() => source.stop());
          },
          onPage: (_page, source) => stall(() => assertWithin(bound, source.stats)),
        },
      );
      pauses += outcome.events.filter(({ name }) => name === 'paused').length;

      const isCutShort = ending.kind === 'abort' || ending.kind === 'stop';
      const received = isCutShort ? outcome.stats.frames : plan.records;
      assert.ok(received >= plan.at && received <= good.length);
      assertSame(outcome.texts, good.slice(0, received).map(lineOf));
      assert.equal(outcome.stats.records, received);
      assertEnd(outcome, plan);
      const sequences = outcome.pages.flatMap((page) => page.ends.map((_, index) => page.frame(index).sequence));
      assert.deepEqual(sequences, [...sequences.keys()]);
      assert.ok(outcome.pages.every((page) => page.length > 0));
    });

    await fc.assert(property, { seed: seedOf(t), numRuns: RUNS, ...WATCHDOG });
    t.diagnostic(`${runs} runs, in which a slow sink held the socket ${pauses} times`);
    assert.ok(pauses > 0, 'no sink was slow enough to hold the socket');
  });
}

test('a Readable of frames holds no more than its limits and one read of the socket, and loses nothing', async (t) => {
  let script: (client: FeedClient) => Promise<void> = async () => {};
  const server = await feed(t, (client) => script(client));
  let runs = 0;
  let pauses = 0;

  const property = fc.asyncProperty(anyLimits, async ({ stretches, wire, stalls, size, ...limits }) => {
    runs++;
    const frames = framesOf(stretches);
    script = async (client) => {
      await play(client, frames, wire);
      await client.close(1000);
    };
    const { largest, perRead } = extremes(frames);
    const bound = {
      frames: limits.highWaterMark + perRead,
      bytes: limits.maxBufferedBytes + SOCKET_READ_BYTES + largest,
    };
    const readable = new WebSocketReadable(server.url, limits);
    readable.on('paused', () => pauses++);
    const stall = stalling(stalls);
    const texts: string[] = [];
    const sink = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write(page: Page, _encoding, callback) {
        for (const index of page.ends.keys()) texts.push(page.text(index).toString());
        stall(() => assertWithin(bound, readable.stats)).then(() => callback(), callback);
      },
    });
    await pipeline(readable, parse(), batch({ size }), sink);
    assertSame(texts, frames.map(lineOf));
  });

  await fc.assert(property, { seed: seedOf(t), numRuns: LIMIT_RUNS, ...WATCHDOG });
  t.diagnostic(`${runs} runs, in which a slow sink held the socket ${pauses} times`);
  assert.ok(pauses > 0, 'no sink was slow enough to hold the socket');
});

/** What a run is about: the frames that the server sends, and what is to come of them. */
interface Plan {
  readonly ending: Ending;
  readonly frames: readonly FeedFrame[];
  /** The number of the frame at which it happens. */
  readonly at: number;
  /** How many records there are to be, for an ending that says so. */
  readonly records: number;
  /** Where connections are dropped, for a run that goes on. */
  readonly drops: readonly number[];
  readonly config: Partial<SourceConfig>;
  readonly error: 'none' | 'disconnected' | 'parse' | 'abort';
}

function planOf(ending: Ending, good: readonly FeedFrame[]): Plan {
  const place = (percent: number) => Math.floor((good.length * percent) / 100);
  const at = 'at' in ending ? place(ending.at) : 0;
  const plan = { ending, frames: good, at, records: good.length, drops: [], config: { unbounded: true } };
  switch (ending.kind) {
    case 'close':
      return { ...plan, error: 'none' };
    case 'drop':
    case 'reset':
      return { ...plan, error: 'disconnected' };
    case 'parse failure': {
      if (at === good.length) return { ...plan, error: 'none' };
      const frames = good.with(at, { ...good[at]!, bytes: ending.bad });
      return { ...plan, frames, records: at, error: 'parse' };
    }
    case 'max_messages':
      if (at === 0) return { ...plan, error: 'none' };
      return { ...plan, records: at, config: { max_messages: at }, error: 'none' };
    case 'abort':
      return { ...plan, error: 'abort' };
    case 'stop':
      return { ...plan, error: 'none' };
    case 'reconnects': {
      const config = { max_messages: good.length, reconnect: true, reconnect_backoff: 0 };
      return { ...plan, drops: ending.drops.map(place).sort((a, b) => a - b), config, error: 'none' };
    }
  }
}

function scriptOf({ ending, frames, drops }: Plan, wire: Wire): (client: FeedClient) => Promise<void> {
  let connections = 0;
  return async (client) => {
    const connection = connections++;
    const from = drops[connection - 1] ?? 0;
    const to = drops[connection] ?? frames.length;
    await play(client, frames.slice(from, to), wire);
    switch (ending.kind) {
      case 'abort':
      case 'stop':
        return;
      case 'reconnects':
        if (connection < drops.length) await client.drop();
        return;
      case 'drop':
        await client.drop();
        return;
      case 'reset':
        // What is on its way when a connection is reset is not received.
        await seenByClient(client);
        await client.reset();
        return;
      case 'close':
      case 'parse failure':
      case 'max_messages':
        await client.close(1000);
    }
  };
}

function assertEnd({ error, events }: Outcome, { ending, at, error: expected }: Plan): void {
  switch (expected) {
    case 'none':
      assert.equal(error, undefined);
      assert.ok(events.some(({ name }) => name === 'ended'));
      return;
    case 'disconnected':
      assert.ok(error instanceof DisconnectedError, String(error));
      assert.equal(error.closeCode, 1006);
      return;
    case 'parse':
      assert.ok(error instanceof ParseError, String(error));
      assert.equal(error.sequence, at);
      return;
    case 'abort':
      assert.equal(error?.name, 'AbortError', `${ending.kind}: ${error}`);
  }
}

/** What may wait in the Readable that a run begins with. */
interface Bound {
  readonly frames: number;
  readonly bytes: number;
}

function boundOf(
  frames: readonly FeedFrame[],
  { batch_size, max_buffered_bytes: given }: Pick<SourceConfig, 'batch_size' | 'max_buffered_bytes'>,
  isFused: boolean,
): Bound {
  const { largest, perRead } = extremes(frames);
  const bytes = Number(given ?? 16 * 1024 * 1024) + SOCKET_READ_BYTES + largest;
  if (!isFused) return { frames: 1_024 + perRead, bytes };
  // Pages wait, and the first that a read of the socket fills was begun before.
  const page = Math.min(batch_size || frames.length, frames.length);
  return { frames: 5 * page + perRead, bytes: bytes + page * (largest + 1) };
}

function extremes(frames: readonly FeedFrame[]): { readonly largest: number; readonly perRead: number } {
  const sizes = frames.map(({ bytes }) => bytes.length);
  return { largest: Math.max(...sizes), perRead: Math.ceil(SOCKET_READ_BYTES / (Math.min(...sizes) + 2)) + 1 };
}

function assertWithin(bound: Bound, stats: { readonly bufferedFrames: number; readonly bufferedBytes: number }): void {
  assert.ok(stats.bufferedFrames <= bound.frames, `${stats.bufferedFrames} frames wait, of ${bound.frames} allowed`);
  assert.ok(stats.bufferedBytes <= bound.bytes, `${stats.bufferedBytes} bytes wait, of ${bound.bytes} allowed`);
}

/** A sink that takes so many turns of the event loop for a page; `look` is called in each. */
function stalling(stalls: readonly number[]): (look: () => void) => Promise<void> {
  let pages = 0;
  return async (look) => {
    look();
    for (let turns = stalls[pages++ % stalls.length]!; turns > 0; turns--) {
      await nextTurn();
      look();
    }
  };
}

async function whenReceived(source: Source, frames: number): Promise<void> {
  while (source.stats.frames < frames && source.stats.state !== 'ended') await nextTurn();
}

/** The same as `deepEqual`, which takes minutes to say how two long lists of long strings differ. */
function assertSame(actual: readonly string[], expected: readonly string[]): void {
  const differs = actual.findIndex((text, index) => text !== expected[index]);
  if (differs !== -1) {
    const [is, should] = [actual[differs], expected[differs]].map((text) => text?.slice(0, 200));
    assert.fail(`Record ${differs} is ${is}, and should be ${should}.`);
  }
  assert.equal(actual.length, expected.length);
}

const anyStalls = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 20 }) },
    { weight: 1, arbitrary: fc.integer({ min: 50, max: 150 }) },
  ),
  { minLength: 1, maxLength: 8 },
);

const percent = fc.oneof(fc.integer({ min: 0, max: 99 }), fc.constantFrom(0, 100));

const anyEnding: fc.Arbitrary<Ending> = fc.oneof(
  fc.record({ kind: fc.constantFrom('close' as const, 'drop' as const, 'reset' as const) }),
  fc.record({
    kind: fc.constant('parse failure' as const),
    at: percent,
    bad: fc
      .constantFrom('{"n":', '', '{"n":1}x', '\xef\xbb\xbf1', '[1,]', '"\x01"', '"\xff"')
      .map((text) => Buffer.from(text, 'latin1')),
  }),
  fc.record({ kind: fc.constantFrom('max_messages' as const, 'abort' as const, 'stop' as const), at: percent }),
  fc.record({ kind: fc.constant('reconnects' as const), drops: fc.array(percent, { maxLength: 3 }) }),
);

const anyRun = fc.record({
  stretches: fc.oneof({ weight: 5, arbitrary: anyStretches }, { weight: 1, arbitrary: manySmallStretches }),
  wire: anyWire,
  ending: anyEnding,
  stalls: anyStalls,
  batch_size: fc.constantFrom(0, 1, 2, 3, 17, 100, 1_000, 1_000_000),
  page_bytes: fc.constantFrom(undefined, undefined, 1, 700, 100_000),
  max_buffered_bytes: fc.constantFrom(undefined, 1, 1, 300, 10_000, 65_536, 1_000_000),
  per_message_deflate: fc.boolean(),
});

const anyLimits = fc.record({
  stretches: fc.oneof(anyStretches, manySmallStretches),
  wire: anyWire,
  stalls: anyStalls,
  size: fc.constantFrom(1, 2, 50, 1_000),
  highWaterMark: fc.constantFrom(1, 2, 10, 64, 500),
  maxBufferedBytes: fc.constantFrom(1, 300, 10_000, 65_536, 1_000_000),
});

/** `SPILLWAY_RUNS` of each kind; the gate takes more of them. */
const RUNS = Number(process.env['SPILLWAY_RUNS'] ?? 40);
const LIMIT_RUNS = Math.ceil(RUNS * 0.6);
/** As much as Node reads from a socket at once. */
const SOCKET_READ_BYTES = 65_536;
