import type { AuditListener, AuditProgress, FileFacts, Finding, FindingKind } from './finding.js';

/** What all came to. */
export interface AuditSummary {
  readonly files: number;
  readonly bytes: number;
  readonly records: number;
  readonly gaps: number;
  /** Findings that are wrong, as they were told. */
  readonly wrong: number;
  /** Findings that are not. */
  readonly notes: number;
  /** Findings that are wrong, and may be mended. */
  readonly mendable: number;
  /** Files of which nothing vouches that no record is missing: neither numbers, nor a ledger, nor a manifest. */
  readonly unvouched: number;
}

/** Counts what its listener is told. */
export class Tally implements AuditListener {
  readonly #listener: AuditListener;
  #files = 0;
  #bytes = 0;
  #records = 0;
  #gaps = 0;
  #wrong = 0;
  #notes = 0;
  #unvouched = 0;
  #mendable = 0;

  constructor(listener: AuditListener) {
    this.#listener = listener;
  }

  get summary(): AuditSummary {
    const [files, bytes, records, gaps] = [this.#files, this.#bytes, this.#records, this.#gaps];
    return {
      files,
      bytes,
      records,
      gaps,
      wrong: this.#wrong,
      notes: this.#notes,
      mendable: this.#mendable,
      unvouched: this.#unvouched,
    };
  }

  found(finding: Finding): void {
    if (finding.isWrong) this.#wrong += 1;
    else this.#notes += 1;
    if (finding.isWrong && !LEFT_TO_PEOPLE.includes(finding.kind)) this.#mendable += 1;
    this.#listener.found(finding);
  }

  read(facts: FileFacts): void {
    this.#files += 1;
    this.#bytes += facts.bytes;
    this.#records += facts.records;
    this.#gaps += facts.gaps;
    if (!facts.checked.some((check) => check !== 'lines')) this.#unvouched += 1;
    this.#listener.read(facts);
  }

  progress(progress: AuditProgress): void {
    this.#listener.progress(progress);
  }
}

/** What no repair can do anything about. */
const LEFT_TO_PEOPLE: readonly FindingKind[] = [
  'unreadable',
  'nothing',
  'gap',
  'hole',
  'unnumbered',
  'missing',
  'outside',
];
