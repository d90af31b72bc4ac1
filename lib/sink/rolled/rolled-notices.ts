import type { Logger } from '../../internal/logger.js';
import type { ManifestDamage } from '../../manifest/manifest.js';
import type { RemovedFile, SealedFile } from '../../manifest/manifest-entry.js';
import { countBytes, countRecords } from '../file-failure.js';

/** What somebody should hear of files that are finished one after another, beside errors: as facts, and as whole sentences. */
export class RolledNotices {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** A file is finished. */
  rolled(path: string, { records, bytes }: SealedFile): void {
    this.#tell(
      { event: 'rolled', path, records, bytes },
      `${path} is finished: ${countRecords(records)}, ${countBytes(bytes)}.`,
    );
  }

  /** A finished file was removed, since more than that is not to be kept. */
  removed(path: string, { limit }: RemovedFile): void {
    this.#tell({ event: 'file_removed', path, limit }, `${path} was removed, as \`keep.${limit}\` asks for.`);
  }

  /** A file of an earlier run was not finished. */
  leftOver(path: string, torn: { readonly bytes: number; readonly aside: string } | undefined): void {
    const end = torn && ` Its end was torn: ${countBytes(torn.bytes)} of it are in ${torn.aside} now.`;
    this.#tell(
      { event: 'file_left_over', path, torn_bytes: torn?.bytes ?? 0, torn_path: torn?.aside ?? null },
      `${path} was left by a run before this one, and is being finished.${end ?? ''}`,
    );
  }

  /** A file of an earlier run with the same state is not in the folder of this one. */
  elsewhere(path: string): void {
    this.#tell(
      { event: 'file_left_elsewhere', path },
      `${path} was not finished by an earlier run with this state, which wrote to another folder: a run with the path of that one, and without ` +
        'a state, finishes it.',
    );
  }

  /** A file stays open for the next run. */
  staysOpen(path: string, records: number): void {
    this.#tell(
      { event: 'file_stays_open', path, records },
      `${path} stays open, with ${countRecords(records)}: the next run with this state goes on in it, or finishes it.`,
    );
  }

  /** More files would be unfinished than may be. */
  tooMany(path: string): void {
    this.#tell(
      { event: 'too_many_files', path },
      `The records for ${path} go to more files at once than may be unfinished: those that were not used for the longest time are finished early, and what ` +
        'comes for them goes to further ones. Give a path with fewer fields, or one whose values are fewer.',
    );
  }

  /** A file that was not finished is gone. */
  gone(path: string, records: number): void {
    this.#tell(
      { event: 'file_gone', path, records },
      `${path} is not there any more: ${countRecords(records)} went with it.`,
    );
  }

  /** The last line of a manifest was torn. */
  manifestTorn(path: string, bytes: number, aside: string): void {
    this.#tell(
      { event: 'manifest_torn', path, torn_bytes: bytes, torn_path: aside },
      `The last line of ${path} was torn (${countBytes(bytes)}): it is in ${aside} now, and the file that it was about gets another one.`,
    );
  }

  /** A manifest is not what was written. */
  manifestDamaged(path: string, damage: readonly ManifestDamage[]): void {
    const { line, reason } = damage[0]!;
    const more = damage.length === 1 ? '' : ` There are ${damage.length - 1} more such lines.`;
    this.#tell(
      { event: 'manifest_damaged', path, lines: damage.map((one) => one.line) },
      `${path} is damaged in line ${line}: ${reason}.${more} It stays as it is, and what comes is added to it.`,
    );
  }

  #tell(facts: object, message: string): void {
    this.#logger.warn(facts, message);
  }
}
