import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import type { Page } from '../../lib/batch/page.js';
import { ConfigError } from '../../lib/errors.js';
import type { SinkStats } from '../../lib/sink/sink.js';
import { lines, pagesOf, records } from './pages.js';

/** A sink of pages, and how to read back what it has stored. */
export interface OpenSink {
  readonly sink: Writable & { readonly stats: SinkStats };
  /** The records' text, as a reader of the target gets it: decompressed if need be. */
  stored(): Promise<string> | string;
}

/**
 * What every sink does, whatever it writes to. `open` makes a sink with an empty target.
 *
 * @param takesAhead whether it takes further pages while one is not stored yet
 */
export function conforms(name: string, open: (t: TestContext) => OpenSink, takesAhead = false): void {
  describe(`${name}, as every sink,`, () => {
    it('stores every page in order and byte for byte', async (t) => {
      const { sink, stored } = open(t);
      const texts = [...records(1000), 'null', '"é\\u00e9"', '[1.10, 1e5]', '-0', '{"a":{"b":[ ]}}'];
      await pipeline(Readable.from(pagesOf(texts, 7)), sink);
      assert.equal(await stored(), lines(texts));
    });

    it('stores nothing for a run without pages', async (t) => {
      const { sink, stored } = open(t);
      await pipeline(Readable.from([]), sink);
      assert.equal(await stored(), '');
      const { records: count, pages } = sink.stats;
      assert.deepEqual({ count, pages }, { count: 0, pages: 0 });
    });

    it('counts records and pages once they are stored', async (t) => {
      const { sink } = open(t);
      const [first, second] = pagesOf(records(5), 3) as [Page, Page];
      const stored = new Promise<void>((resolve, reject) => {
        sink.write(first, (error) => (error ? reject(error) : resolve()));
      });
      assert.equal(sink.stats.records, 0);
      await stored;
      const { records: count, pages, bytes } = sink.stats;
      assert.deepEqual({ count, pages }, { count: 3, pages: 1 });
      assert.ok(bytes > 0);
      await pipeline(Readable.from([second]), sink);
      assert.equal(sink.stats.records, 5);
      assert.equal(sink.stats.pages, 2);
    });

    it('stores gaps at their place, and counts records alone', async (t) => {
      const { sink, stored } = open(t);
      const texts = [...records(4), '{"gap":{"cause":"disconnected"}}', ...records(3), '{"gap":{"cause":"closed"}}'];
      await pipeline(Readable.from(pagesOf(texts, 5)), sink);
      assert.equal(await stored(), lines(texts));
      const { records: count, pages } = sink.stats;
      assert.deepEqual({ count, pages }, { count: 7, pages: 2 });
    });

    it('takes one page at a time', { skip: takesAhead && 'it takes pages ahead, up to a bound' }, async (t) => {
      const { sink } = open(t);
      assert.equal(sink.writableHighWaterMark, 1);
      for (const page of pagesOf(records(9), 3)) {
        assert.equal(sink.write(page), false);
        assert.equal(sink.writableNeedDrain, true);
        await once(sink, 'drain');
      }
      sink.end();
      await once(sink, 'close');
    });

    it('leaves whole lines of every page it was given when it is destroyed while it writes', async (t) => {
      const { sink, stored } = open(t);
      const texts = records(3000, 300);
      const [first, second] = pagesOf(texts, 1500) as [Page, Page];
      sink.write(first);
      await once(sink, 'drain');
      sink.write(second);
      const error = new Error('the run was aborted');
      sink.destroy(error);
      const [given] = await once(sink, 'error');
      assert.equal(given, error);
      await closed(sink);
      assert.equal(await stored(), lines(texts));
    });

    it('passes the error of a failed pipeline on and keeps what came before', async (t) => {
      const { sink, stored } = open(t);
      const texts = records(6);
      const error = new Error('the feed broke');
      async function* feed() {
        for (const page of pagesOf(texts, 2)) {
          yield page;
          if (sink.writableNeedDrain) await once(sink, 'drain');
        }
        throw error;
      }
      await assert.rejects(pipeline(feed, sink), error);
      await closed(sink);
      assert.equal(await stored(), lines(texts));
    });

    for (const [what, chunk] of Object.entries({
      'a string': '{}\n',
      'a Buffer': Buffer.from('{}\n'),
      'a record': {},
    })) {
      it(`refuses ${what} in place of a page, and keeps what came before`, async (t) => {
        const { sink, stored } = open(t);
        const texts = records(2);
        const refused = assert.rejects(pipeline(Readable.from([...pagesOf(texts), chunk]), sink), (error) => {
          assert.ok(error instanceof ConfigError);
          assert.equal(error.code, 'ERR_CONFIG');
          assert.match(error.message, /Expected pages from the stream before it.*Put batch\(\) before it\./);
          return true;
        });
        await refused;
        await closed(sink);
        assert.equal(await stored(), lines(texts));
      });
    }

    it('can be destroyed before anything was written', async (t) => {
      const { sink, stored } = open(t);
      sink.destroy();
      await once(sink, 'close');
      assert.equal(await stored(), '');
    });
  });
}

/** A failed pipeline rejects at once, while its sink still writes the end of its file. */
async function closed(sink: Writable): Promise<void> {
  if (!sink.closed) await new Promise((resolve) => sink.once('close', resolve));
}
