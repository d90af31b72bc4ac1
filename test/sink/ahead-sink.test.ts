import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { AheadSink, type Failure, type LateWords } from '../../lib/sink/ahead-sink.js';
import type { TakenPage } from '../../lib/sink/taken-page.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { within } from '../support/until.js';
import { pagesOf, records } from './pages.js';

test('a page is handed on whole before the next one is, whatever changes meanwhile', async () => {
  const sink = new EagerSink();
  sink.cork();
  for (const page of pagesOf(records(6), 2)) sink.write(page);
  sink.uncork();
  sink.end();
  await within(() => 'the sink to end', once(sink, 'finish'));
  assert.deepEqual(sink.told, ['begins', 'begun', 'begins', 'begun', 'begins', 'begun', 'ends']);
  assert.deepEqual(sink.stats, { records: 6, pages: 3, bytes: sink.bytes });
});

/** Something changes while it hands a page on, and each is stored at once. */
class EagerSink extends AheadSink {
  readonly told: string[] = [];
  bytes = 0;

  constructor() {
    super('eager', { drainTimeoutMs: 60_000, clock: createFakeClock() });
  }

  protected override begin({ bytes }: TakenPage, done: (failure?: Failure) => void): void {
    this.told.push('begins');
    this.bytes += bytes;
    this.update();
    done();
    this.told.push('begun');
  }

  protected override get hasRoom(): boolean {
    return true;
  }

  protected override endTarget(): Promise<void> {
    this.told.push('ends');
    return Promise.resolve();
  }

  protected override abandon(): void {}

  protected override lateWords(): LateWords {
    return { target: 'nowhere', reason: 'it is late', advice: 'Wait' };
  }
}
