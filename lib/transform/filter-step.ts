import { optionError } from '../errors.js';
import { compileExpected, type Expected } from '../json/expected.js';
import { compilePath, FieldReader, type Path } from '../json/field.js';
import type { EmitText, RecordStep } from './record-step.js';
import { type FILTER_OPS, filterProblem } from './rules.js';

/** Which records go on. */
export interface FilterOptions {
  /** Where in a record the value stands. */
  readonly path: string | readonly (string | number)[];
  /**
   * `eq`: it is `value`; `ne`: it is not; `exists`: it is there, and not `null`; `in`: it is one of the array `value`;
   * `not_in`: it is none of them. A record without the path goes on with `ne` and `not_in` alone.
   */
  readonly op: FilterOp;
  /**
   * Compared as JSON, strictly: `"5"` is not `5`, but `1.0` is `1`, and objects are equal whatever the order of their keys.
   * Integers past 2^53 are exact, when they are given as `bigint`. Not with `exists`.
   */
  readonly value?: unknown;
}

/** How {@link FilterOptions} compare. */
export type FilterOp = (typeof FILTER_OPS)[number];

/** Lets through the records that a field says. */
export class FilterStep implements RecordStep {
  readonly name = 'filter';
  readonly path: Path;
  readonly #reader: FieldReader;
  readonly #isKept: (bytes: Uint8Array, field: FieldRange) => boolean;
  readonly #keepsWithout: boolean;
  #filtered = 0;

  /** @throws {ConfigError} when an option is not valid, named below `option` */
  constructor({ path, op, value }: FilterOptions, option: string) {
    this.path = compilePath(path, `${option}.path`);
    this.#reader = new FieldReader(this.path);
    this.#isKept = comparison(op, value, option);
    this.#keepsWithout = op === 'ne' || op === 'not_in';
  }

  get filtered(): number {
    return this.#filtered;
  }

  apply(bytes: Buffer, start: number, end: number, emit: EmitText): undefined {
    const reader = this.#reader;
    if (this.keeps(reader.find(bytes, start, end), bytes, reader)) emit(bytes, start, end);
  }

  /** Whether the record goes on whose field stands there, if it is found. */
  keeps(isFound: boolean, bytes: Uint8Array, field: FieldRange): boolean {
    const isKept = isFound ? this.#isKept(bytes, field) : this.#keepsWithout;
    if (!isKept) this.#filtered += 1;
    return isKept;
  }
}

/** Where a field's value stands. To find out where it ends may take time. */
interface FieldRange {
  readonly start: number;
  readonly end: number;
}

function comparison(op: FilterOp, value: unknown, option: string): (bytes: Uint8Array, field: FieldRange) => boolean {
  const problem = filterProblem(op, value);
  if (problem !== undefined) throw optionError(`${option}.${problem.at}`, problem.message);
  if (op === 'exists') return (bytes, { start }) => bytes[start] !== LOWER_N;
  const values = (op === 'in' || op === 'not_in' ? (value as unknown[]) : [value]).map((one) => compiled(one, option));
  const wanted = op === 'eq' || op === 'in';
  const [only] = values;
  if (only?.isWord === true && values.length === 1)
    return (bytes, { start }) => only.isAt(bytes, start, start) === wanted;
  if (values.length === 1) return (bytes, { start, end }) => only!.isAt(bytes, start, end) === wanted;
  return (bytes, { start, end }) => values.some((one) => one.isAt(bytes, start, end)) === wanted;
}

function compiled(value: unknown, option: string): Expected {
  try {
    return compileExpected(value);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw optionError(`${option}.value`, cause.message, cause);
  }
}

/** Of all that can stand there, only `null` begins so. */
const LOWER_N = 0x6e;
