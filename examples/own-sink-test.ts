import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import type { Page } from 'spillway';
import { gapOf, pageOf } from 'spillway/testing';

/** A sink of your own: it keeps the ids of orders, and where some may be missing. */
class OrderIds extends Writable {
  readonly seen: unknown[] = [];

  constructor() {
    super({ objectMode: true, highWaterMark: 1 });
  }

  override _write(page: Page, _encoding: string, callback: () => void): void {
    for (const { isGap, frame, value } of page.messages) {
      this.seen.push(isGap ? frame.gap?.cause : (value as { id: bigint }).id);
    }
    callback();
  }
}

const sink = new OrderIds();
sink.end(pageOf(['{"id":9007199254740993}', gapOf({ cause: 'overflow' }), { id: 2 }], { bigIntegers: 'bigint' }));
await once(sink, 'finish');
assert.deepEqual(sink.seen, [9007199254740993n, 'overflow', 2]);
