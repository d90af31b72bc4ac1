import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { type Work, WorkStep } from '../../lib/stage/work-step.js';
import { createFakeClock } from '../../lib/testing/index.js';

interface Item {
  readonly id: number;
  readonly kind: 'later' | 'at once' | 'exempt' | 'left out' | 'refused' | 'never';
}

/** A step whose promises are settled by hand, and what came of it. */
function begin({
  timeoutMs,
  ...options
}: Pick<Work<Item>, 'concurrency' | 'ordered'> & { readonly timeoutMs?: number }) {
  const clock = createFakeClock();
  const signals: AbortSignal[] = [];
  const out: number[] = [];
  const refused: number[] = [];
  const running = new Map<number, () => void>();
  let mostRunning = 0;
  let rooms = 0;
  const work: Work<Item> = {
    ...options,
    limit: timeoutMs === undefined ? undefined : { timeoutMs, clock, late: () => new Error('late', { cause: 'time' }) },
    do(item, { signal }) {
      if (item.kind === 'at once') return item;
      signals[item.id] = signal;
      if (item.kind === 'never') return new Promise(() => {});
      return new Promise((resolve, reject) => {
        running.set(item.id, () => {
          running.delete(item.id);
          if (item.kind === 'refused') reject(new Error('no'));
          else resolve(item.kind === 'left out' ? undefined : item);
        });
        mostRunning = Math.max(mostRunning, running.size);
      });
    },
    isExempt: ({ kind }) => kind === 'exempt',
    refuse: ({ id }) => void refused.push(id),
    leftOut: (_item, result) => (result === undefined ? 1 : 0),
  };
  const step = new WorkStep<Item>(
    {
      stream: new PassThrough(),
      push: ({ id }) => void out.push(id),
      fail: (error) => assert.fail(error),
      room: () => void (rooms += 1),
    },
    work,
  );
  return {
    step,
    clock,
    signals,
    out,
    refused,
    running,
    get mostRunning() {
      return mostRunning;
    },
    get rooms() {
      return rooms;
    },
  };
}

const items = fc
  .array(fc.constantFrom<Item['kind']>('later', 'at once', 'exempt', 'left out', 'refused'), { maxLength: 40 })
  .map((kinds) => kinds.map((kind, id): Item => ({ id, kind })));

describe('WorkStep', () => {
  for (const ordered of [true, false]) {
    it(`loses and repeats nothing, keeps the bound and ${ordered ? 'the order' : 'the place of what is exempt'}, whatever is done first`, async () => {
      await fc.assert(
        fc.asyncProperty(
          items,
          fc.integer({ min: 1, max: 6 }),
          fc.infiniteStream(fc.nat()),
          async (given, concurrency, picks) => {
            const run = begin({ concurrency, ordered });
            const settleOne = async (): Promise<void> => {
              const ids = [...run.running.keys()];
              const id = ids[(picks.next().value as number) % ids.length] as number;
              run.running.get(id)?.();
              await nextTurn();
            };
            for (const item of given) {
              while (run.step.isFull) await settleOne();
              run.step.take(item);
            }
            let isEnded = false;
            run.step.end(() => {
              isEnded = true;
            });
            while (run.running.size > 0) await settleOne();
            assert.ok(isEnded);
            assert.equal(run.step.isAtWork, false);
            assert.ok(run.mostRunning <= concurrency);
            const expected = given.filter(({ kind }) => kind !== 'left out' && kind !== 'refused').map(({ id }) => id);
            const sections = (ids: readonly number[]): number[][] => {
              if (ordered) return [[...ids]];
              const cut: number[][] = [[]];
              for (const id of ids) {
                if (given[id]?.kind === 'exempt') cut.push([id], []);
                else cut.at(-1)?.push(id);
              }
              return cut.map((part) => part.toSorted((a, b) => a - b));
            };
            assert.deepEqual(sections(run.out), sections(expected));
            assert.equal(run.step.filtered, given.filter(({ kind }) => kind === 'left out').length);
            assert.deepEqual(
              run.refused.toSorted((a, b) => a - b),
              given.filter(({ kind }) => kind === 'refused').map(({ id }) => id),
            );
          },
        ),
      );
    });
  }

  it('takes more than it has room for, starts it in its turn, and says when there is room', async () => {
    const run = begin({ concurrency: 2, ordered: true });
    for (let id = 0; id < 5; id++) run.step.take({ id, kind: 'later' });
    assert.deepEqual([...run.running.keys()], [0, 1]);
    assert.equal(run.step.isFull, true);
    for (const id of [1, 0]) run.running.get(id)?.();
    await nextTurn();
    assert.deepEqual(run.out, [0, 1]);
    assert.deepEqual([...run.running.keys()], [2, 3]);
    assert.equal(run.rooms, 0);
    for (const id of [2, 3]) run.running.get(id)?.();
    await nextTurn();
    assert.equal(run.rooms, 1);
    assert.equal(run.step.isFull, false);
  });

  for (const ordered of [true, false]) {
    it(`waits for no answer longer than it may take, and goes on, ${ordered ? 'in order' : 'out of order'}`, async () => {
      const run = begin({ concurrency: 2, ordered, timeoutMs: 100 });
      const kinds = ['never', 'later', 'never', 'exempt', 'never', 'at once'] as const;
      for (const [id, kind] of kinds.entries()) run.step.take({ id, kind });
      let isEnded = false;
      run.step.end(() => {
        isEnded = true;
      });
      await run.clock.advance(60);
      run.running.get(1)?.();
      await nextTurn();
      assert.deepEqual(run.out, ordered ? [] : [1]);
      await run.clock.advance(40);
      assert.deepEqual([run.out, run.refused], [[1], [0]]);
      const aborted = [0, 1, 2, 4].map((id) => run.signals[id]?.aborted);
      assert.deepEqual([aborted, run.signals[0]?.reason], [[true, false, false, false], 'time']);
      await run.clock.advance(60);
      assert.deepEqual([run.out, run.refused, isEnded], [ordered ? [1, 3] : [1, 3, 5], [0, 2], false]);
      await run.clock.advance(40);
      assert.deepEqual([run.out, run.refused, isEnded], [[1, 3, 5], [0, 2, 4], true]);
      assert.deepEqual([run.step.isAtWork, run.clock.pending], [false, 0]);
    });
  }

  it('does not look at an answer that comes too late', async () => {
    const run = begin({ concurrency: 1, ordered: true, timeoutMs: 100 });
    run.step.take({ id: 0, kind: 'later' });
    run.step.take({ id: 1, kind: 'later' });
    const settle = run.running.get(0);
    await run.clock.advance(100);
    assert.equal(run.rooms, 0);
    settle?.();
    await nextTurn();
    assert.deepEqual([run.out, run.refused], [[], [0]]);
    run.running.get(1)?.();
    await nextTurn();
    assert.deepEqual([run.out, run.refused, run.rooms], [[1], [0], 1]);
  });

  it('aborts what is in work when it is closed, and holds no timer', async () => {
    const run = begin({ concurrency: 2, ordered: true, timeoutMs: 100 });
    for (const id of [0, 1]) run.step.take({ id, kind: 'never' });
    run.step.close();
    assert.deepEqual([run.signals.map(({ aborted }) => aborted), run.clock.pending], [[true, true], 0]);
    await run.clock.advance(100);
    assert.deepEqual([run.out, run.refused], [[], []]);
  });

  it('says nothing more when the one whose call is late closes it', async () => {
    const run = begin({ concurrency: 1, ordered: true, timeoutMs: 100 });
    run.step.take({ id: 0, kind: 'never' });
    run.signals[0]?.addEventListener('abort', () => run.step.close());
    run.step.end(() => assert.fail('it has not come to its end'));
    await run.clock.advance(100);
    assert.deepEqual([run.out, run.refused, run.rooms], [[], [], 0]);
  });

  it('hands out nothing once it is closed', async () => {
    const run = begin({ concurrency: 2, ordered: true });
    run.step.take({ id: 0, kind: 'later' });
    const settle = run.running.get(0);
    run.step.close();
    settle?.();
    await nextTurn();
    run.step.take({ id: 1, kind: 'at once' });
    assert.deepEqual(run.out, []);
    assert.equal(run.step.isAtWork, false);
  });
});
