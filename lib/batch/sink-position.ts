/** Where a page is stored, as its sink tells whoever waits for that. What a sink does not know it leaves out. */
export interface SinkPosition {
  /** In files: one, or all those that the page was spread over. */
  readonly files?: readonly FilePosition[];
  /** Paths of files that were finished since the page before, and are no longer there by that name. */
  readonly sealed?: readonly string[];
  /** In Kafka: of each partition that records of it went to, where the last of them lies. */
  readonly partitions?: readonly PartitionPosition[];
}

/** Where a record lies in Kafka. */
export interface PartitionPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Where a run begins to add to a file. */
export interface FileBegin {
  readonly path: string;
  /** In bytes: what it holds before. */
  readonly start: number;
}

/** What was added to a file for a page. It begins behind what the file held when the page before it was stored. */
export interface FilePosition extends FileBegin {
  /** Where it ends: the length of the file. */
  readonly end: number;
  /** The CRC-32 of the bytes in between: what is stored, after compression. */
  readonly crc32: number;
  /** What the sink knows of the file by now, in terms of its own: a later run gives it back. Of files that are to be finished one day. */
  readonly facts?: object;
}

/** What is kept of files that an earlier run has not finished, for the sink that goes on with them. */
export interface KeptFiles {
  /** By their paths: what of them is acknowledged. They end there, those that are still there. */
  readonly files: ReadonlyMap<string, KeptFile>;
  /** A file is there, with nothing in it: what it will hold is nothing that others have stored. It may be written to when this has resolved. */
  begin(path: string, facts: object): Promise<void>;
  /** Waits until what is acknowledged by now is written down, on the disk. */
  flush(): Promise<void>;
}

/** A file that an earlier run has not finished. */
export interface KeptFile {
  /** How much of it is acknowledged, in bytes. */
  readonly end: number;
  /** What the sink said of it last. */
  readonly facts: object;
}
