/** A place at which what is compressed cannot be read. */
export interface Interruption {
  /** Of the file: where that was found. */
  readonly byte: number;
  /** What is wrong, as a sentence without its stop. */
  readonly problem: string;
  /** Of the file: where it goes on; `undefined` when nothing of what follows can be read. */
  readonly resumesAt: number | undefined;
}

/** How a compressed file ends. */
export interface ContentEnd {
  /** In the middle of a part of it. */
  readonly isTorn: boolean;
  /** With how many zeros behind its last part. */
  readonly zeros: number;
}

/** What is in a compressed file: all that can be had of it, past damage. */
export type Content = AsyncGenerator<Buffer | Interruption, ContentEnd, void>;
