import { Writable } from 'node:stream';
import type { Page } from '../../../lib/batch/page.js';

/** A sink that keeps the text of what it gets: at once, or when it is told to. */
export class Target {
  readonly sink: Writable;
  /** Pages that came to it. */
  pages = 0;
  newest: Page | undefined;
  /** What it has stored. */
  text = '';
  #isHeld: boolean;
  #held: (() => void)[] = [];

  constructor({ isHeld = false, highWaterMark = 1 } = {}) {
    this.#isHeld = isHeld;
    this.sink = new Writable({
      objectMode: true,
      highWaterMark,
      write: (page: Page, _encoding, callback) => {
        this.pages += 1;
        this.newest = page;
        const store = (): void => {
          this.text += page.bytes.toString();
          callback();
        };
        if (this.#isHeld) this.#held.push(store);
        else setImmediate(store);
      },
    });
  }

  /** From now on it stores what comes. */
  open(): void {
    this.#isHeld = false;
    for (const store of this.#held.splice(0)) store();
  }
}
