import { once } from 'node:events';
import { Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { createSource, jsonlFile, type Page } from 'spillway';

/**
 * One Writable in front of many. The next page is asked for when every sink has room for it, so the slowest of them sets
 * the pace, up to the socket. All get the same page: look at it, but do not write into it.
 */
function fanOut(...sinks: Writable[]): Writable {
  const everyEnd = Promise.all(sinks.map((sink) => finished(sink)));
  const whenRoom = (sink: Writable, page: Page): unknown => (sink.write(page) ? undefined : once(sink, 'drain'));
  const all = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(page: Page, _encoding, callback) {
      Promise.all(sinks.map((sink) => whenRoom(sink, page))).then(() => callback(), callback);
    },
    final(callback) {
      for (const sink of sinks) sink.end();
      everyEnd.then(() => callback(), callback);
    },
    destroy(error, callback) {
      // The run failed, or one of the sinks did: none of them is left waiting for more.
      for (const sink of sinks) sink.destroy(error ?? undefined);
      callback(error);
    },
  });
  everyEnd.catch((error: Error) => all.destroy(error));
  return all;
}

/** A sink that only counts, for the sake of the example: yours would write to a database. */
class Counter extends Writable {
  records = 0;

  constructor() {
    super({ objectMode: true, highWaterMark: 1 });
  }

  override _write(page: Page, _encoding: string, callback: () => void): void {
    this.records += page.length;
    callback();
  }
}

const counter = new Counter();
const source = createSource({ url: process.argv[2] ?? 'wss://example.com/feed', idle_timeout: '30s', linger: '1s' });
await pipeline(source.pages(), fanOut(jsonlFile('out/trades.jsonl'), counter));
console.log(`${counter.records} records went to both`);
