import { optionError } from '../errors.js';
import { KeyTable } from '../json/key-table.js';
import { MemberReader } from '../json/members.js';
import { serialise, stringText } from '../json/serialise.js';
import type { EmitText, RecordStep } from './record-step.js';
import { Scratch } from './scratch.js';

/**
 * Gives members of a record these values: where a key stands, each time it does, and at the end where it does not. All else
 * keeps its bytes; a record that is no object stays as it is.
 */
export class SetStep implements RecordStep {
  readonly name = 'set';
  readonly filtered = 0;
  readonly #keys: KeyTable;
  readonly #values: readonly Buffer[];
  /** Each as it is added: `,"key":value`. */
  readonly #additions: readonly Buffer[];
  readonly #isThere: Uint8Array;
  readonly #members = new MemberReader();
  readonly #out = new Scratch();

  /** @throws {ConfigError} when JSON cannot hold a value, named below `option` */
  constructor(values: Readonly<Record<string, unknown>>, option: string) {
    const entries = Object.entries(values);
    this.#keys = new KeyTable(entries.map(([key]) => key));
    this.#values = entries.map(([key, value]) => textOf(value, `${option}.${key}`));
    this.#additions = entries.map(([key], index) =>
      Buffer.concat([COMMA, stringText(key), COLON, this.#values[index] as Buffer]),
    );
    this.#isThere = new Uint8Array(entries.length);
  }

  apply(bytes: Buffer, start: number, end: number, emit: EmitText): undefined {
    const members = this.#members;
    if (!members.open(bytes, start, end)) {
      emit(bytes, start, end);
      return;
    }
    const out = this.#out;
    out.begin();
    this.#isThere.fill(0);
    let isEmpty = true;
    let copied = start;
    while (members.next()) {
      isEmpty = false;
      const index = this.#keys.indexOf(bytes, members.keyStart, members.keyEnd);
      if (index < 0) continue;
      this.#isThere[index] = 1;
      out.add(bytes, copied, members.start);
      out.add(this.#values[index] as Buffer);
      copied = members.end;
    }
    const close = bytes.lastIndexOf(CLOSE_BRACE, end - 1);
    out.add(bytes, copied, close);
    for (const [index, addition] of this.#additions.entries()) {
      if (this.#isThere[index] === 1) continue;
      out.add(addition, isEmpty ? COMMA.length : 0);
      isEmpty = false;
    }
    out.add(bytes, close, end);
    emit(out.bytes, 0, out.length);
  }
}

function textOf(value: unknown, option: string): Buffer {
  try {
    return serialise(value);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw optionError(option, cause.message, cause);
  }
}

const COMMA = Buffer.from(',');
const COLON = Buffer.from(':');
const CLOSE_BRACE = 0x7d;
