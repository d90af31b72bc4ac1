import { createHash } from 'node:crypto';
import type { SealedFile } from '../manifest/manifest-entry.js';
import type { Watcher } from './audit-file.js';
import type { FileFindings } from './file-findings.js';
import type { LineAudit } from './line-audit.js';

/** Holds a file against what a manifest says of it: its size, its SHA-256, how many records it holds and how many gaps are told in it. */
export class ManifestWatcher implements Watcher {
  readonly check = 'manifest';
  readonly stops = [];
  readonly #entry: SealedFile;
  readonly #hash = createHash('sha256');
  #size = 0;

  constructor(entry: SealedFile) {
    this.#entry = entry;
  }

  take(chunk: Buffer): void {
    this.#hash.update(chunk);
    this.#size += chunk.length;
  }

  reached(): void {}

  end(lines: LineAudit | undefined, findings: FileFindings): void {
    const { bytes, sha256, records, gaps } = this.#entry;
    if (this.#size !== bytes) {
      findings.wrong('differs', `It has ${this.#size} bytes, and its manifest says ${bytes}.`);
    } else if (this.#hash.digest('hex') !== sha256) {
      findings.wrong('differs', 'It is not what was sealed: its SHA-256 is another one than its manifest has.');
    }
    if (lines === undefined) return;
    if (lines.records !== records) {
      findings.wrong('differs', `It holds ${lines.records} records, and its manifest says ${records}.`);
    }
    if (lines.gaps !== gaps.count) {
      findings.wrong('differs', `It tells of ${lines.gaps} gaps, and its manifest says ${gaps.count}.`);
    }
  }
}
