import { optionError } from '../errors.js';
import { ElementReader } from '../json/elements.js';
import { compilePath, locate } from '../json/field.js';
import { KeyTable } from '../json/key-table.js';
import { isSame } from '../json/member.js';
import { MemberReader } from '../json/members.js';
import type { PathSegment } from '../json/path.js';
import { stringText } from '../json/serialise.js';
import { skipValue } from '../json/skip.js';
import { decode } from '../json/text.js';
import type { EmitText, RecordStep } from './record-step.js';
import { NO_KEY_TO_EXPLODE, type ON_MISSING } from './rules.js';
import { Scratch } from './scratch.js';

/** How a record becomes one for each element of an array in it. */
export interface ExplodeOptions {
  /** Where the array stands: at a key of the record, or of an object within it. */
  readonly path: string | readonly (string | number)[];
  /** What the keys of an element that is an object begin with; empty: they stay as they are. @default the path's last key */
  readonly prefix?: string | undefined;
  /** What stands between the prefix and such a key. @default '_' */
  readonly separator?: string | undefined;
  /**
   * What becomes of a record without an array at the path, or with an empty one: it goes on as it is, is left out, or is an
   * error. @default 'passthrough'
   */
  readonly onMissing?: OnMissing | undefined;
}

/** What becomes of a record that has nothing to explode. */
export type OnMissing = (typeof ON_MISSING)[number];

/**
 * Makes a record for each element of an array. The members of an element that is an object take the array's place under keys
 * of their own; any other element does so itself. All else keeps its bytes. Nothing is given before all of it is known.
 */
export class ExplodeStep implements RecordStep {
  readonly name = 'explode';
  readonly #shown: string;
  readonly #parent: readonly PathSegment[];
  readonly #leaf: KeyTable;
  readonly #leafText: Buffer;
  /** What the keys begin with, as it stands in JSON behind the opening quote. */
  readonly #prefix: string;
  readonly #prefixText: Buffer;
  readonly #onMissing: OnMissing;
  readonly #members = new MemberReader();
  readonly #inner = new MemberReader();
  readonly #elements = new ElementReader();
  readonly #before = new Scratch();
  readonly #after = new Scratch();
  readonly #out = new Scratch();
  #ends: number[] = [];
  #filtered = 0;

  /** @throws {ConfigError} when an option is not valid, named below `option` */
  constructor({ path, prefix, separator = '_', onMissing = 'passthrough' }: ExplodeOptions, option: string) {
    const { segments, text } = compilePath(path, `${option}.path`);
    const leaf = segments.at(-1);
    if (leaf === undefined) throw optionError(`${option}.path`, NO_KEY_TO_EXPLODE);
    this.#shown = text;
    this.#parent = segments.slice(0, -1);
    this.#leaf = new KeyTable([leaf.key]);
    this.#leafText = Buffer.concat([stringText(leaf.key), COLON]);
    const begin = prefix ?? leaf.key;
    this.#prefix = begin === '' ? '' : begin + separator;
    this.#prefixText = stringText(this.#prefix).subarray(1, -1);
    this.#onMissing = onMissing;
  }

  get filtered(): number {
    return this.#filtered;
  }

  apply(bytes: Buffer, start: number, end: number, emit: EmitText): string | undefined {
    const open = locate(bytes, start, end, this.#parent);
    const array = open < 0 || bytes[open] !== OPEN_BRACE ? -1 : this.#arrayIn(bytes, open, end);
    const problem = array < 0 ? this.#missing(bytes, start, end, emit) : this.#explode(bytes, start, end, open, array);
    if (array < 0 || problem !== undefined) return problem;
    const out = this.#out.bytes;
    let from = 0;
    for (const to of this.#ends) {
      emit(out, from, to);
      from = to;
    }
    return undefined;
  }

  #missing(bytes: Buffer, start: number, end: number, emit: EmitText): string | undefined {
    if (this.#onMissing === 'error') return `there is no array with elements at ${JSON.stringify(this.#shown)}`;
    if (this.#onMissing === 'drop') this.#filtered += 1;
    else emit(bytes, start, end);
    return undefined;
  }

  /** Where the array begins that the object holds, unless it is empty; of duplicate keys the last one counts. */
  #arrayIn(bytes: Buffer, open: number, end: number): number {
    const members = this.#members;
    let found = -1;
    members.open(bytes, open, end);
    while (members.next()) if (this.#isLeaf(bytes)) found = members.start;
    const elements = this.#elements;
    if (found < 0 || !elements.open(bytes, found, end)) return -1;
    let isFilled = false;
    while (elements.next()) isFilled = true;
    return isFilled ? found : -1;
  }

  #isLeaf(bytes: Buffer): boolean {
    return this.#leaf.indexOf(bytes, this.#members.keyStart, this.#members.keyEnd) === 0;
  }

  /** Writes all records that come of it. */
  #explode(bytes: Buffer, start: number, end: number, open: number, array: number): string | undefined {
    const taken = this.#siblings(bytes, open, end, array);
    const close = skipValue(bytes, open, end) - 1;
    const out = this.#out;
    const elements = this.#elements;
    out.begin();
    this.#ends = [];
    let problem: string | undefined;
    elements.open(bytes, array, end);
    while (elements.next()) {
      // To the end of the array in any case: only then its bytes are let go of.
      if (problem !== undefined) continue;
      out.add(bytes, start, open + 1);
      const from = out.length;
      this.#part(this.#before.bytes, 0, this.#before.length, from);
      problem = this.#element(bytes, elements.start, elements.end, from, taken);
      this.#part(this.#after.bytes, 0, this.#after.length, from);
      out.add(bytes, close, end);
      this.#ends.push(out.length);
      if (out.length > MOST_BYTES) problem ??= `what comes of it takes more than ${MOST_BYTES / MIB} MiB`;
    }
    return problem;
  }

  /** Puts the members beside the array together, and tells which of their keys those of an element could meet. */
  #siblings(bytes: Buffer, open: number, end: number, array: number): ReadonlySet<string> {
    const members = this.#members;
    const taken = new Set<string>();
    let side = this.#before;
    this.#before.begin();
    this.#after.begin();
    members.open(bytes, open, end);
    while (members.next()) {
      if (members.start === array) side = this.#after;
      if (this.#isLeaf(bytes)) continue;
      if (side.length > 0) side.add(COMMA);
      side.add(bytes, members.keyStart, members.end);
      if (this.#mayMeet(bytes, members.keyStart + 1, members.keyEnd - 1)) {
        taken.add(keyAt(bytes, members.keyStart, members.keyEnd));
      }
    }
    return taken;
  }

  /** Whether a key may begin with the prefix: it does, or an escape hides what it begins with. */
  #mayMeet(bytes: Buffer, start: number, end: number): boolean {
    const prefix = this.#prefixText;
    if (end - start >= prefix.length && isSame(bytes, start, prefix)) return true;
    for (let i = start; i < end; i++) if (bytes[i] === BACKSLASH) return true;
    return false;
  }

  #element(bytes: Buffer, start: number, end: number, from: number, taken: ReadonlySet<string>): string | undefined {
    if (bytes[start] !== OPEN_BRACE) {
      this.#part(this.#leafText, 0, this.#leafText.length, from);
      this.#out.add(bytes, start, end);
      return undefined;
    }
    const inner = this.#inner;
    let problem: string | undefined;
    inner.open(bytes, start, end);
    while (inner.next()) {
      if (taken.size > 0) {
        const key = this.#prefix + keyAt(bytes, inner.keyStart, inner.keyEnd);
        if (taken.has(key)) problem ??= `it has a key ${JSON.stringify(key)} already, which an element has, too`;
      }
      this.#part(QUOTE, 0, QUOTE.length, from);
      this.#out.add(this.#prefixText);
      this.#out.add(bytes, inner.keyStart + 1, inner.end);
    }
    return problem;
  }

  /** Writes what is not empty, behind a comma where it is not the first since `from`. */
  #part(bytes: Buffer, start: number, end: number, from: number): void {
    if (end === start) return;
    if (this.#out.length > from) this.#out.add(COMMA);
    this.#out.add(bytes, start, end);
  }
}

function keyAt(bytes: Buffer, start: number, end: number): string {
  return JSON.parse(decode(bytes, start, end)) as string;
}

const MIB = 1024 * 1024;
/** So much may come of one record, whose other fields are written once for each element. */
const MOST_BYTES = 64 * MIB;

const QUOTE = Buffer.from('"');
const COMMA = Buffer.from(',');
const COLON = Buffer.from(':');
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
