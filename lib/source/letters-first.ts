import type { Page } from '../batch/page.js';
import type { LetterWritable } from '../parse/letter-writable.js';
import type { MakeStep } from '../stage/step.js';

/**
 * Hands a page on when all that was refused before it is stored: so whoever has stored the page, and says so, has lost no dead letter of its
 * frames, however the process ends. When the letters cannot be stored the run ends by that, and the pages go on.
 *
 * @param end called when nothing further is refused, and all that was is stored
 */
export function lettersFirst(letters: LetterWritable, end: () => Promise<void>): MakeStep<Page, Page> {
  return (outlet) => {
    const held: { readonly page: Page; readonly given: number }[] = [];
    let onEnd: (() => void) | undefined;
    let isFull = false;
    const ended = async (done: () => void): Promise<void> => {
      try {
        await end();
      } catch (error) {
        // What ended the run before says the same.
        if (letters.errored === null) outlet.fail(error as Error);
      }
      done();
    };
    const goOn = (): void => {
      while (held.length > 0 && held[0]!.given <= letters.settled) outlet.push(held.shift()!.page);
      if (isFull && held.length < MOST_HELD) {
        isFull = false;
        outlet.room();
      }
      if (onEnd === undefined || held.length > 0 || letters.settled < letters.given) return;
      const done = onEnd;
      onEnd = undefined;
      void ended(done);
    };
    letters.whenSettled(goOn);
    return {
      get isFull() {
        return isFull;
      },
      get isAtWork() {
        return held.length > 0;
      },
      take(page) {
        if (held.length === 0 && letters.settled === letters.given) {
          outlet.push(page);
          return;
        }
        held.push({ page, given: letters.given });
        isFull = held.length >= MOST_HELD;
      },
      end(done) {
        onEnd = done;
        goOn();
      },
      close() {
        void end().catch(() => {});
      },
    };
  };
}

/** Pages that wait for letters: more than a write takes to come back, few enough to be no matter. */
const MOST_HELD = 2;
