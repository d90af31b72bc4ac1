import type { FeedCursor } from './feed-cursor.js';
import type { Gap } from './gap.js';

/** One WebSocket message as it arrived. */
export interface Frame {
  /**
   * The payload. It is a slice of the 64 KiB chunk that the socket read: copy what you keep for long, or a
   * 100-byte frame keeps the whole chunk in memory.
   */
  readonly data: Buffer;
  /** Whether it came as a binary message (RFC 6455 opcode 2), not as text. */
  readonly isBinary: boolean;
  /** When the chunk that completed it was read, in epoch milliseconds. */
  readonly receivedAt: number;
  /** The address that it came from, without user info. */
  readonly url: string;
  /** 1 for the run's first socket, 2 after the first reconnect, … */
  readonly connection: number;
  /** 0, 1, … over the whole run. */
  readonly sequence: number;
  /**
   * Present when it is no frame at all, but stands for a gap at its place between the frames, as `gaps: 'records'` asks
   * for; `data` is its JSON text, and `sequence` that of the frame after it.
   */
  readonly gap?: Gap;
  /**
   * With `resume`: from where a server is to go on behind this frame. It is read from the frame's bytes when it is asked for, and is not
   * among what `{ ...frame }` copies. Absent while nothing of that is known.
   */
  readonly cursor?: FeedCursor;
  /** Present when `decompress` could not inflate it: why, as a clause; `data` is as it came. `parse()` refuses it. */
  readonly notInflated?: string;
}
