/** What became of compressed frames that stand one behind another in a chunk of the socket's. */
export interface InflatedRun {
  /** The same frames, of one kind, with their messages inflated: none is compressed, each has a header of {@link INFLATED_HEADER} bytes. */
  readonly frames: Buffer;
  /** Where the first frame begins in the chunk that was left. */
  readonly next: number;
}

/** The bytes of a frame's header with a length of 16 bits (RFC 6455, section 5.2). */
export const INFLATED_HEADER = 4;
