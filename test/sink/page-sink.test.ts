import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SinkError } from '../../lib/errors.js';
import { type Callback, PageSink } from '../../lib/sink/page-sink.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { within } from '../support/until.js';
import { pagesOf, records } from './pages.js';

test('what is stored is not undelivered when the end of the run comes too late', async () => {
  const clock = createFakeClock();
  const sink = new EndlessSink({ clock, drainTimeoutMs: 100 });
  const failed = new Promise<Error>((resolve) => sink.once('error', resolve));
  const [first, last] = pagesOf(records(4), 2);
  for (const page of [first!, last!]) await new Promise((resolve) => sink.write(page, resolve));
  sink.end();
  await clock.whenPending();
  await clock.advance(100);
  const error = await within(() => 'the sink to fail', failed);
  assert.ok(error instanceof SinkError);
  assert.deepEqual([error.recordsWritten, error.undelivered], [4, []]);
});

/** It stores all at once, and its end never comes. */
class EndlessSink extends PageSink {
  readonly stats = { records: 4, pages: 2, bytes: 0 };

  override _final(callback: Callback): void {
    this.bounded(callback);
  }

  protected override store(_page: unknown, callback: Callback): void {
    callback();
  }

  protected override late(): SinkError {
    return new SinkError('late', { target: 'x', recordsWritten: 4, undelivered: this.undelivered(0) });
  }
}
