import { type EntryHead, nextSequence } from '../spool/entry.js';

/** Whether the pages of a spool follow each other, over its segments. */
export class PageOrder {
  /** The number of the last page that the sink has stored, where that is known: those up to it may be gone. */
  readonly #acknowledged: number;
  /** The number of the page before. */
  #last = Number.NEGATIVE_INFINITY;
  /** What the frame behind that is numbered. */
  #sequence = 0;

  constructor(acknowledged: number | undefined) {
    this.#acknowledged = acknowledged ?? Number.NEGATIVE_INFINITY;
  }

  /**
   * The next entry. Returns what is wrong with its place, as a clause.
   *
   * @param from the number of its first page, where it stands for several that were dropped
   */
  take(head: EntryHead, from: number = head.page): string | undefined {
    const { page, kind, firstSequence } = head;
    const [last, sequence] = [this.#last, this.#sequence];
    if (page <= last) {
      // What was dropped stands there twice when a run died before it had removed the first of them.
      return kind === 'dropped' ? undefined : `page ${page} comes behind page ${last}`;
    }
    this.#last = page;
    this.#sequence = nextSequence(head);
    const expected = Math.max(last, this.#acknowledged) + 1;
    if (expected < from && expected > 0) return missing(expected, from - 1);
    if (firstSequence < sequence) return `page ${page} goes back to frame ${firstSequence}, from ${sequence}`;
    return undefined;
  }
}

function missing(first: number, last: number): string {
  return first === last ? `page ${first} is missing` : `pages ${first} to ${last} are missing`;
}
