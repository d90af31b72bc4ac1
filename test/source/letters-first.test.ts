import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Page } from '../../lib/index.js';
import type { Letter } from '../../lib/parse/letter.js';
import type { LetterStore } from '../../lib/parse/letter-store.js';
import { LetterWritable } from '../../lib/parse/letter-writable.js';
import { lettersFirst } from '../../lib/source/letters-first.js';

test('No page goes on before all that was refused before it is stored, and pages stay in order, whatever comes when', async () => {
  const step = fc.oneof(fc.constant('page' as const), fc.constant('letter' as const), fc.constant('stored' as const));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const set = lettersAndPages();
      for (const one of steps) set[one]();
      assert.deepEqual(set.out, set.mayBeOut());
      while (set.isStoring()) set.stored();
      assert.deepEqual(set.out, set.pages);
      await new Promise<void>((resolve) => set.step.end(resolve));
      assert.equal(set.hasEnded(), true);
    }),
  );
});

test('The end waits for the letters behind the last page, and for their files; a failure of theirs is told, and is the end, too', async () => {
  const set = lettersAndPages(Promise.reject(new Error('no disk')));
  set.page();
  set.letter();
  const ended = new Promise<void>((resolve) => set.step.end(resolve));
  assert.equal(set.hasEnded(), false);
  set.stored();
  await ended;
  assert.deepEqual([set.hasEnded(), set.failures.map(({ message }) => message)], [true, ['no disk']]);
});

test('With pages that wait it is full, until they go on', () => {
  const set = lettersAndPages();
  set.letter();
  set.page();
  assert.deepEqual([set.step.isFull, set.step.isAtWork], [false, true]);
  set.page();
  assert.equal(set.step.isFull, true);
  set.stored();
  assert.deepEqual([set.step.isFull, set.step.isAtWork, set.rooms(), set.out.length], [false, false, 1, 2]);
});

/** A step, its letters, which are stored one by one when that is said, and its pages, which are their numbers. */
function lettersAndPages(files: Promise<void> = Promise.resolve()) {
  let onStored: ((cause?: Error) => void) | undefined;
  const store: LetterStore = {
    path: 'x',
    isAtOnce: false,
    store(_, callback) {
      onStored = callback;
    },
  };
  files.catch(() => {});
  const letters = new LetterWritable(store);
  const [out, pages, failures]: [number[], number[], Error[]] = [[], [], []];
  const before: number[] = [];
  let hasEnded = false;
  let rooms = 0;
  const make = lettersFirst(letters, () => {
    hasEnded = true;
    return files;
  });
  const step = make({
    stream: new Readable(),
    push: (page) => void out.push(page as unknown as number),
    fail: (error) => void failures.push(error),
    room: () => {
      rooms += 1;
    },
  });
  return {
    ...{ step, out, pages, failures },
    rooms: () => rooms,
    hasEnded: () => hasEnded,
    isStoring: () => onStored !== undefined,
    letter: () => void letters.write(LETTER),
    page() {
      pages.push(pages.length);
      before.push(letters.given);
      step.take((pages.length - 1) as unknown as Page);
    },
    stored() {
      const callback = onStored;
      onStored = undefined;
      callback?.();
    },
    /** Those before which no letter came that is not stored. */
    mayBeOut: () => pages.filter((n) => before[n]! <= letters.count),
  };
}

const LETTER: Letter = {
  data: Buffer.from('x'),
  error: Object.assign(new Error('no JSON'), { code: 'ERR_PARSE' }),
  ...{ sequence: 0, receivedAt: 0, connection: 1, url: 'ws://a' },
};
