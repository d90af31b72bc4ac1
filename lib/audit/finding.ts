/** Every kind of finding, with what it means. */
export const FINDINGS = {
  unreadable: 'The file or folder cannot be read, or cannot be inflated by this Node.',
  nothing: 'There is no file to look at.',
  not_json: 'A line is no JSON.',
  too_long: 'A line is so long that it was not looked at.',
  torn: 'The file ends in the middle of a line, of what is compressed, or of a page.',
  zeros: 'The file ends with zero bytes, as a power failure leaves them.',
  damaged: 'What is compressed cannot be inflated, its checksum is another one, or something else stands in it.',
  gap: 'A gap line makes no sense.',
  hole: 'Numbers of the feed are missing, and no gap line tells it.',
  unnumbered: 'Records have no number where one was expected.',
  repeated: 'Numbers of the feed come once more, or go back.',
  ledger: 'A ledger is damaged, or its entries do not go on from each other.',
  manifest: 'A line of a manifest is damaged, or does not follow the one before it.',
  spool: 'A segment of a spool is damaged, or its pages do not go on from each other.',
  missing: 'A file that a manifest names is not there.',
  outside: 'A file that a manifest names is a link that leads out of its folder: nothing is read there.',
  unlisted: 'A file lies beside those of a manifest, and it does not name it.',
  differs: 'A file is not what its ledger or manifest says.',
  still_written: 'The file grew while it was read, or a run is using it.',
  not_acknowledged: 'The file holds more than its ledger says: the next run sets that aside.',
  backlog: 'A spool holds pages that its sink has not stored: the next run delivers them first.',
  no_line_feed: 'The last line is whole, but has no line feed.',
  empty_lines: 'Some lines are empty.',
  byte_order_mark: 'The file begins with a byte order mark.',
  gap_times: 'The times of a gap line do not fit those of the records beside it.',
  begins_anew: 'The numbers of gap lines begin anew, as those of another run do.',
  left_out: 'Something was not looked at.',
} as const;

/** One of the kinds of {@link FINDINGS}. */
export type FindingKind = keyof typeof FINDINGS;

/** Something that was found. */
export interface Finding {
  readonly kind: FindingKind;
  /** Whether something is wrong; otherwise it is worth knowing, and no more. */
  readonly isWrong: boolean;
  /** The file, or the folder, as it was given. */
  readonly file: string;
  /** 1-based, where it is about a line. */
  readonly line?: number | undefined;
  /** The byte of the line, 1-based, where it is about one. */
  readonly column?: number | undefined;
  /** The 0-based byte of the file, where it is about that. */
  readonly byte?: number | undefined;
  /** What was found, in whole sentences. */
  readonly message: string;
}

/** What was read of one file, once it was. */
export interface FileFacts {
  readonly file: string;
  /** Bytes of the file as it is. */
  readonly bytes: number;
  readonly records: number;
  readonly gaps: number;
  /** Things that are wrong with it. */
  readonly wrong: number;
  readonly checked: readonly Check[];
}

/** What was looked at: each line; the numbers of the feed; what a ledger says of the file, or a manifest; the checksums of a spool. */
export type Check = 'lines' | 'sequence' | 'ledger' | 'manifest' | 'spool';

/** How far an audit is. */
export interface AuditProgress {
  readonly file: string;
  /** Bytes of this file that were read, and how many there are; `undefined` for what is no regular file. */
  readonly read: number;
  readonly size: number | undefined;
}

/** Who is told. */
export interface AuditListener {
  found(finding: Finding): void;
  /** A file was read. */
  read(facts: FileFacts): void;
  /** Some more of a file was read. */
  progress(progress: AuditProgress): void;
}
