/**
 * Where small messages are inflated to, one behind another: as with what a socket reads at once, many of them share one piece of
 * memory, and are views of it. So do those of all connections of a thread: one that brings little needs no piece of its own.
 */
export class InflatePool {
  /** The piece at hand, and where its free part begins. */
  bytes = Buffer.alloc(0);
  at = 0;

  /** How much is free. */
  get room(): number {
    return this.bytes.length - this.at;
  }

  /** Goes on in another piece when there is little left of this one. */
  makeRoom(): void {
    if (this.room < LEAST_ROOM) this.renew();
  }

  /** Goes on in another piece. */
  renew(): void {
    this.bytes = Buffer.allocUnsafeSlow(PIECE_BYTES);
    this.at = 0;
  }

  /** Gives away the next bytes. */
  take(length: number): Buffer {
    const { at } = this;
    this.at = at + length;
    return this.bytes.subarray(at, this.at);
  }
}

/** With less room than this another piece is begun: most small messages find room in what is left. */
export const LEAST_ROOM = 4 * 1024;
/** As large as what a socket reads at once. */
const PIECE_BYTES = 64 * 1024;

/** That of this thread. */
export const inflatePool = new InflatePool();
