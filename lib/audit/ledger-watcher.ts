import { crc32 } from 'node:zlib';
import type { FileStep } from '../state/file-check.js';
import type { Watcher } from './audit-file.js';
import type { FileFindings } from './file-findings.js';
import type { LineAudit } from './line-audit.js';

/** Holds a file against what a ledger says of it: the checksum of all that it held after each page, and how many records that brought. */
export class LedgerWatcher implements Watcher {
  readonly check = 'ledger';
  readonly stops: readonly number[];
  readonly #steps: readonly LedgerStep[];
  #size = 0;
  #crc = 0;
  #next = 0;
  #records: number | undefined;
  #differs: LedgerStep | undefined;
  #miscounted: { readonly step: LedgerStep; readonly records: number } | undefined;

  /** @param steps of one file, as it grew */
  constructor(steps: readonly LedgerStep[]) {
    this.#steps = steps;
    this.stops = steps.map(({ file }) => file.end);
  }

  take(chunk: Buffer): void {
    this.#crc = crc32(chunk, this.#crc);
    this.#size += chunk.length;
  }

  reached(lines: LineAudit | undefined): void {
    const step = this.#steps[this.#next] as LedgerStep;
    this.#next += 1;
    if (this.#crc !== step.file.whole) this.#differs ??= step;
    if (lines === undefined) return;
    const before = this.#records;
    this.#records = lines.records;
    // What stood there before the first step is not known; and of what is damaged that is said alone.
    if (before === undefined || step.records === undefined || this.#differs !== undefined) return;
    if (lines.records - before !== step.records) this.#miscounted ??= { step, records: lines.records - before };
  }

  end(_lines: LineAudit | undefined, findings: FileFindings): void {
    const { file } = this.#differs ?? (this.#steps.at(-1) as LedgerStep);
    if (this.#differs !== undefined) {
      const message = `Its first ${file.end} bytes are not what was written: the ledger has another checksum for them.`;
      findings.wrong('differs', message, { byte: file.start });
    } else if (this.#next < this.#steps.length) {
      const message = `It ends at byte ${this.#size}, and its ledger says that it came to byte ${file.end}.`;
      findings.wrong('differs', message, { byte: this.#size });
    } else if (this.#size > file.end) {
      const message =
        `Its ledger goes up to byte ${file.end}: the ${this.#size - file.end} bytes behind it were not acknowledged, ` +
        'and the next run sets them aside.';
      findings.note('not_acknowledged', message, { byte: file.end });
    }
    const miscounted = this.#miscounted;
    if (miscounted === undefined) return;
    const { step, records } = miscounted;
    const place = `from byte ${step.file.start} to ${step.file.end}`;
    findings.wrong('differs', `It holds ${records} records ${place}, and its ledger says ${step.records}.`, {
      byte: step.file.start,
    });
  }
}

/** A step of a file. */
export interface LedgerStep extends FileStep {
  /** How many records it brought; `undefined` where they went into several files. */
  readonly records: number | undefined;
}
