/** What one line of a manifest tells. */
export type ManifestEntry = SealedFile | RemovedFile;

/** A file that is finished: nothing is written to it any more. */
export interface SealedFile {
  readonly event: 'sealed';
  /** From the manifest's folder on, with `/` between names. It never leads out of that folder. */
  readonly path: string;
  /** How many records it holds. Lines that tell gaps are none. */
  readonly records: number;
  /** How large it is, as it lies there: after compression. */
  readonly bytes: number;
  /** Of these bytes, in hexadecimal. */
  readonly sha256: string;
  /** The lowest number of a frame whose record it holds; `undefined` when it holds none, or that is not known. */
  readonly firstSequence: number | undefined;
  /** The highest one. */
  readonly lastSequence: number | undefined;
  /** When the first line that it holds came, in epoch milliseconds; `undefined` when that is not known. */
  readonly firstReceivedAt: number | undefined;
  /** When the last one came. */
  readonly lastReceivedAt: number | undefined;
  readonly gaps: GapSum;
}

/** The gaps that are told in a file. */
export interface GapSum {
  readonly count: number;
  /** How long they lasted in all, in milliseconds. */
  readonly ms: number;
  /** How many frames are known to be missing: those that were dropped, and numbers that the feed left out. */
  readonly missing: number;
}

/** A file that was sealed before, and was removed by `keep`: its place in the chain is kept. */
export interface RemovedFile {
  readonly event: 'removed';
  /** As in the line that tells of its sealing. */
  readonly path: string;
  /** When, in epoch milliseconds. */
  readonly at: number;
  /** Which limit of `keep` asked for it. */
  readonly limit: KeepLimit;
}

/** What `keep` can limit. */
export type KeepLimit = 'bytes' | 'age' | 'files';
