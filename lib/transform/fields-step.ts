import { KeyTable } from '../json/key-table.js';
import { MemberReader } from '../json/members.js';
import type { EmitText, RecordStep } from './record-step.js';
import { Scratch } from './scratch.js';

/**
 * Keeps the members of a record with these keys (`select`), or those with other ones (`drop`): in the record's order, with
 * their bytes, and as often as they are there. A record that is no object stays as it is.
 */
export class FieldsStep implements RecordStep {
  readonly name: 'select' | 'drop';
  readonly filtered = 0;
  readonly #keys: KeyTable;
  readonly #keepsNamed: boolean;
  readonly #members = new MemberReader();
  readonly #out = new Scratch();

  constructor(name: 'select' | 'drop', fields: readonly string[]) {
    this.name = name;
    this.#keepsNamed = name === 'select';
    this.#keys = new KeyTable([...new Set(fields)]);
  }

  apply(bytes: Buffer, start: number, end: number, emit: EmitText): undefined {
    const members = this.#members;
    if (!members.open(bytes, start, end)) {
      emit(bytes, start, end);
      return;
    }
    const out = this.#out;
    out.begin();
    out.add(OPEN);
    let hasDropped = false;
    // Members that are kept and stand next to each other are copied at once, with the comma between them.
    let from = -1;
    let to = -1;
    while (members.next()) {
      const isKept = this.#keys.indexOf(bytes, members.keyStart, members.keyEnd) >= 0 === this.#keepsNamed;
      if (isKept) {
        if (from < 0) from = members.keyStart;
        to = members.end;
        continue;
      }
      hasDropped = true;
      if (from >= 0) addMembers(out, bytes, from, to);
      from = -1;
    }
    if (!hasDropped) {
      emit(bytes, start, end);
      return;
    }
    if (from >= 0) addMembers(out, bytes, from, to);
    out.add(CLOSE);
    emit(out.bytes, 0, out.length);
  }
}

function addMembers(out: Scratch, bytes: Buffer, from: number, to: number): void {
  if (out.length > OPEN.length) out.add(COMMA);
  out.add(bytes, from, to);
}

const OPEN = Buffer.from('{');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from('}');
