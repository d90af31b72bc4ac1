/** Frames that were dropped one after another, before a frame that was not. */
export interface DroppedRange {
  readonly dropped: number;
  /** The lowest and the highest sequence of them. */
  readonly first: number;
  readonly last: number;
  /** When the frames of these two came, in epoch milliseconds. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** The connection that the first of them came over. */
  readonly connection: number;
  /** Whether no frame follows. */
  readonly isLast: boolean;
}

/** A range that may grow still. */
export class OpenDroppedRange implements Omit<DroppedRange, 'isLast'> {
  dropped = 0;
  first: number;
  last: number;
  firstAt: number;
  lastAt: number;
  readonly connection: number;

  /** It begins with a frame, which is not {@link add}ed by this. */
  constructor(sequence: number, receivedAt: number, connection: number) {
    this.first = sequence;
    this.last = sequence;
    this.firstAt = receivedAt;
    this.lastAt = receivedAt;
    this.connection = connection;
  }

  /** One more frame is dropped. With keys they do not come in order. */
  add(sequence: number, receivedAt: number): void {
    this.dropped += 1;
    if (sequence < this.first) {
      this.first = sequence;
      this.firstAt = receivedAt;
    } else if (sequence > this.last) {
      this.last = sequence;
      this.lastAt = receivedAt;
    }
  }
}
