import type { DiskRoom } from '../internal/disk-watch.js';
import type { Logger } from '../internal/logger.js';
import { countBytes, countRecords, explainFileFailure } from '../sink/file-failure.js';

/** What somebody should hear of a spool: as facts, and as whole sentences. */
export class SpoolNotices {
  readonly #path: string;
  readonly #logger: Logger;

  /** @param path of the spool's folder */
  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
  }

  /** There is something that earlier runs have left. */
  backlog(records: number, bytes: number, ageMs: number): void {
    this.#tell(
      { event: 'backlog', records, bytes, age_ms: ageMs },
      `The spool in ${this.#path} holds ${countRecords(records)} (${countBytes(bytes)}) that the sink has not stored yet, the oldest ` +
        `${(ageMs / 1_000).toFixed(1)} s old: they go first.`,
    );
  }

  /** The last entry was not written whole. */
  tailCut(path: string, bytes: number): void {
    this.#tell(
      { event: 'spool_cut', path, cut_bytes: bytes },
      `${path} ended in a page that was not written whole when the run before died: ${countBytes(bytes)} are cut off.`,
    );
  }

  /** A part of a segment is not what was written. */
  damaged(path: string, bytes: number): void {
    this.#tell(
      { event: 'spool_damaged', path, damaged_bytes: bytes },
      `${path} is damaged (${countBytes(bytes)}): the rest of it is delivered, what is missing is told as a gap, and the file is kept as .bad.`,
    );
  }

  /** The system does not give a segment back. */
  unreadable(path: string, cause: unknown): void {
    const [reason] = explainFileFailure(cause);
    this.#tell(
      { event: 'spool_unreadable', path },
      `Cannot read ${path}: ${reason}. The rest of the spool is delivered, and what is missing is told as a gap.`,
    );
  }

  /** Nothing of a segment is what was written. */
  segmentSetAside(path: string, name: string, bytes: number): void {
    this.#tell(
      { event: 'spool_set_aside', path, name, damaged_bytes: bytes },
      `No page can be read in ${path} (${countBytes(bytes)}): it is ${name} now.`,
    );
  }

  /** What was damaged is kept under another name. */
  keptAside(name: string): void {
    this.#tell({ event: 'spool_kept', name }, `What was damaged is kept as ${name}. It is not used any more.`);
  }

  /** A part of its own ledger is damaged. */
  ledgerDamaged(bytes: number): void {
    this.#tell(
      { event: 'spool_ledger_damaged', damaged_bytes: bytes },
      `The ledger of the spool in ${this.#path} is damaged (${countBytes(bytes)}): what it says otherwise is used.`,
    );
  }

  /** Nothing of its own ledger can be used. */
  ledgerLost(bytes: number): void {
    this.#tell(
      { event: 'spool_ledger_lost', damaged_bytes: bytes },
      `The ledger of the spool in ${this.#path} cannot be read (${countBytes(bytes)}): all pages that are there are delivered, and ` +
        'some of them may have been stored before.',
    );
  }

  /** There is no room for what comes. */
  full(cause: unknown, what: string): void {
    const reason = cause === undefined ? '`max_bytes` are used' : explainFileFailure(cause)[0];
    this.#tell({ event: 'spool_full' }, `The spool in ${this.#path} is full: ${reason}. ${what}.`);
  }

  /** There is room again. */
  roomAgain(): void {
    this.#tell({ event: 'spool_has_room' }, `The spool in ${this.#path} has room again.`);
  }

  /** The disk has little room left. */
  diskLow({ free, all }: DiskRoom): void {
    this.#tell(
      { event: 'disk_low', free_bytes: free, all_bytes: all },
      `The disk of the spool in ${this.#path} is nearly full: ${countBytes(free)} of ${countBytes(all)} are free.`,
    );
  }

  /** It has room again. */
  diskRoom({ free, all }: DiskRoom): void {
    this.#tell(
      { event: 'disk_not_low', free_bytes: free, all_bytes: all },
      `The disk of the spool in ${this.#path} has room again: ${countBytes(free)} of ${countBytes(all)} are free.`,
    );
  }

  #tell(facts: object, message: string): void {
    this.#logger.warn({ ...facts, spool: this.#path }, message);
  }
}
