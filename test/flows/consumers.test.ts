import assert from 'node:assert/strict';
import { once } from 'node:events';
import { pipeline as joined, Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReadableStream, TransformStream, WritableStream } from 'node:stream/web';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createSource, type Page, type SpillwayError } from '../../lib/index.js';
import type { FeedClient } from '../../lib/testing/index.js';
import { ARRANGEMENTS } from '../support/arrangements.js';
import { feed } from '../support/feed.js';
import { settle } from '../support/resources.js';

/** What a consumer does with a page, at each of its places; it takes its time. */
type Work = (page: Page) => Promise<Page>;
/** A way of consuming: it stores every page whose last place is left, and is done, or fails, when Node says so. */
type Way = (pages: Readable, work: readonly [Work, Work], store: (page: Page) => void) => Promise<unknown>;

const WAYS: Readonly<Record<string, Way>> = {
  'for await': async (pages, [first, last], store) => {
    for await (const page of pages) store(await last(await first(page)));
  },
  'an iterator that destroys nothing': async (pages, [first, last], store) => {
    for await (const page of pages.iterator({ destroyOnReturn: false })) store(await last(await first(page)));
  },
  "'data' events, and pause()": async (pages, [first, last], store) => {
    pages.on('data', (page: Page) => {
      pages.pause();
      void first(page)
        .then(last)
        .then((done) => {
          store(done);
          pages.resume();
        });
    });
    await once(pages, 'end');
  },
  "'readable' events": async (pages, _work, store) => {
    pages.on('readable', () => {
      for (let page: Page | null = pages.read(); page !== null; page = pages.read()) store(page);
    });
    await once(pages, 'end');
  },
  "read() after 'readable' events": async (pages, [first, last], store) => {
    const failed = once(pages, 'end');
    failed.catch(() => {});
    for (;;) {
      const page: Page | null = pages.read();
      if (page !== null) store(await last(await first(page)));
      else await Promise.race([once(pages, 'readable'), failed]);
    }
  },
  'pipeline() into a Writable': (pages, [first, last], store) =>
    pipeline(
      pages,
      sink(async (page) => store(await last(await first(page)))),
    ),
  'pipeline() over a Transform': (pages, [first, last], store) =>
    pipeline(
      pages,
      through(first),
      sink(async (page) => store(await last(page))),
    ),
  'pipeline() into an async function': (pages, [first, last], store) =>
    pipeline(pages, async (items: AsyncIterable<Page>) => {
      for await (const page of items) store(await last(await first(page)));
    }),
  'pipeline() over a Transform into an async function': (pages, [first, last], store) =>
    pipeline(pages, through(first), async (items: AsyncIterable<Page>) => {
      for await (const page of items) store(await last(page));
    }),
  'pipeline() over an async generator into a Writable with room for one': (pages, [first, last], store) =>
    pipeline(
      pages,
      generator(first),
      sink(async (page) => store(await last(page)), 1),
    ),
  'pipeline() over two async generators': (pages, [first, last], store) =>
    pipeline(
      pages,
      generator(first),
      generator(last),
      sink(async (page) => store(page), 1),
    ),
  'compose() with an async generator': async (pages, [first, last], store) => {
    for await (const page of composed(pages, generator(first))) store(await last(page));
  },
  'compose() with an async generator, into a Writable': (pages, [first, last], store) =>
    pipeline(
      composed(pages, generator(first)),
      sink(async (page) => store(await last(page))),
    ),
  'compose() with a Transform': async (pages, [first, last], store) => {
    for await (const page of composed(pages, through(first))) store(await last(page));
  },
  'compose() with a Transform and an async generator, into a Writable': (pages, [first, last], store) =>
    pipeline(
      composed(composed(pages, through(first)), generator(last)),
      sink(async (page) => store(page)),
    ),
  'compose() with a web TransformStream, into a Writable': (pages, [first, last], store) =>
    pipeline(
      composed(pages, webThrough(first)),
      sink(async (page) => store(await last(page))),
    ),
  'map() into a Writable': (pages, [first, last], store) =>
    pipeline(
      pages.map(first, { concurrency: 2 }),
      sink(async (page) => store(await last(page))),
    ),
  'filter() and map(), with for await': async (pages, [first, last], store) => {
    for await (const page of pages.filter(() => true).map(first)) store(await last(page));
  },
  'flatMap() and a generator in pipeline()': (pages, [first, last], store) =>
    pipeline(
      pages.flatMap(async (page: Page) => [await first(page)]),
      generator(last),
      sink(async (page) => store(page), 1),
    ),
  'forEach()': (pages, [first, last], store) =>
    pages.forEach(async (page: Page) => store(await last(await first(page))), { concurrency: 3 }),
  'reduce()': (pages, [first, last], store) =>
    pages.reduce(async (_before: unknown, page: Page) => store(await last(await first(page))), undefined),
  'a web stream of what is iterated, over a TransformStream': (pages, [first, last], store) =>
    ReadableStream.from(pages as AsyncIterable<Page>)
      .pipeThrough(webThrough(first))
      .pipeTo(new WritableStream({ write: async (page) => store(await last(page)) })),
  'toWeb() with room for none, over a TransformStream': (pages, [first, last], store) =>
    (Readable.toWeb(pages, { strategy: { highWaterMark: 0 } }) as ReadableStream<Page>)
      .pipeThrough(webThrough(first))
      .pipeTo(new WritableStream({ write: async (page) => store(await last(page)) })),
};

/** How feeds fail, and the code that tells it. */
const ENDS = {
  'the connection is lost': { code: 'ERR_DISCONNECTED', end: (client: FeedClient) => client.drop() },
  'a frame is not JSON': { code: 'ERR_PARSE', end: (client: FeedClient) => client.send('not JSON') },
  'a message is too large': {
    code: 'ERR_MESSAGE_TOO_LARGE',
    end: (client: FeedClient) => client.send(`"${'x'.repeat(2_000)}"`),
  },
  'the signal is aborted': { code: 'ABORT_ERR', end: () => undefined },
} as const;

/** How long a consumer is at work: `late` is at work on the last record when the feed fails, and long after. */
const SPEEDS = ['at once', 'some turns', 'late'] as const;
type Speed = (typeof SPEEDS)[number];

describe('a feed that fails has every record before that stored', () => {
  for (const [name, consume] of Object.entries(WAYS)) {
    it(`by ${name}`, { timeout: 20_000 }, async (t) => {
      const server = await feed(t, (client) => play(client));
      let play: (client: FeedClient) => Promise<void>;
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...ARRANGEMENTS),
          fc.constantFrom(...Object.keys(ENDS)) as fc.Arbitrary<keyof typeof ENDS>,
          fc.tuple(speed, speed),
          fc.integer({ min: 1, max: 12 }),
          fc.integer({ min: 1, max: 5 }),
          async (arrangement, how, speeds, records, batchSize) => {
            const aborts = new AbortController();
            const source = createSource(
              {
                url: server.url,
                batch_size: batchSize,
                linger: '1ms',
                max_message_bytes: 1_000,
                unbounded: true,
              },
              { signal: aborts.signal },
            );
            const { code, end } = ENDS[how];
            const sent = Array.from({ length: records }, (_, n) => `{"n":${n}}`);
            play = async (client) => {
              for (const text of sent) await client.send(text);
              await end(client);
            };
            const pages: Readable =
              arrangement === 'fused' ? source.pages() : (joined(source.stages(), () => {}) as unknown as Readable);
            const hasEnded = async (): Promise<void> => {
              while (source.stats.state !== 'ended' && source.stats.frames <= sent.length) await settle();
              // What tells the error late is asked some times a second.
              for (let round = 0; round < 10; round++) await settle();
            };
            const workOf = (at: Speed): Work => {
              return async (page) => {
                const isLast = page.text(page.length - 1).toString() === sent.at(-1);
                if (isLast && how === 'the signal is aborted') aborts.abort();
                if (at === 'some turns') await settle();
                if (at === 'late' && isLast) await hasEnded();
                return page;
              };
            };
            const stored: string[] = [];
            const error = await consume(pages, [workOf(speeds[0]), workOf(speeds[1])], (page) => {
              for (let index = 0; index < page.length; index++) stored.push(page.text(index).toString());
              if (how === 'the signal is aborted' && stored.length === sent.length) aborts.abort();
            }).then(
              () => undefined,
              (reason: unknown) => reason,
            );
            assert.deepEqual(stored, sent);
            assert.equal((error as SpillwayError | undefined)?.code, code);
          },
        ),
        { numRuns: 12 },
      );
    });
  }
});

const speed = fc.constantFrom(...SPEEDS);

function sink(write: (page: Page) => Promise<void>, highWaterMark = 16): Writable {
  return new Writable({
    objectMode: true,
    highWaterMark,
    write: (page: Page, _encoding, callback) => void write(page).then(() => callback(), callback),
  });
}

function through(work: Work): Transform {
  return new Transform({
    objectMode: true,
    transform: (page: Page, _encoding, callback) => void work(page).then((done) => callback(null, done), callback),
  });
}

function webThrough(work: Work): TransformStream<Page, Page> {
  return new TransformStream({ transform: async (page, out) => out.enqueue(await work(page)) });
}

function generator(work: Work): (pages: AsyncIterable<Page>) => AsyncGenerator<Page> {
  return async function* worked(pages) {
    for await (const page of pages) yield await work(page);
  };
}

function composed(pages: Readable, stage: unknown): Readable {
  return pages.compose(stage as Transform) as unknown as Readable;
}
