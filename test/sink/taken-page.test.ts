import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DrainClock } from '../../lib/sink/drain-clock.js';
import { lateError, lostText } from '../../lib/sink/late-error.js';
import { TakenPage } from '../../lib/sink/taken-page.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { pagesOf } from './pages.js';

const taken = (): TakenPage => new TakenPage(pagesOf(['1', '{"gap":1}', '3'], 3)[0]!);

test('of a page that was taken it is known what is stored: all, nothing, or some lines', () => {
  const page = taken();
  assert.deepEqual([page.records, page.bytes], [2, 14]);
  const state = (): unknown[] => [page.isUnderWay, page.isStored, ...[0, 1, 2].map((line) => page.isStoredAt(line))];
  assert.deepEqual(state(), [true, false, false, false, false]);
  page.storedAt([0]);
  page.storedAt([2]);
  assert.deepEqual(state(), [true, false, true, false, true]);
  page.settle(false);
  assert.deepEqual(state(), [false, false, true, false, true]);
  page.settle(true);
  assert.deepEqual(state(), [false, true, true, true, true]);
});

test('who asks hears once what becomes of it, also when it is over', () => {
  for (const failure of [undefined, new Error('why')]) {
    const page = taken();
    const heard: unknown[] = [];
    const hear = (outcome: unknown): void => void heard.push(outcome);
    page.whenDone(hear);
    page.whenDone(hear);
    assert.equal(heard.length, 0);
    page.conclude(failure);
    assert.deepEqual(heard, [failure, failure]);
    page.whenDone(hear);
    page.conclude(failure);
    assert.deepEqual(heard, [failure, failure, failure]);
  }
});

test('the time at the end runs once, until it is stopped, and may run again', async () => {
  const clock = createFakeClock();
  const late: number[] = [];
  const drain = new DrainClock({ clock, drainTimeoutMs: 100 }, () => late.push(clock.monotonic()));
  drain.stop();
  drain.start();
  await clock.advance(60);
  drain.start();
  drain.start(10);
  assert.equal(clock.pending, 1);
  await clock.advance(40);
  assert.deepEqual([late, clock.pending], [[100], 0]);
  drain.start(5);
  drain.stop();
  drain.stop();
  assert.equal(clock.pending, 0);
  drain.start(5);
  await clock.advance(5);
  assert.deepEqual(late, [100, 105]);
});

test('a sink that is late says what it did not do, what is stored, what is not, and what to check', () => {
  const undelivered = [
    { first: 3, last: 5, records: 2 },
    { first: 9, last: 9, records: 1 },
  ];
  const cause = new Error('slow');
  const error = lateError({
    target: 'the API',
    drainTimeoutMs: 50,
    reason: 'it did not answer',
    state: '2 records are stored.',
    advice: 'Check the API',
    recordsWritten: 2,
    undelivered,
    cause,
  });
  assert.equal(
    error.message,
    'Cannot finish the API: the run ended, and it did not answer within 50 ms, the `drain_timeout`. 2 records are stored. ' +
      'Not stored: 3 records, of frames 3 to 5 and 9. What came after frame 9 did not get to this sink. ' +
      'Check the API, or raise it if that only takes longer.',
  );
  assert.deepEqual(
    [error.target, error.recordsWritten, error.undelivered, error.cause],
    ['the API', 2, undelivered, cause],
  );
  assert.equal(lostText([]), '');
});
