import { SinkError } from '../../errors.js';
import { countRecords, fileError } from '../file-failure.js';
import type { FilePlace } from './file-place.js';

/** What a run has stored in files, in numbers and in the words of its errors. */
export class Account {
  /** Records that were stored whole. */
  records = 0;
  /** Of them, those that went with a file that was deleted, or emptied by somebody else. */
  gone = 0;
  /** Pages that were stored whole. */
  pages = 0;
  /** Where the records go, as it was given. */
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Records that are in files which are still there. */
  get kept(): number {
    return this.records - this.gone;
  }

  /** What is safe, as a sentence. */
  get storedText(): string {
    if (this.kept === 0) return 'No record of this run is stored.';
    if (this.kept === 1) return 'One record of this run is stored, whole.';
    return `${countRecords(this.kept)} of this run are stored, each of them whole.`;
  }

  /** The same, where the disk may not have what the system took. */
  get unsureText(): string {
    return `${countRecords(this.kept)} went to the system, but how many of them the disk has is not known.`;
  }

  /** How many are gone, as a sentence behind another one. */
  get goneText(): string {
    return this.gone === 0 ? '' : ` ${countRecords(this.gone)} went with it.`;
  }

  /**
   * @param action what was tried, as it stands after "Cannot"
   * @param state a sentence on the state that the file was left in
   * @param path of the file that it is about, when there are others
   */
  failure(action: string, state: string, cause: unknown, path = this.path): SinkError {
    return fileError({ action, path, recordsWritten: this.kept, state, cause });
  }

  /** The error for a path that leads to the file no longer, where that is not to be. */
  missing({ state, name }: FilePlace): SinkError {
    const where = name === undefined ? '' : ` to ${name}`;
    const what = state === 'deleted' ? 'it was deleted' : `it was renamed${where}`;
    return new SinkError(
      `Cannot go on with ${this.path}: ${what} while it was written to, and \`on_missing\` is \`fail\`. ` +
        `${this.storedText}${this.goneText} Find out who does that, or set \`on_missing: create\`.`,
      { target: this.path, recordsWritten: this.kept },
    );
  }
}
