/** One thing that a sink's check looked at. */
export interface SinkCheck {
  /** What was looked at, in a word or two: `folder`, `free space`, `brokers`, `topic`. */
  readonly name: string;
  readonly ok: boolean;
  /** What was found, as a clause: `3 partitions`. */
  readonly detail: string;
  /** What to try, as a whole sentence, when it is not ok. */
  readonly advice: string | undefined;
  /** How long it took. */
  readonly elapsedMs: number;
}
