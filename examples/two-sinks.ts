import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createSource, jsonlFile, type Page, tee } from 'spillway';

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
const source = createSource({ url: process.argv[2] ?? 'wss://example.com/feed', idle_timeout: '30s' });
// All get the same page: look at it, but do not write into it. The slower one sets the pace, up to the socket.
await pipeline(source.pages(), tee([jsonlFile('out/trades.jsonl'), counter]));
console.log(`${counter.records} records went to both`);
