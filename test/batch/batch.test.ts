import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import through2 from 'through2';
import {
  type BatchTransform,
  batch,
  ConfigError,
  envelope,
  type Page,
  parse,
  WebSocketReadable,
} from '../../lib/index.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { feed, sendsThenWaits } from '../support/feed.js';
import { collector, frameOf, messagesOf } from '../support/messages.js';
import { settle } from '../support/resources.js';

const NUMBERS = Array.from({ length: 100 }, (_, n) => `${n}`);

describe('batch()', () => {
  it('gives pages by count, and what is left at the end', async () => {
    const sink = collector();
    const stage = batch({ size: 40, lingerMs: 'none' });
    await pipeline(Readable.from(messagesOf(...NUMBERS)), stage, sink);
    assert.deepEqual(lengths(sink), [40, 40, 20]);
    assert.deepEqual(
      (sink.seen as Page[]).flatMap((page) => page.records),
      NUMBERS.map(Number),
    );
    assert.equal(stage.records, 100);
  });

  it('gives no page when there was no record', async () => {
    const sink = collector();
    await pipeline(Readable.from([]), batch({ size: 0 }), sink);
    assert.deepEqual(sink.seen, []);
  });

  it('gives a page as old as lingerMs, however few its records', async () => {
    const clock = createFakeClock();
    const { stage, pages } = flowing(batch({ size: 3, lingerMs: 1_000, clock }));
    await write(stage, '1');
    await clock.advance(600);
    await write(stage, '2');
    await clock.advance(399);
    assert.deepEqual(pages, []);
    await clock.advance(1);
    await settle();
    assert.deepEqual(pages, [[1, 2]]);
    await clock.advance(10_000);
    assert.equal(clock.pending, 0);
    await write(stage, '3');
    await clock.advance(1_000);
    await settle();
    assert.deepEqual(pages, [[1, 2], [3]]);
    stage.destroy();
  });

  it('counts the age of each page anew', async () => {
    const clock = createFakeClock();
    const { stage, pages } = flowing(batch({ size: 2, lingerMs: 1_000, clock }));
    await write(stage, '1');
    await clock.advance(900);
    await write(stage, '2', '3');
    await clock.advance(900);
    assert.deepEqual(pages, [[1, 2]]);
    await clock.advance(100);
    await settle();
    assert.deepEqual(pages, [[1, 2], [3]]);
    stage.destroy();
  });

  it('lets no timer live on when it ends or is destroyed', async () => {
    const clock = createFakeClock();
    const ended = flowing(batch({ lingerMs: 1_000, clock }));
    await write(ended.stage, '1');
    assert.equal(clock.pending, 1);
    ended.stage.end();
    await settle();
    assert.equal(clock.pending, 0);
    assert.deepEqual(ended.pages, [[1]]);
    const destroyed = flowing(batch({ lingerMs: 1_000, clock }));
    await write(destroyed.stage, '1');
    destroyed.stage.destroy();
    await settle();
    assert.equal(clock.pending, 0);
    assert.deepEqual(destroyed.pages, []);
  });

  it('gives a page after 100 ms unless told otherwise, and never one for the whole run', async () => {
    const clock = createFakeClock();
    const usual = flowing(batch({ clock }));
    const others = [{ size: 0 }, { lingerMs: 'none' as const }, { size: 0, lingerMs: undefined }].map((options) =>
      flowing(batch({ ...options, clock })),
    );
    const asked = flowing(batch({ size: 0, lingerMs: 100, clock }));
    for (const { stage } of [usual, asked, ...others]) await write(stage, '1');
    await clock.advance(99);
    assert.deepEqual([usual.pages, asked.pages], [[], []]);
    await clock.advance(1);
    await settle();
    assert.deepEqual([usual.pages, asked.pages], [[[1]], [[1]]]);
    await clock.advance(100_000_000);
    await settle();
    for (const { stage, pages } of others) {
      assert.deepEqual(pages, []);
      stage.end();
      await settle();
      assert.deepEqual(pages, [[1]]);
    }
    usual.stage.destroy();
    asked.stage.destroy();
  });

  it('sets one timer for all pages that are full before their time', async () => {
    const clock = createFakeClock();
    let timers = 0;
    const counting = {
      ...clock,
      setTimeout: (callback: () => void, ms: number) => {
        timers += 1;
        return clock.setTimeout(callback, ms);
      },
    };
    const { stage, pages } = flowing(batch({ size: 2, lingerMs: 100, clock: counting }));
    for (let n = 0; n < 50; n++) {
      await write(stage, '1', '2');
      await clock.advance(1);
    }
    assert.deepEqual([pages.length, timers], [50, 1]);
    await write(stage, '3');
    await clock.advance(99);
    assert.deepEqual([pages.length, timers], [50, 2]);
    await clock.advance(1);
    await settle();
    assert.deepEqual([pages.at(-1), timers], [[3], 2]);
    stage.destroy();
  });

  it('holds the stream before it while the one after it is slow', async () => {
    let made = 0;
    let most = 0;
    const source = Readable.from(
      (function* () {
        for (const message of messagesOf(...Array.from({ length: 2_000 }, (_, n) => `${n}`))) {
          made += 1;
          yield message;
        }
      })(),
    );
    let written = 0;
    const sink = collector({ turns: 1, highWaterMark: 1 });
    const stage = batch({ size: 1 });
    stage.on('data', () => {
      written += 1;
      most = Math.max(most, made - written);
    });
    await pipeline(source, stage, sink);
    assert.equal(sink.seen.length, 2_000);
    assert.deepEqual([stage.writableHighWaterMark, stage.readableHighWaterMark], [64, 2]);
    assert.ok(most <= 16 + 64 + 2 + 2, `${most}`);
  });

  for (const [what, between] of [
    ['directly', () => []],
    [
      'over stages and streams of others',
      () => [new PassThrough({ objectMode: true }), envelope(), through2.obj(), through2.obj()],
    ],
  ] as const) {
    it(`stops the WebSocketReadable before it after maxRecords, ${what}`, async (t) => {
      const server = await feed(t, sendsThenWaits('1', '2', '3', '4', '5'));
      const frames = new WebSocketReadable(server.url);
      const ended: unknown[] = [];
      frames.on('ended', (payload) => ended.push(payload));
      const sink = collector();
      await pipeline([frames, parse(), ...between(), batch({ size: 2, maxRecords: 3 }), sink]);
      assert.deepEqual(lengths(sink), [2, 1]);
      assert.deepEqual(ended, [{ cause: 'max_messages', error: undefined }]);
      assert.equal((await server.clients[0]?.closed)?.code, 1000);
    });
  }

  it('drops what comes after maxRecords from a stream that it cannot stop', async () => {
    const sink = collector();
    const stage = batch({ size: 0, maxRecords: 3 });
    await pipeline(Readable.from(messagesOf(...NUMBERS)), stage, sink);
    assert.deepEqual(lengths(sink), [3]);
    assert.equal(stage.records, 3);
  });

  for (const wrong of [frameOf('1'), 'text', 7, {}]) {
    it(`fails with ERR_CONFIG when it is given ${JSON.stringify(wrong).slice(0, 20)}, after what came before`, async () => {
      const sink = collector({ turns: 1 });
      const done = pipeline(
        Readable.from([...messagesOf(...NUMBERS), wrong]),
        batch({ size: 40, lingerMs: 'none' }),
        sink,
      );
      await assert.rejects(done, { code: 'ERR_CONFIG', message: /batch: Expected messages/ });
      assert.deepEqual(lengths(sink), [40, 40, 20]);
    });
  }

  it('gives what it holds when a stage before it fails', async () => {
    const sink = collector({ turns: 1 });
    const frames = [...NUMBERS, 'bad'].map((text) => frameOf(text));
    const streams = [
      Readable.from(frames),
      parse(),
      through2.obj(),
      batch({ size: 40, lingerMs: 'none' }),
      through2.obj(),
      sink,
    ];
    await assert.rejects(pipeline(streams), { code: 'ERR_PARSE' });
    assert.deepEqual(lengths(sink), [40, 40, 20]);
  });

  for (const [what, options] of [
    ['an unknown option', { sise: 1 }],
    ['a size above 1,000,000', { size: 1_000_001 }],
    ['a negative size', { size: -1 }],
    ['a size in words', { size: '10' }],
    ['maxBytes of 0', { maxBytes: 0 }],
    ['a linger of 0', { lingerMs: 0 }],
    ['a linger in other words', { lingerMs: 'off' }],
    ['maxRecords of 0', { maxRecords: 0 }],
    ['a clock without hands', { clock: {} }],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(() => batch(options as never), ConfigError);
    });
  }
});

function lengths(sink: { readonly seen: readonly unknown[] }): number[] {
  return (sink.seen as Page[]).map((page) => page.length);
}

/** The stage, read as fast as it gives pages: their records. */
function flowing(stage: BatchTransform): { stage: BatchTransform; pages: unknown[][] } {
  const pages: unknown[][] = [];
  stage.on('data', (page: Page) => pages.push(page.records));
  return { stage, pages };
}

async function write(stage: BatchTransform, ...texts: string[]): Promise<void> {
  for (const message of messagesOf(...texts)) stage.write(message);
  await settle();
}
