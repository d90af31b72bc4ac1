/** What a sink has stored so far of what it was given. A snapshot. */
export interface SinkStats {
  /** Records that are stored whole. */
  readonly records: number;
  /** Pages that are stored whole. */
  readonly pages: number;
  /** Bytes at the target: after compression, with anything that stands around the records. */
  readonly bytes: number;
}

/**
 * Calls a stream's callback with the outcome of `work`, outside of any promise: what a listener throws from there is an
 * uncaught exception, as it is with Node's own streams, and not an unhandled rejection.
 */
export function settle(work: Promise<unknown>, callback: (error?: Error | null) => void): void {
  work.then(
    () => process.nextTick(callback),
    (error: Error) => process.nextTick(callback, error),
  );
}
