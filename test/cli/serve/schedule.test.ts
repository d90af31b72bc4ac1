import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { ServeOptions } from '../../../lib/cli/serve/options.js';
import { scheduled } from '../../../lib/cli/serve/schedule.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { temporaryFolder } from '../cli.js';

/** Serves records on a clock that stands still until it is told to go on. */
async function schedule(t: TestContext, records: readonly unknown[], options: Partial<ServeOptions>, resumed?: string) {
  const file = join(await temporaryFolder(t), 'records.jsonl');
  await writeFile(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const clock = createFakeClock();
  const stopping = new AbortController();
  const calls: string[] = [];
  const client = { stall: () => void calls.push('stall'), resume: () => void calls.push('resume') };
  const all = { port: 0, host: '127.0.0.1', stallEvery: 1_000, ...options };
  const messages = scheduled(file, all, client, { clock, signal: stopping.signal, resumed });
  t.after(() => messages.return());
  const next = async (): Promise<string | undefined> => (await messages.next()).value?.toString();
  return { clock, stopping, calls, next };
}

function at(receivedAt: number, data: unknown): object {
  return { data, received_at: receivedAt, url: 'ws://x' };
}

describe('a schedule', () => {
  it('sends as recorded, in envelopes no more, faster by the speed', async (t) => {
    const records = [at(5_000, { n: 1 }), at(5_000, 2), at(6_000, [3])];
    const { clock, next } = await schedule(t, records, { asRecorded: true, speed: 10 });
    assert.deepEqual([await next(), await next()], ['{"n":1}', '2']);
    const third = next();
    await clock.whenPending();
    const startedAt = clock.monotonic();
    await clock.advance(99);
    assert.equal(clock.pending, 1);
    await clock.advance(1);
    assert.equal(await third, '[3]');
    assert.equal(clock.monotonic() - startedAt, 100);
    assert.equal(await next(), undefined);
  });

  it('sends at once what was recorded before the message before it', async (t) => {
    const { next } = await schedule(t, [at(5_000, 1), at(4_000, 2)], { asRecorded: true });
    assert.deepEqual([await next(), await next(), await next()], ['1', '2', undefined]);
  });

  it('takes messages out of their envelopes at any speed, and leaves others as they stand', async (t) => {
    const unwrapped = await schedule(t, [at(1, { n: 1 })], { unwrap: true });
    assert.equal(await unwrapped.next(), '{"n":1}');
    const plain = await schedule(t, [at(1, 2)], {});
    assert.equal(await plain.next(), '{"data":2,"received_at":1,"url":"ws://x"}');
  });

  it('goes on behind a number, or a text', async (t) => {
    const records = [{ n: 1 }, { n: 3 }, { x: 1 }, { n: '18446744073709551615' }];
    for (const [cursor, expected] of [
      ['1', ['{"n":3}', '{"x":1}', '{"n":"18446744073709551615"}']],
      ['2', ['{"n":3}', '{"x":1}', '{"n":"18446744073709551615"}']],
      ['3', ['{"n":"18446744073709551615"}']],
      ['18446744073709551614', ['{"n":"18446744073709551615"}']],
      ['18446744073709551615', []],
    ] as const) {
      const { next } = await schedule(t, records, { resumeBy: 'n' }, cursor);
      for (const text of expected) assert.equal(await next(), text);
      assert.equal(await next(), undefined);
    }
    const { next } = await schedule(t, [{ id: 'a' }, { id: 'b' }, { id: 'c' }], { resumeBy: 'id' }, 'b');
    assert.deepEqual([await next(), await next()], ['{"id":"c"}', undefined]);
  });

  it('fails with the number of a record that is no envelope', async (t) => {
    const { next } = await schedule(t, [at(1, 1), { n: 2 }], { asRecorded: true });
    assert.equal(await next(), '1');
    await assert.rejects(next(), { code: 'ERR_INPUT', message: /Record 2 is no envelope/ });
  });

  it('begins again with loop, and its times do, too', async (t) => {
    const { clock, next } = await schedule(t, [at(1_000, 1), at(1_050, 2)], { loop: true, asRecorded: true });
    for (let round = 0; round < 3; round++) {
      assert.equal(await next(), '1');
      const second = next();
      await clock.whenPending();
      await clock.advance(50);
      assert.equal(await second, '2');
    }
  });

  it('ends with loop, too, where there is nothing to begin again with', async (t) => {
    const { next } = await schedule(t, [], { loop: true });
    assert.equal(await next(), undefined);
  });

  it('stalls for its time after every so many messages', async (t) => {
    const { clock, calls, next } = await schedule(t, [1, 2, 3], { stall: 30_000, stallEvery: 2 });
    assert.deepEqual([await next(), await next()], ['1', '2']);
    const third = next();
    await clock.whenPending();
    assert.deepEqual(calls, ['stall']);
    await clock.advance(30_000);
    assert.equal(await third, '3');
    assert.deepEqual(calls, ['stall', 'resume']);
  });

  it('ends after dropEvery messages', async (t) => {
    const { next } = await schedule(t, [1, 2, 3], { dropEvery: 2, loop: true });
    assert.deepEqual([await next(), await next(), await next()], ['1', '2', undefined]);
  });

  it('wakes up and ends when it is stopped, and leaves no timer', async (t) => {
    const { clock, stopping, next } = await schedule(t, [at(0, 1), at(1e12, 2)], { asRecorded: true });
    assert.equal(await next(), '1');
    const second = next();
    await clock.whenPending();
    stopping.abort();
    assert.equal(await second, undefined);
    assert.equal(clock.pending, 0);
  });
});
