import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParseError } from '../../../lib/index.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, type Arrangement, gapsOf, type Outcome, run } from '../../support/arrangements.js';
import { feed, hasRead } from '../../support/feed.js';

const FRAMES = 3_000;

/** A run whose sink takes nothing before the server has sent everything and seen its ping answered. */
async function flooded(
  t: Parameters<typeof feed>[0],
  arrangement: Arrangement,
  overflow: 'drop_oldest' | 'drop_newest' | { latest_by: string },
  {
    last,
    maxMessages,
    sequence,
  }: { readonly last?: string; readonly maxMessages?: number; readonly sequence?: { readonly path: string } } = {},
): Promise<Outcome> {
  const clock = createFakeClock();
  let open: (value?: unknown) => void = () => {};
  const isOpen = new Promise((resolve) => {
    open = resolve;
  });
  const server = await feed(t, async (client) => {
    await client.sendMany(Array.from({ length: FRAMES }, (_, n) => `{"k":${n % 5},"n":${n}}`));
    if (last !== undefined) await client.send(last);
    await hasRead(client);
    await clock.advance(60_000);
    open();
    await client.close(1000);
  });
  const config = {
    url: server.url,
    ...(maxMessages === undefined ? { unbounded: true } : { max_messages: maxMessages }),
    max_buffered_frames: 100,
    batch_size: 10,
    gaps: 'records',
  } as const;
  return await run(arrangement, { ...config, sequence, overflow }, { clock, onPage: () => isOpen });
}

/** The numbers that came, with each gap put in their place; and how many those gaps say were dropped. */
function account({ values }: Outcome): { numbers: number[]; dropped: number } {
  let next = 0;
  let dropped = 0;
  const numbers: number[] = [];
  for (const value of values as { n: number; gap?: Record<string, number | null> }[]) {
    if (value.gap === undefined) {
      assert.equal(value.n, next);
      numbers.push(value.n);
      next += 1;
    } else {
      assert.equal(value.gap['after_sequence'], next - 1);
      next += value.gap['dropped'] as number;
      dropped += value.gap['dropped'] as number;
      if (value.gap['before_sequence'] !== null) assert.equal(value.gap['before_sequence'], next);
    }
  }
  assert.equal(next, FRAMES);
  return { numbers, dropped };
}

for (const arrangement of ARRANGEMENTS) {
  for (const overflow of ['drop_oldest', 'drop_newest'] as const) {
    test(`overflow ${overflow}: pings are answered while the sink stalls, and what is dropped is told at its place (${arrangement})`, async (t) => {
      const outcome = await flooded(t, arrangement, overflow);
      assert.equal(outcome.error, undefined);
      const { numbers, dropped } = account(outcome);
      assert.ok(dropped > FRAMES / 2);
      assert.deepEqual(
        [outcome.stats.dropped, outcome.stats.frames, outcome.stats.records],
        [dropped, FRAMES, numbers.length],
      );
      const gaps = gapsOf(outcome);
      assert.equal(outcome.stats.gaps, gaps.length);
      assert.ok(gaps.every((gap) => gap.cause === 'overflow' && gap.connection === 1));
      // They all came at one moment of the clock, whenever the sink went on.
      assert.ok(gaps.every((gap) => gap.to.at === gap.from.at && gap.durationMs === 0));
      assert.equal(numbers.includes(FRAMES - 1), overflow === 'drop_oldest');
      assert.deepEqual([outcome.stats.pausedMs, outcome.stats.gapMs], [0, 0]);
    });
  }

  test(`overflow latest_by: the newest of each key comes, in order per key (${arrangement})`, async (t) => {
    const outcome = await flooded(t, arrangement, { latest_by: 'k' });
    const records = (outcome.values as { k: number; n: number }[]).filter((value) => value.n !== undefined);
    assert.equal(records.length + outcome.stats.dropped, FRAMES);
    for (let key = 0; key < 5; key++) {
      const numbers = records.filter((record) => record.k === key).map((record) => record.n);
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
      );
      assert.equal(numbers.at(-1), FRAMES - 5 + key);
    }
    const told = gapsOf(outcome).reduce((sum, gap) => sum + gap.dropped, 0);
    assert.deepEqual([told, outcome.stats.records], [outcome.stats.dropped, records.length]);
  });

  test(`overflow: a sequence is checked over frames that are dropped, too (${arrangement})`, async (t) => {
    const outcome = await flooded(t, arrangement, 'drop_oldest', {
      sequence: { path: 'n' },
      last: `{"n":${FRAMES + 7}}`,
    });
    assert.equal(outcome.error, undefined);
    const gaps = gapsOf(outcome);
    assert.deepEqual(
      gaps.filter(({ cause }) => cause === 'sequence').map(({ missing }) => missing),
      [7],
    );
    const told = gaps.reduce((sum, { dropped }) => sum + dropped, 0);
    assert.equal(told, outcome.stats.dropped);
    assert.equal(outcome.stats.records + told, FRAMES + 1);
  });

  test(`overflow: at max_messages what was dropped is told, behind the last record without a line (${arrangement})`, async (t) => {
    const all = (await flooded(t, arrangement, 'drop_newest')).stats.records;
    // The last ones wait in the queue while others are dropped.
    const outcome = await flooded(t, arrangement, 'drop_newest', { maxMessages: all - 40 });
    const numbers = (outcome.values as { n: number }[]).map(({ n }) => n);
    assert.deepEqual([outcome.error, numbers], [undefined, Array.from({ length: all - 40 }, (_, n) => n)]);
    const told = gapsOf(outcome).reduce((sum, gap) => sum + gap.dropped, 0);
    assert.ok(told > 0);
    assert.equal(told, outcome.stats.dropped);
  });

  test(`overflow: a frame that cannot be parsed ends the run after what came before it, from the queue, too (${arrangement})`, async (t) => {
    const { error, values, stats } = await flooded(t, arrangement, 'drop_oldest', { last: 'bad' });
    assert.ok(error instanceof ParseError);
    const last = values.at(-1) as { n: number };
    assert.equal(last.n, FRAMES - 1);
    assert.equal(stats.records + stats.dropped, FRAMES);
  });
}
