import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { resolveBatchOptions } from '../../../lib/batch/options.js';
import type { Page } from '../../../lib/batch/page.js';
import { BatchStep } from '../../../lib/batch/step.js';
import { inputsOf } from '../../../lib/cli/replay/inputs.js';
import { pagesOf } from '../../../lib/cli/replay/pages.js';
import { RecordTaker } from '../../../lib/cli/replay/taker.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { tempFolder } from '../../support/temp-folder.js';

describe('pagesOf', () => {
  it('gives each record the time of its envelope, and numbers them over all files', async (t) => {
    const [first, second] = [await recorded(t, [1_000, 1_005]), await recorded(t, [900])];
    const { pages, lines } = await read(t, [first, second]);
    const facts = pages.flatMap((page) => [...page.messages].map(({ frame }) => [frame.sequence, frame.receivedAt]));
    assert.deepEqual(facts, [
      [0, 1_000],
      [1, 1_005],
      [2, 900],
    ]);
    assert.equal(lines, 3);
  });

  it('leaves out what an earlier replay has stored, and numbers the rest as it was', async (t) => {
    const { pages } = await read(t, [await recorded(t, [1, 2, 3])], { skip: 2 });
    assert.deepEqual(
      pages.flatMap((page) => [...page.messages].map(({ frame }) => frame.sequence)),
      [2],
    );
  });

  it('waits as recorded, so many times as fast, and hands on before it does what has come', async (t) => {
    const clock = createFakeClock();
    const path = await recorded(t, [5_000, 5_000, 9_000]);
    const started = clock.monotonic();
    const seen: [records: number, at: number][] = [];
    const reading = (async () => {
      for await (const page of (await paged(t, [path], { speed: 2, clock })).pages)
        seen.push([page.length, clock.monotonic() - started]);
    })();
    // The file is a real one: time goes on between its reads.
    for (let turn = 0; seen.length < 2 && turn < 100_000; turn++) {
      if (seen.length > 0) await clock.advance(100);
      await new Promise((resolve) => void setImmediate(resolve));
    }
    await reading;
    assert.deepEqual(
      seen.map(([records]) => records),
      [2, 1],
    );
    assert.equal(seen[0]![1], 0);
    assert.ok(seen[1]![1] >= 2_000);
  });
});

async function read(t: TestContext, paths: readonly string[], options: Options = {}) {
  const given = await paged(t, paths, options);
  const pages: Page[] = [];
  for await (const page of given.pages) pages.push(page);
  return { pages, lines: given.lines() };
}

interface Options {
  readonly skip?: number;
  readonly speed?: number;
  readonly clock?: ReturnType<typeof createFakeClock>;
}

async function paged(
  _t: TestContext,
  paths: readonly string[],
  { skip = 0, speed, clock = createFakeClock() }: Options,
) {
  const out: Page[] = [];
  const batch = new BatchStep(resolveBatchOptions({}));
  const push = (page: Page | undefined): void => void (page !== undefined && out.push(page));
  let lines = -1;
  const pages = pagesOf(await inputsOf(paths), {
    ...{ batch, out, skip, speed, clock, stopping: new AbortController().signal },
    takerOf: (input) => new RecordTaker(input, { batch, push, now: () => 0, isUnwrapped: false }),
    onRead() {},
    onTorn: (error) => assert.fail(error),
    onFailed: (error) => assert.fail(error as Error),
    onEnd(count) {
      lines = count;
    },
  });
  return { pages, lines: () => lines };
}

async function recorded(t: TestContext, times: readonly number[]): Promise<string> {
  const path = join(await tempFolder(t), 'a.jsonl');
  writeFileSync(path, times.map((at) => `{"data":${at},"received_at":${at},"url":"ws://x"}\n`).join(''));
  return path;
}
