import { JsonCheck } from '../../json/check.js';
import { FieldReader } from '../../json/field.js';
import { integerAt } from '../../json/integer.js';
import type { Secrets } from '../../secrets/secrets.js';
import type { BackfillFunction } from '../options/backfill-options.js';
import type { FillTask, FoundRecord, RecordFinder } from './fill.js';

/** Has a function of the user's find the records of a hole. */
export class GivenRecords implements RecordFinder {
  readonly shownUrl = undefined;
  readonly #find: BackfillFunction;
  readonly #number: FieldReader;
  readonly #secrets: Secrets;
  readonly #check = new JsonCheck();
  #requests = 0;

  /** @throws {ConfigError} when the path cannot be read */
  constructor(find: BackfillFunction, path: string, secrets: Secrets) {
    this.#find = find;
    this.#number = new FieldReader(path);
    this.#secrets = secrets;
  }

  get requests(): number {
    return this.#requests;
  }

  async *find({ hole, signal }: FillTask): AsyncGenerator<readonly FoundRecord[], string | undefined> {
    const { after: afterSequence, before: beforeSequence, missing, key } = hole;
    this.#requests += 1;
    try {
      for await (const record of this.#find({ afterSequence, beforeSequence, missing, key }, { signal })) {
        const found = this.#foundIn(typeof record === 'string' ? Buffer.from(record) : bufferOf(record));
        if (typeof found === 'string') return found;
        yield [found];
      }
    } catch (error) {
      return this.#secrets.hide(error instanceof Error ? error.message : String(error));
    }
    return undefined;
  }

  #foundIn(data: Buffer): FoundRecord | string {
    if (!this.#check.check(data, 0, data.length)) return `a record of the function is no JSON: ${this.#check.reason}`;
    const number = this.#number.find(data, 0, data.length)
      ? integerAt(data, this.#number.start, this.#number.end)
      : undefined;
    return number === undefined ? 'a record of the function has no number where `sequence` says' : { number, data };
  }
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
