import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { SinkError } from '../../lib/index.js';
import type { Letter } from '../../lib/parse/letter.js';
import { LetterBudget } from '../../lib/parse/letter-budget.js';
import type { LetterLine, LetterStore } from '../../lib/parse/letter-store.js';
import { LetterWritable } from '../../lib/parse/letter-writable.js';

test('Letters that come while some are being stored are stored together, in order, and each callback comes when its letter is stored', async () => {
  const store = new SlowStore();
  const letters = new LetterWritable(store);
  const stored: number[] = [];
  for (const n of [1, 2, 3]) letters.write(letter(n), () => void stored.push(n));
  assert.deepEqual([store.given, letters.given, letters.settled, letters.count], [[[1]], 3, 0, 0]);
  store.finish();
  assert.deepEqual([store.given, letters.settled], [[[1], [2, 3]], 1]);
  store.finish();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([stored, letters.settled, letters.count], [[1, 2, 3], 3, 3]);
  assert.deepEqual([...letters.causes], [['ERR_PARSE', 3]]);
});

test('What waits has a bound in bytes, whatever the number of letters is, and room is told', async () => {
  const store = new SlowStore();
  const letters = new LetterWritable(store);
  letters.write(letter(1));
  assert.equal(letters.writableNeedDrain, false);
  letters.write(letter(2, 'x'.repeat(70_000)));
  assert.equal(letters.writableNeedDrain, true);
  const drained = once(letters, 'drain');
  store.finish();
  store.finish();
  await drained;
  assert.equal(letters.writableNeedDrain, false);
});

test('A store that calls back at once never has anybody wait, however large a letter is', () => {
  const store: LetterStore = { path: 'x', isAtOnce: true, store: (_, callback) => callback() };
  const letters = new LetterWritable(store);
  for (let n = 0; n < 100; n++) assert.equal(letters.write(letter(n, 'x'.repeat(100_000))), true);
  assert.deepEqual([letters.count, letters.settled], [100, 100]);
});

test('What was refused beyond a limit, and all that waits behind it, is stored before that ends the run', async () => {
  const store = new SlowStore();
  const budget = new LetterBudget({ total: 1, perPage: undefined });
  const letters = new LetterWritable(store, undefined, { budget });
  const failed = once(letters, 'error');
  for (const n of [1, 2, 3]) letters.write(letter(n));
  store.finish();
  assert.equal(letters.errored, null);
  store.finish();
  const [error] = (await failed) as [SinkError];
  assert.ok(error instanceof SinkError);
  assert.match(error.message, /^The run refused more than 1 in this run .* The newest: no JSON in 2/);
  assert.deepEqual([store.given, letters.count, error.recordsWritten], [[[1], [2, 3]], 3, 3]);
});

test('What a page may be refused at most is counted when it is refused, not when it is stored', async () => {
  const store = new SlowStore();
  const budget = new LetterBudget({ total: undefined, perPage: 1 });
  const letters = new LetterWritable(store, undefined, { budget });
  for (const n of [1, 2, 3]) {
    letters.write(letter(n));
    budget.turnPage();
  }
  store.finish();
  store.finish();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([letters.errored, letters.count], [null, 3]);
});

test('When letters cannot be stored, the error tells the first and how many more there are, and nobody waits any longer', async () => {
  const store = new SlowStore();
  const letters = new LetterWritable(store, (cause, { letter: first, others, count }) => {
    return new Error(`${cause.message}: ${first.sequence} and ${others} more, behind ${count}`);
  });
  const failed = once(letters, 'error');
  letters.write(letter(1));
  store.finish();
  for (const n of [2, 3, 4]) letters.write(letter(n));
  let settled = 0;
  letters.whenSettled(() => {
    settled = letters.settled;
  });
  store.finish(new Error('no disk'));
  const [error] = (await failed) as [Error];
  assert.equal(error.message, 'no disk: 2 and 2 more, behind 1');
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([settled, letters.given, letters.count], [4, 4, 1]);
});

test('A store that fails by itself ends the stream', async () => {
  const store = new SlowStore();
  const letters = new LetterWritable(store);
  const failed = once(letters, 'error');
  store.fail(new Error('the lock is lost'));
  assert.deepEqual(await failed, [new Error('the lock is lost')]);
});

/** Stores nothing before it is told to. */
class SlowStore implements LetterStore {
  readonly path = 'x';
  readonly isAtOnce = false;
  /** The numbers of what it was given together. */
  readonly given: number[][] = [];
  fail: (error: Error) => void = () => {};
  #callback: (cause?: Error) => void = () => {};

  store(letters: readonly LetterLine[], callback: (cause?: Error) => void): void {
    for (const { line, letter: one } of letters) {
      const { sequence } = JSON.parse(line.toString()) as { sequence: number };
      assert.equal(sequence, one.sequence);
    }
    this.given.push(letters.map(({ letter: { sequence } }) => sequence));
    this.#callback = callback;
  }

  onFailed(listener: (error: Error) => void): void {
    this.fail = listener;
  }

  finish(cause?: Error): void {
    this.#callback(cause);
  }
}

function letter(sequence: number, data = 'x'): Letter {
  const error = Object.assign(new Error(`no JSON in ${sequence}`), { code: 'ERR_PARSE' });
  return { data: Buffer.from(data), error, sequence, receivedAt: 0, connection: 1, url: 'ws://a' };
}
