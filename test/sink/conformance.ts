import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import { ConfigError } from '../../lib/errors.js';
import type { SinkStats } from '../../lib/sink/sink.js';
import { sinkConformance } from '../../lib/testing/index.js';
import { pagesOf, records } from './pages.js';

/** A sink of pages, and how to read back what it has stored. */
export interface OpenSink {
  readonly sink: Writable & { readonly stats: SinkStats };
  /** The records' text, as a reader of the target gets it: decompressed if need be. */
  stored(): Promise<string> | string;
}

/**
 * What every sink does, whatever it writes to: what we ask of any, and what ours have beside that. `open` makes a sink with an
 * empty target.
 *
 * @param takesAhead whether it takes further pages while one is not stored yet
 * @param isExact whether what it stores is enough to tell every byte of a record
 */
export function conforms(name: string, open: (t: TestContext) => OpenSink, takesAhead = false, isExact = true): void {
  describe(`${name}, as every sink,`, () => {
    const opened = new WeakMap<Writable, OpenSink>();
    let test: TestContext | undefined;
    const cases = sinkConformance({
      open: () => {
        const one = open(test!);
        opened.set(one.sink, one);
        return one.sink;
      },
      stored: (sink) => opened.get(sink)!.stored(),
      takesAhead,
      hasStats: true,
      timeoutMs: 60_000,
    });
    for (const each of cases.filter((one) => isExact || !one.name.endsWith('byte for byte'))) {
      it(each.name, async (t) => {
        test = t;
        await each.run();
      });
    }

    it('acknowledges each page once, in order, by when it has finished', async (t) => {
      const { sink } = open(t);
      const pages = pagesOf(records(20), 2);
      const acknowledged: number[] = [];
      for (const [number, page] of pages.entries()) page.whenAcknowledged(() => void acknowledged.push(number));
      await pipeline(Readable.from(pages), sink);
      assert.deepEqual(acknowledged, [...pages.keys()]);
      assert.ok(pages.every((page) => !page.isAwaited));
    });

    it('counts the bytes at its target', async (t) => {
      const { sink } = open(t);
      await new Promise((resolve) => sink.write(pagesOf(records(5), 5)[0]!, resolve));
      assert.ok(sink.stats.bytes > 0);
      sink.end();
      await once(sink, 'close');
    });

    it('says what to do where it gets no pages', async (t) => {
      const { sink } = open(t);
      sink.write('{}\n');
      const [error] = await once(sink, 'error');
      assert.ok(error instanceof ConfigError);
      assert.equal(error.code, 'ERR_CONFIG');
      assert.match(error.message, /Expected pages from the stream before it.*Put batch\(\) before it\./);
      if (!sink.closed) await new Promise((resolve) => sink.once('close', resolve));
    });
  });
}
