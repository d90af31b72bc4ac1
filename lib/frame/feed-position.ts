import { type FeedCursor, isCursor } from './feed-cursor.js';

/** How far a feed is stored: where a later run goes on. */
export interface FeedPosition {
  /** What the next frame is numbered: one more than the last that was stored. */
  readonly sequence: number;
  /** When the last record that was stored came, in epoch milliseconds; `undefined` when that is not known. */
  readonly receivedAt: number | undefined;
  /** From where a server is to go on, with `resume`: the cursor of the last record that was stored. */
  readonly cursor?: FeedCursor | undefined;
  /** What was stored before, and is damaged: told as a gap with the cause `damaged`, before anything else. */
  readonly damaged?: DamagedStretch | undefined;
}

/** Frames that were stored, and whose records were found damaged. */
export interface DamagedStretch {
  /** The last frame whose records are sound; `undefined` when there is none. */
  readonly after: { readonly sequence: number; readonly receivedAt: number } | undefined;
  /** The number of the frame behind the last that is damaged. */
  readonly before: number;
  /** When the last of them came, in epoch milliseconds. */
  readonly receivedAt: number;
  /** Behind which page of which spool they stood, where all that was stored since is in one file. Page 0 is that of any. */
  readonly spooled?: { readonly id: string; readonly page: number } | undefined;
}

/** Whether it can be a position. */
export function isPosition(value: unknown): value is FeedPosition {
  if (value === null || typeof value !== 'object') return false;
  const { sequence, receivedAt, cursor } = value as Partial<FeedPosition>;
  const isNumbered = Number.isSafeInteger(sequence) && (sequence as number) >= 0;
  if (cursor !== undefined && !isCursor(cursor)) return false;
  return isNumbered && (receivedAt === undefined || Number.isFinite(receivedAt));
}
