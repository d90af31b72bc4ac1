import type { Page } from './page.js';

/** How far a feed is stored. */
export interface StoredUpTo {
  /** What the next frame is numbered. */
  readonly next: number;
  /** When the last record came, in epoch milliseconds. */
  readonly receivedAt: number;
  /** How many records the page has, without gaps. */
  readonly records: number;
}

/** How far a feed is stored, once this page is. */
export function lastStored(page: Page): StoredUpTo {
  const records = page.recordsAmong();
  let last = page.length - 1;
  while (records > 0 && page.isGap(last)) last -= 1;
  const { sequence, receivedAt } = page.frame(last);
  // A gap has the number of the frame behind it.
  return { next: records > 0 ? sequence + 1 : sequence, receivedAt, records };
}
