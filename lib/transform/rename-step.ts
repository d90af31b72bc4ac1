import { KeyTable } from '../json/key-table.js';
import { MemberReader } from '../json/members.js';
import { stringText } from '../json/serialise.js';
import type { EmitText, RecordStep } from './record-step.js';
import { Scratch } from './scratch.js';

/**
 * Gives members of a record other keys, one after another in the order of the fields; they stay in their place, and all else
 * keeps its bytes. A key that exists already is none to rename to. A record that is no object stays as it is.
 */
export class RenameStep implements RecordStep {
  readonly name = 'rename_field';
  readonly filtered = 0;
  /** Every key that is renamed or renamed to, and its text. */
  readonly #names: readonly string[];
  readonly #texts: readonly Buffer[];
  readonly #keys: KeyTable;
  /** From which of the names to which. */
  readonly #renames: readonly (readonly [from: number, to: number])[];
  /** For each name: whether a member has it, and the name that those have in the end that had it. */
  readonly #isTaken: Uint8Array;
  readonly #becomes: Uint32Array;
  readonly #members = new MemberReader();
  readonly #out = new Scratch();

  constructor(fields: Readonly<Record<string, string>>) {
    const pairs = Object.entries(fields).filter(([from, to]) => from !== to);
    this.#names = [...new Set(pairs.flat())];
    this.#texts = this.#names.map(stringText);
    this.#keys = new KeyTable(this.#names);
    this.#renames = pairs.map(([from, to]) => [this.#names.indexOf(from), this.#names.indexOf(to)]);
    this.#isTaken = new Uint8Array(this.#names.length);
    this.#becomes = new Uint32Array(this.#names.length);
  }

  apply(bytes: Buffer, start: number, end: number, emit: EmitText): string | undefined {
    if (!this.#look(bytes, start, end)) {
      emit(bytes, start, end);
      return undefined;
    }
    for (const [from, to] of this.#renames) {
      if (this.#isTaken[from] === 0) continue;
      if (this.#isTaken[to] === 1) {
        return `it has a key ${JSON.stringify(this.#names[to])} already, which ${JSON.stringify(this.#names[from])} is to be renamed to`;
      }
      this.#isTaken[from] = 0;
      this.#isTaken[to] = 1;
      for (const [name, now] of this.#becomes.entries()) if (now === from) this.#becomes[name] = to;
    }
    const out = this.#out;
    out.begin();
    this.#write(bytes, start, end);
    emit(out.bytes, 0, out.length);
    return undefined;
  }

  /** Finds which names are there. Whether any is. */
  #look(bytes: Buffer, start: number, end: number): boolean {
    const members = this.#members;
    if (!members.open(bytes, start, end)) return false;
    let isAny = false;
    for (let name = 0; name < this.#becomes.length; name++) this.#becomes[name] = name;
    this.#isTaken.fill(0);
    while (members.next()) {
      const name = this.#keys.indexOf(bytes, members.keyStart, members.keyEnd);
      if (name < 0) continue;
      this.#isTaken[name] = 1;
      isAny = true;
    }
    return isAny;
  }

  #write(bytes: Buffer, start: number, end: number): void {
    const members = this.#members;
    const out = this.#out;
    let copied = start;
    members.open(bytes, start, end);
    while (members.next()) {
      const name = this.#keys.indexOf(bytes, members.keyStart, members.keyEnd);
      const now = name < 0 ? name : (this.#becomes[name] as number);
      if (now === name) continue;
      out.add(bytes, copied, members.keyStart);
      out.add(this.#texts[now] as Buffer);
      copied = members.keyEnd;
    }
    out.add(bytes, copied, end);
  }
}
