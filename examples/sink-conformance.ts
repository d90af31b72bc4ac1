import { Writable } from 'node:stream';
import { test } from 'node:test';
import { Page } from 'spillway';
import { sinkConformance } from 'spillway/testing';

/** A sink of your own. Take a line out of it, and see which case tells. */
class Lines extends Writable {
  text = '';

  constructor() {
    super({ objectMode: true, highWaterMark: 1 });
  }

  override _write(page: unknown, _encoding: string, callback: (error?: Error) => void): void {
    if (page instanceof Page) this.text += page.bytes.toString();
    callback(page instanceof Page ? undefined : new TypeError('This is no page.'));
  }
}

// Without a test framework of its own: Jest and Vitest loop over it as well.
const cases = sinkConformance({ open: () => new Lines(), stored: (sink) => sink.text });
for (const { name, run } of cases) test(`Lines ${name}`, run);
