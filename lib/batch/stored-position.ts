import type { FrameFacts } from '../parse/message.js';
import type { SpoolPlace } from './spool-place.js';

/** How far a feed is stored, as its sink knows it: a position to give to the source. */
export interface StoredPosition {
  /** What the next frame is numbered: one more than the last that was stored. */
  readonly sequence: number;
  /** When the last record that was stored came, in epoch milliseconds; `undefined` when none was. */
  readonly receivedAt: number | undefined;
  /** With `resume`: from where a server is to go on. */
  readonly cursor?: FrameFacts['cursor'] | undefined;
  /** The last page of a spool that is stored, when pages came out of one. */
  readonly spooled?: SpoolPlace | undefined;
  /** @internal The same of other spools, from which the feed was stored before: the newest first. */
  readonly elsewhere?: readonly SpoolPlace[] | undefined;
}
