import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Backfill } from '../../../lib/connect/backfill/backfill.js';
import type { FoundRecord } from '../../../lib/connect/backfill/fill.js';
import type { HeldFrame } from '../../../lib/connect/backfill/held-frames.js';
import type { Origin } from '../../../lib/connect/intake/frame-handler.js';
import { SequenceCheck } from '../../../lib/connect/intake/sequence-check.js';
import { createFakeClock } from '../../../lib/testing/index.js';

/** What one request brings: from which number below what is asked for, how many, and which of them are left out; or a failure. */
const PAGE = fc.record({
  below: fc.nat(3),
  count: fc.integer({ min: 0, max: 8 }),
  without: fc.uniqueArray(fc.nat(60), { maxLength: 4 }),
  isReversed: fc.boolean(),
  fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

const RUN = fc.record({
  step: fc.constantFrom(1, 3),
  /** How far each live number is above the one before it. */
  leaps: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 25 }),
  pages: fc.array(PAGE, { maxLength: 12 }),
  /** When a live frame comes: so many turns of the loop behind the one before it. */
  turns: fc.array(fc.nat(3), { minLength: 1, maxLength: 25 }),
  /** Which of what is delivered makes the consumer slow for a turn. */
  slow: fc.array(fc.nat(30), { maxLength: 5 }),
  maxFrames: fc.integer({ min: 1, max: 6 }),
  cutAfter: fc.option(fc.nat(25)),
});

test('whatever is missing, comes twice, or fails: each number is there once, in order, or told to be missing', async () => {
  await fc.assert(fc.asyncProperty(RUN, checkRun), { numRuns: 100 });
});

async function checkRun(run: typeof RUN extends fc.Arbitrary<infer R> ? R : never): Promise<void> {
  const { step, leaps, pages, turns, slow, maxFrames, cutAfter } = run;
  const clock = createFakeClock();
  const sequence = new SequenceCheck({ path: 'n', step });
  const out: string[] = [];
  const answers = [...pages];
  let isSlow = false;
  let most = 0;
  let isFull = false;
  const put = (text: string): void => {
    out.push(text);
    if (slow.includes(out.length)) isSlow = true;
  };
  const origin = { number: 1, inflater: undefined } as Origin;
  const accept = (frame: HeldFrame): void => {
    const hole = sequence.look(frame.data, frame.arrival);
    if (hole !== undefined && backfill.begin(hole, frame)) return;
    if (hole !== undefined) put(`missing ${hole.after}-${hole.before}: ${hole.missing}`);
    put(String(JSON.parse(frame.data.toString()).n));
  };
  const finder = {
    requests: 0,
    shownUrl: 'http://x/',
    async *find(task: { last: number | bigint; hole: { before: number | bigint } }) {
      for (;;) {
        const answer = answers.shift();
        await turn();
        if (answer === undefined || answer.fails) return 'it failed';
        const first = Number(task.last) - answer.below * step;
        const numbers = Array.from({ length: answer.count }, (_, index) => first + index * step);
        const kept = numbers.filter((n) => !answer.without.includes(n / step));
        yield kept.map((number): FoundRecord => ({ number, data: Buffer.from(`{"n":${number}}`) }));
      }
    },
  };
  const rules = { step, maxDurationMs: 1_000, isNeeded: false, maxFrames, maxBytes: 1e9, clock };
  const backfill = new Backfill(finder, rules, {
    get isSlow() {
      return isSlow;
    },
    onRecord: ({ number }) => put(String(number)),
    onMissing: ({ after, before, missing }) => put(`missing ${after}-${before}: ${missing}`),
    onFilled: (_filled, { data }) => put(String(JSON.parse(data.toString()).n)),
    onFailed: () => assert.fail(),
    onFrame: accept,
    onRoom: (full) => (isFull = full),
  });
  const settle = async (): Promise<void> => {
    await turn();
    if (isSlow) {
      isSlow = false;
      backfill.goOn();
    }
  };
  let n = 0;
  for (const [index, leap] of [0, ...leaps].entries()) {
    n += leap * step;
    for (let left = turns[index % turns.length]!; left > 0; left--) await settle();
    // Nothing comes while nothing may.
    for (let left = 10_000; isFull && left > 0; left--) await settle();
    const now = { at: 0, monotonic: clock.monotonic() };
    const frame = { data: Buffer.from(`{"n":${n}}`), isBinary: false, arrival: now, receivedAt: 0, origin };
    if (backfill.isOpen) backfill.hold({ ...frame, isControl: false });
    else accept({ ...frame, isControl: false });
    most = Math.max(most, backfill.held.frames);
    if (index === cutAfter) backfill.cut();
  }
  for (let left = 10_000; backfill.isOpen && left > 0; left--) await settle();
  assert.ok(most <= maxFrames, `${most} frames waited`);
  assert.deepEqual([backfill.isOpen, backfill.held.frames, clock.pending], [false, 0, 0]);
  let next = 0;
  for (const line of out) {
    const [, after, before, missing] = /^missing (\d+)-(\d+): (\d+)$/.exec(line)?.map(Number) ?? [];
    if (after === undefined) assert.equal(Number(line), next);
    else assert.deepEqual([after + step, before! - after], [next, (missing! + 1) * step], out.join(', '));
    next = after === undefined ? next + step : before!;
  }
  assert.equal(next, n + step, out.join(', '));
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
