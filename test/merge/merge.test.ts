import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import {
  batch,
  type Frame,
  type MergeError,
  type MergeOptions,
  type MergeReadable,
  type Message,
  merge,
  parse,
  WebSocketReadable,
} from '../../lib/index.js';
import { createFakeClock, gapOf, messageOf } from '../../lib/testing/index.js';
import { feed, hasRead, sends, sendsThenWaits } from '../support/feed.js';
import { collector, frameOf, gate } from '../support/messages.js';
import { nothingIsLeft, settle } from '../support/resources.js';
import { until, within } from '../support/until.js';

describe('merge()', () => {
  it('gives the frames of all inputs in the order in which they were received, and then ends', async () => {
    const inputs = [Readable.from(framesAt('a', 1, 4, 9)), Readable.from(framesAt('b', 2, 3, 10)), Readable.from([])];
    assert.deepEqual(await textsOf(merge(inputs)), ['a1', 'b2', 'b3', 'a4', 'a9', 'b10']);
  });

  it('loses nothing and keeps the order of each input, however fast each is, with any bound, into a slow sink', async () => {
    const input = fc.array(fc.nat(20), { maxLength: 40 });
    const options = fc.record({ maxItems: fc.integer({ min: 1, max: 5 }), turns: fc.nat(2) });
    await fc.assert(
      fc.asyncProperty(fc.array(input, { minLength: 1, maxLength: 4 }), options, async (all, { maxItems, turns }) => {
        const names = all.map((times, n) => times.map((time, place) => frameOf(`${n}:${place}`, { receivedAt: time })));
        const sink = collector({ turns, highWaterMark: 2 });
        const merged = merge(
          names.map((frames) => Readable.from(frames)),
          { maxItems },
        );
        await pipeline(merged, parse({ format: 'raw_string' }), sink);
        const seen = sink.seen as string[];
        for (const [n, frames] of names.entries()) {
          const own = seen.filter((text) => text.startsWith(`"${n}:`));
          assert.deepEqual(
            own,
            frames.map(({ data }) => `"${data.toString()}"`),
          );
          assert.equal(merged.stats.inputs[n]!.items, frames.length);
        }
        assert.equal(merged.stats.items, seen.length);
      }),
      { numRuns: 50 },
    );
  });

  it('waits for an input that is silent as long as it may, and tells what comes too late for its place', async () => {
    const clock = createFakeClock();
    const [one, other] = [source(), source()];
    const merged = merge([one, other], { maxSkewMs: 500, clock });
    const seen = seenOf(merged);
    for (const frame of framesAt('a', 5, 6)) one.push(frame);
    await settle();
    assert.deepEqual(seen, []);
    assert.deepEqual(merged.stats.inputs[0], { items: 0, late: 0, buffered: 2 });
    await clock.advance(499);
    assert.deepEqual(seen, []);
    await clock.advance(1);
    await settle();
    assert.deepEqual(seen, ['a5', 'a6']);
    for (const frame of framesAt('b', 4, 7)) other.push(frame);
    await settle();
    assert.deepEqual(seen, ['a5', 'a6', 'b4']);
    one.push(null);
    await settle();
    assert.deepEqual(seen, ['a5', 'a6', 'b4', 'b7']);
    const { items, late, buffered, inputs } = merged.stats;
    assert.deepEqual({ items, late, buffered }, { items: 4, late: 1, buffered: 0 });
    assert.deepEqual(
      inputs.map((input) => input.late),
      [0, 1],
    );
    other.push(null);
    await within(() => 'the end', once(merged, 'end'));
    assert.equal(clock.pending, 0);
  });

  it('holds every input while its consumer is slow', async () => {
    let [made, ended] = [0, 0];
    const endless = (name: string) =>
      Readable.from(
        (function* () {
          try {
            for (;;) yield frameOf(name, { receivedAt: made++ });
          } finally {
            ended += 1;
          }
        })(),
        { highWaterMark: 4 },
      );
    const sink = gate();
    const merged = merge([endless('"a"'), endless('"b"')], { maxItems: 10 });
    const running = pipeline(merged, parse(), sink);
    await settle();
    const { buffered, inputs } = merged.stats;
    assert.equal(buffered, 20);
    assert.deepEqual(
      inputs.map((input) => input.buffered),
      [10, 10],
    );
    assert.ok(made < 500, `${made} were made`);
    sink.destroy(new Error('enough'));
    await assert.rejects(running, /enough/);
    await until(() => ended === 2);
  });

  it('orders by a path of the record or by a function, and leaves gaps and records without a time where they stand', async () => {
    const records = (name: string, ...times: unknown[]): Message[] =>
      times.map((ts) => (ts === 'gap' ? messageOf(gapOf()) : messageOf({ name, ...(ts !== undefined && { ts }) })));
    const inputs = () => [
      Readable.from(records('a', 1, 'gap', '5', 8)),
      Readable.from(records('b', 2, 3, undefined, '6.5', 'soon')),
    ];
    const expected = ['a1', 'gap', 'b2', 'b3', 'b', 'a5', 'b6.5', 'bsoon', 'a8'];
    const shown = async (merged: Readable): Promise<string[]> => {
      const messages = (await merged.toArray()) as Message[];
      return messages.map((message) => {
        const { name, ts = '' } = message.value as { name: string; ts?: unknown };
        return message.isGap ? 'gap' : `${name}${String(ts)}`;
      });
    };
    for (const by of ['ts', ['ts']]) assert.deepEqual(await shown(merge(inputs(), { by })), expected);
    const numbers = [Readable.from([{ at: 1 }, { at: 4 }]), Readable.from([{ at: 2 }, { at: 3 }])];
    const merged = merge(numbers, { by: (item: { at: number }) => item.at });
    assert.deepEqual(await merged.toArray(), [{ at: 1 }, { at: 2 }, { at: 3 }, { at: 4 }]);
  });

  it('looks for a path in frames, which need not be JSON', async () => {
    const frames = (...texts: string[]) => Readable.from(texts.map((text) => frameOf(text)));
    const merged = merge([frames('{"t":1}', 'oops', '{"t":4}'), frames('{"t":2}', '{"t":{}}', '{"t":3}')], { by: 't' });
    assert.deepEqual(await textsOf(merged), ['{"t":1}', 'oops', '{"t":2}', '{"t":{}}', '{"t":3}', '{"t":4}']);
  });

  it('fails when an input does, after all that every input had received, and names it', async () => {
    const clock = createFakeClock();
    const [one, other] = [source(), source()];
    const merged = merge([one, other], { clock });
    const seen = seenOf(merged);
    const failed = once(merged, 'error');
    for (const frame of framesAt('a', 5, 9)) one.push(frame);
    await settle();
    for (const frame of framesAt('b', 7, 8)) other.push(frame);
    const cause = Object.assign(new Error('It broke.'), { code: 'EBROKEN' });
    other.once('end', () => assert.fail('It did not end.'));
    await until(() => other.readableLength === 0);
    other.destroy(cause);
    const [error] = (await within(() => 'the error', failed)) as [MergeError];
    assert.deepEqual([error.code, error.input, error.cause], ['ERR_MERGE', 1, cause]);
    assert.match(error.message, /^Input 1 of merge\(\) failed: It broke\./);
    assert.deepEqual(seen, ['a5', 'b7', 'b8', 'a9']);
    assert.ok(one.destroyed);
    assert.equal(clock.pending, 0);
  });

  it('fails when an input is closed before its end', async () => {
    const [one, other] = [source(), source()];
    const running = merge([one, other]).toArray();
    await settle();
    other.destroy();
    await assert.rejects(running, { code: 'ERR_MERGE', input: 1 });
  });

  for (const [what, options, item, sentence] of [
    ['an item that has no time', {}, { at: 1 }, /^merge: Expected frames or messages from its inputs, got an object\./],
    ['a function that throws', { by: () => assert.fail('No.') }, 1, /^merge\.by: The function failed: No\./],
    [
      'a function that returns no number',
      { by: () => '5' as never },
      1,
      /^merge\.by: The function returned "5"\. Return a finite/,
    ],
    [
      'a function that is asynchronous',
      { by: (async () => 5) as never },
      1,
      /^merge\.by: The function returned a promise/,
    ],
  ] as const satisfies readonly (readonly [string, MergeOptions<never>, unknown, RegExp])[]) {
    it(`fails for ${what}, after what came before`, async () => {
      const before = frameOf('1');
      const by = (options as MergeOptions<unknown>).by as ((item: unknown) => number) | undefined;
      const merged = merge([Readable.from([before, item, before]), source()], {
        ...(by && { by: (one: unknown) => (one === before ? 0 : by(one)) }),
      });
      const seen: unknown[] = [];
      merged.on('data', (one) => seen.push(one));
      const [error] = (await within(() => 'the error', once(merged, 'error'))) as [MergeError];
      assert.equal(error.code, 'ERR_CONFIG');
      assert.match(error.message, sentence);
      assert.deepEqual(seen, [before]);
    });
  }

  for (const [what, make, sentence] of [
    ['no inputs', () => merge([]), /^merge\.inputs: Expected an array of at least one Readable, got an array\./],
    ['one stream', () => merge(source() as never), /^merge\.inputs: Expected an array of at least one Readable/],
    [
      'something else among them',
      () => merge([source(), {} as never]),
      /^merge\.inputs\[1\]: Expected a Readable in object/,
    ],
    ['a stream of bytes', () => merge([Readable.from(Buffer.of(1), { objectMode: false })]), /^merge\.inputs\[0\]: /],
    ['a stream twice', () => twice(), /^merge\.inputs\[1\]: It is there twice\./],
    ['an unknown option', () => merge([source()], { skew: 1 } as never), /merge\.skew: There is no such key/],
    ['a path that cannot be read', () => merge([source()], { by: 'a[' }), /^merge\.by: /],
    ['no room', () => merge([source()], { maxItems: 0 }), /^merge\.maxItems: Expected a whole number of at least 1/],
  ] as const) {
    it(`refuses ${what}`, () => assert.throws(make, { code: 'ERR_CONFIG', message: sentence }));
  }

  it('delivers what was received when its signal is aborted, and then fails with an AbortError', async () => {
    const abort = new AbortController();
    const [one, other] = [source(), source()];
    const merged = merge([one, other], { signal: abort.signal });
    const seen = seenOf(merged);
    for (const frame of framesAt('a', 5, 6)) one.push(frame);
    await settle();
    const failed = once(merged, 'error');
    abort.abort(new Error('That will do.'));
    const [error] = (await within(() => 'the error', failed)) as [Error & { code: string }];
    assert.deepEqual([error.code, (error.cause as Error).message], ['ABORT_ERR', 'That will do.']);
    assert.deepEqual(seen, ['a5', 'a6']);
    const early = merge([source()], { signal: abort.signal });
    await assert.rejects(
      within(() => 'the error', early.toArray()),
      { code: 'ABORT_ERR' },
    );
  });

  it('ends in good order when it is stopped, also before it has begun', async () => {
    const [one, other] = [source(), source()];
    const merged = merge([one, other]);
    const seen = seenOf(merged);
    one.push(framesAt('a', 5)[0]);
    await settle();
    merged.stop();
    merged.stop();
    await within(() => 'the end', once(merged, 'end'));
    assert.deepEqual(seen, ['a5']);
    const unread = merge([source()]);
    unread.stop();
    assert.deepEqual(await unread.toArray(), []);
  });
});

describe('merge() of live feeds', () => {
  it('has all records of both, and leaves nothing behind', async (t) => {
    const servers = [await feed(t, sends(...numbered('a', 300))), await feed(t, sends(...numbered('b', 200)))];
    const sink = collector();
    await pipeline(merge(servers.map(({ url }) => new WebSocketReadable(url))), parse(), sink);
    for (const [name, count] of [
      ['a', 300],
      ['b', 200],
    ] as const) {
      assert.deepEqual(
        sink.seen.filter((text) => (text as string).includes(name)),
        numbered(name, count),
      );
    }
    for (const server of servers) await server.close();
    await nothingIsLeft();
  });

  it('delivers all of both when one of them drops, stops the other, and tells which it was and why', async (t) => {
    const { servers, running, seen } = await twoFeeds(t);
    await servers[1]!.clients[0]!.drop();
    await assert.rejects(running, (error: MergeError) => {
      assert.deepEqual([error.code, error.input], ['ERR_MERGE', 1]);
      assert.equal((error.cause as MergeError).code, 'ERR_DISCONNECTED');
      return true;
    });
    assert.deepEqual(seen.toSorted(), [...numbered('a', 20), ...numbered('b', 20)].toSorted());
    const closed = await within(() => 'the other feed to be closed', servers[0]!.clients[0]!.closed);
    assert.equal(closed.code, 1000);
  });

  it('is stopped, with all its feeds, by a stage behind it that has enough', async (t) => {
    const servers = [
      await feed(t, sendsThenWaits(...numbered('a', 9))),
      await feed(t, sendsThenWaits(...numbered('b', 9))),
    ];
    const sink = collector();
    await pipeline(
      merge(
        servers.map(({ url }) => new WebSocketReadable(url)),
        { maxSkewMs: 0 },
      ),
      parse(),
      batch({ maxRecords: 10, lingerMs: 'none' }),
      sink,
    );
    const [page] = sink.seen as { length: number }[];
    assert.equal(page!.length, 10);
    for (const server of servers) {
      const closed = await within(() => 'a feed to be closed', server.clients[0]!.closed);
      assert.equal(closed.code, 1000);
    }
  });
});

async function twoFeeds(t: TestContext) {
  const servers = [
    await feed(t, sendsThenWaits(...numbered('a', 20))),
    await feed(t, sendsThenWaits(...numbered('b', 20))),
  ];
  const inputs = servers.map(({ url }) => new WebSocketReadable(url));
  const sink = collector();
  const merged = merge(inputs);
  const running = pipeline(merged, parse(), sink);
  running.catch(() => {});
  await until(() => inputs.every(({ stats }) => stats.frames === 20));
  for (const server of servers) await hasRead(server.clients[0]!);
  return { servers, running, seen: sink.seen as string[] };
}

function twice(): MergeReadable {
  const stream = source();
  return merge([stream, stream]);
}

function source(): Readable {
  return new Readable({ objectMode: true, read() {} });
}

/** Frames that were received at these times, and say so. */
function framesAt(name: string, ...times: number[]): Frame[] {
  return times.map((receivedAt) => frameOf(`${name}${receivedAt}`, { receivedAt }));
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `{"${name}":${n}}`);
}

async function textsOf(merged: Readable): Promise<string[]> {
  return ((await merged.toArray()) as Frame[]).map(({ data }) => data.toString());
}

/** The texts of its frames, as they come. */
function seenOf(merged: Readable): string[] {
  const seen: string[] = [];
  merged.on('data', ({ data }: Frame) => seen.push(data.toString()));
  return seen;
}
