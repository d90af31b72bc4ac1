import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Page } from '../batch/page.js';
import { gapOf, pageOf } from './records.js';

/** A sink, as far as it is asked for something. */
export type PageWritable = Writable & { readonly stats?: { readonly records: number; readonly pages: number } };

/** How a case comes by a sink, and by what that has stored. */
export interface SinkBench {
  open(): Promise<PageWritable>;
  stored(sink: PageWritable): Promise<string>;
}

interface SinkCase {
  readonly name: string;
  /** Whether it holds for sinks alone that take one page at a time. */
  readonly isOneByOne?: boolean;
  run(bench: SinkBench): Promise<void>;
}

/** What holds for every sink. */
export const SINK_CASES: readonly SinkCase[] = [
  {
    name: 'stores every page in order and byte for byte',
    async run({ open, stored }) {
      const sink = await open();
      const pages = pagesOf([...records(1000), 'null', '"é\\u00e9"', '[1.10, 1e5]', '-0', '{"a":{"b":[ ]}}'], 7);
      const expected = textOf(pages);
      await pipeline(Readable.from(pages), sink);
      assert.equal(await stored(sink), expected);
    },
  },
  {
    name: 'stores nothing for a run without pages',
    async run({ open, stored }) {
      const sink = await open();
      await pipeline(Readable.from([]), sink);
      assert.equal(await stored(sink), '');
    },
  },
  {
    name: 'stores gaps at their place',
    async run({ open, stored }) {
      const sink = await open();
      const pages = gapPages();
      const expected = textOf(pages);
      await pipeline(Readable.from(pages), sink);
      assert.equal(await stored(sink), expected);
    },
  },
  {
    name: 'calls back in order, and does not look at a page again that it has stored',
    async run({ open, stored }) {
      const sink = await open();
      const pages = pagesOf(records(20), 2);
      const expected = textOf(pages);
      const order: number[] = [];
      const called = pages.map(
        (page, number) =>
          new Promise<void>((resolve) => {
            sink.write(page, () => {
              order.push(number);
              // As a source does that uses its memory again.
              page.bytes.fill('x');
              resolve();
            });
          }),
      );
      await Promise.all(called);
      sink.end();
      await once(sink, 'finish');
      assert.deepEqual(order, [...pages.keys()]);
      assert.equal(await stored(sink), expected);
    },
  },
  {
    name: 'takes one page at a time',
    isOneByOne: true,
    async run({ open }) {
      const sink = await open();
      assert.equal(sink.writableHighWaterMark, 1);
      for (const page of pagesOf(records(9), 3)) {
        const hasRoom = sink.write(page);
        // One that stores at once may say so at once.
        assert.ok(!hasRoom || sink.writableLength === 0, 'It takes a further page while one is not stored.');
        if (!hasRoom) await once(sink, 'drain');
      }
      sink.end();
      await closed(sink);
    },
  },
  {
    name: 'leaves whole lines of every page it was given when it is destroyed while it writes',
    async run({ open, stored }) {
      const sink = await open();
      const [first, second] = pagesOf(records(3000, 300), 1500) as [Page, Page];
      const expected = textOf([first, second]);
      if (!sink.write(first)) await once(sink, 'drain');
      sink.write(second);
      const error = new Error('the run was aborted');
      sink.destroy(error);
      const [given] = await once(sink, 'error');
      assert.equal(given, error);
      await closed(sink);
      assert.equal(await stored(sink), expected);
    },
  },
  {
    name: 'passes the error of a failed pipeline on and keeps what came before',
    async run({ open, stored }) {
      const sink = await open();
      const pages = pagesOf(records(6), 2);
      const expected = textOf(pages);
      const error = new Error('the feed broke');
      async function* feed() {
        for (const page of pages) {
          yield page;
          if (sink.writableNeedDrain) await once(sink, 'drain');
        }
        throw error;
      }
      await assert.rejects(pipeline(feed, sink), error);
      await closed(sink);
      assert.equal(await stored(sink), expected);
    },
  },
  ...Object.entries({ 'a string': '{}\n', 'a Buffer': Buffer.from('{}\n'), 'a record': {} }).map(([what, chunk]) => ({
    name: `refuses ${what} in place of a page, and keeps what came before`,
    async run({ open, stored }: SinkBench) {
      const sink = await open();
      const pages = pagesOf(records(2));
      const expected = textOf(pages);
      await assert.rejects(pipeline(Readable.from([...pages, chunk]), sink));
      await closed(sink);
      assert.equal(await stored(sink), expected);
    },
  })),
  {
    name: 'can be destroyed before anything was written',
    async run({ open, stored }) {
      const sink = await open();
      sink.destroy();
      await closed(sink);
      assert.equal(await stored(sink), '');
    },
  },
];

/** What holds for sinks that have `stats`. */
export const COUNTING_CASES: readonly SinkCase[] = [
  {
    name: 'counts records and pages once they are stored',
    async run({ open }) {
      const sink = await open();
      const [first, second] = pagesOf(records(5), 3) as [Page, Page];
      const stored = new Promise<void>((resolve, reject) => {
        sink.write(first, (error) => (error ? reject(error) : resolve()));
      });
      assert.deepEqual(countsOf(sink), { records: 0, pages: 0 });
      await stored;
      assert.deepEqual(countsOf(sink), { records: 3, pages: 1 });
      await pipeline(Readable.from([second]), sink);
      assert.deepEqual(countsOf(sink), { records: 5, pages: 2 });
    },
  },
  {
    name: 'counts no gap as a record, and nothing for a run without pages',
    async run({ open }) {
      const sink = await open();
      await pipeline(Readable.from(gapPages()), sink);
      assert.deepEqual(countsOf(sink), { records: 7, pages: 2 });
      const other = await open();
      await pipeline(Readable.from([]), other);
      assert.deepEqual(countsOf(other), { records: 0, pages: 0 });
    },
  },
];

function countsOf({ stats }: PageWritable): { readonly records: number; readonly pages: number } {
  assert.ok(stats !== undefined, 'It has no `stats`.');
  return { records: stats.records, pages: stats.pages };
}

/** Pages of `size` records, numbered through. */
function pagesOf(texts: readonly unknown[], size = 3): Page[] {
  const pages: Page[] = [];
  for (let at = 0; at < texts.length; at += size) {
    pages.push(pageOf(texts.slice(at, at + size), { sequence: at }));
  }
  return pages;
}

/** Seven records and two gaps. */
function gapPages(): Page[] {
  const gap = gapOf();
  return pagesOf([...records(4), gap, ...records(3), gap], 5);
}

/** So many records of about so many bytes, no two the same, with numbers that no double holds. */
function records(count: number, bytes = 60): string[] {
  return Array.from({ length: count }, (_, n) => {
    const head = `{"n":${n},"price":1.10,"id":900719925474099312${n % 10},"pad":"`;
    return `${head}${'x'.repeat(Math.max(1, bytes - head.length - 2))}"}`;
  });
}

function textOf(pages: readonly Page[]): string {
  return pages.map(({ bytes }) => bytes.toString()).join('');
}

/** A failed pipeline rejects at once, while its sink still writes the end of its file. */
async function closed(sink: Writable): Promise<void> {
  if (!sink.closed) await new Promise((resolve) => sink.once('close', resolve));
}
