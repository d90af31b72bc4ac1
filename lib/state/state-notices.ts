import type { Logger } from '../internal/logger.js';
import { countBytes, explainFileFailure } from '../sink/file-failure.js';

/** What somebody should hear of what a start found of earlier runs: as facts, and as whole sentences. */
export class StateNotices {
  readonly #path: string;
  readonly #logger: Logger;

  /** @param path of the state's folder */
  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
  }

  /** The feed goes on. */
  goesOn(sequence: number, notRunningMs: number): void {
    this.#logger.warn(
      { event: 'goes_on', path: this.#path, sequence, not_running_ms: notRunningMs },
      `The feed goes on at sequence ${sequence}, where the run before came to: ${(notRunningMs / 1_000).toFixed(1)} s after its last ` +
        'record. What was missed in between is told as a gap.',
    );
  }

  /** There is no room for what is stored to be written down. */
  full(cause: unknown): void {
    this.#logger.warn(
      { event: 'disk_full', path: this.#path },
      `Cannot write to the state in ${this.#path} now: ${explainFileFailure(cause)[0]}. The run goes on, and writes down what is stored when ` +
        'there is room; what is not written down when it ends, the next run does not trust.',
    );
  }

  /** There is room again. */
  roomAgain(): void {
    this.#logger.warn(
      { event: 'disk_has_room', path: this.#path },
      `The state in ${this.#path} is written to again: there is room.`,
    );
  }

  /** The file held more than the ledger says: it was written and not acknowledged. */
  fileCut(path: string, bytes: number, aside: string): void {
    this.#logger.warn(
      { event: 'file_cut', path, cut_bytes: bytes, torn_path: aside },
      `${path} held ${countBytes(bytes)} that the run before did not come to acknowledge: they are in ${aside} now.`,
    );
  }

  /** A part of the file is not what was written. */
  fileDamaged(path: string, end: number, aside: string | undefined): void {
    const rest = aside === undefined ? '' : ` What stood there is in ${aside} now.`;
    this.#logger.warn(
      { event: 'file_damaged', path, sound_bytes: end, torn_path: aside ?? null },
      `${path} is not what was written, from byte ${end} on: it was changed, or damaged.${rest} It goes on behind what is sound, and the ` +
        'frames that are missing are told as a gap.',
    );
  }

  /** Another file of the feed lacks what came from there on. */
  fileCutBack(path: string, end: number, aside: string | undefined): void {
    const rest = aside === undefined ? '' : ` What stood there is in ${aside} now.`;
    this.#logger.warn(
      { event: 'file_cut_back', path, sound_bytes: end, torn_path: aside ?? null },
      `${path} ends at byte ${end} now, where the other files that were not finished are sound, too: what came behind that is not whole.${rest} ` +
        'It goes on there, and the frames that are missing are told as a gap.',
    );
  }

  /** Nothing of the file is what was written. */
  fileSetAside(path: string, name: string): void {
    this.#logger.warn(
      { event: 'file_set_aside', path, name },
      `${path} is not what was written: it was changed, or damaged. It is ${name} now, and a new file is begun.`,
    );
  }

  /** The file was taken away, or emptied. */
  fileGone(path: string): void {
    this.#logger.warn(
      { event: 'file_gone', path },
      `${path} is not there any more, or empty: a new one is begun, at the sequence where the run before came to.`,
    );
  }

  /** A part of the ledger is damaged. */
  ledgerDamaged(bytes: number): void {
    this.#logger.warn(
      { event: 'ledger_damaged', path: this.#path, damaged_bytes: bytes },
      `The ledger in ${this.#path} is damaged (${countBytes(bytes)}): what it says otherwise is used.`,
    );
  }

  /** Nothing of the ledger can be used. */
  ledgerLost(bytes: number): void {
    this.#logger.warn(
      { event: 'ledger_lost', path: this.#path, damaged_bytes: bytes },
      `The ledger in ${this.#path} cannot be read (${countBytes(bytes)}): the feed begins anew, and files are added to as they are.`,
    );
  }
}
