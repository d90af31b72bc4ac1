import { FieldReader, scalarAt } from '../../../json/field.js';
import { timeAt } from '../../../json/time.js';
import type { ResolvedKafkaOptions } from '../options.js';
import { isFormattable } from './record-format.js';

/** Reads what a record is to be in Kafka besides its key and its place: its time, and what of it the value is made of. */
export class RecordShape {
  /** After `read()`: its time in milliseconds, or -1 for that of its arrival. */
  time = -1;
  /** After `read()`: where its value begins, {@link TOMBSTONE} for one without, or {@link WHOLE} for all of it as it stands. */
  valueStart = WHOLE;
  valueEnd = WHOLE;
  readonly #tombstone: FieldReader | undefined;
  readonly #time: FieldReader | undefined;
  readonly #unit: ResolvedKafkaOptions['timestampUnit'];
  readonly #field: FieldReader | undefined;
  readonly #format: ResolvedKafkaOptions['valueFormat']['type'];

  constructor({ tombstonePath, timestampPath, timestampUnit, valueFormat }: ShapeOptions) {
    this.#tombstone = tombstonePath && new FieldReader(tombstonePath);
    this.#time = timestampPath && new FieldReader(timestampPath);
    this.#unit = timestampUnit;
    this.#field = valueFormat.field && new FieldReader(valueFormat.field);
    this.#format = valueFormat.type;
  }

  /** Whether the options ask for nothing else than records as they stand. */
  static isPlain({ tombstonePath, timestampPath, valueFormat: { type, field } }: ShapeOptions): boolean {
    return tombstonePath === undefined && timestampPath === undefined && type === 'json' && field === undefined;
  }

  /**
   * Reads the record in bytes[start, end).
   *
   * @param isLenient whether a record without its time goes with that of its arrival
   * @returns what keeps it from being sent, as a clause that follows "record"
   */
  read(bytes: Buffer, start: number, end: number, isLenient: boolean): string | undefined {
    this.time = -1;
    const time = this.#time;
    if (time?.find(bytes, start, end)) this.time = timeAt(bytes, time.start, time.end, this.#unit);
    if (time !== undefined && this.time < 0 && !isLenient) {
      return `has no time (${UNITS[this.#unit]}) where \`timestamp_path\` looks for one`;
    }
    const tombstone = this.#tombstone;
    if (tombstone?.find(bytes, start, end) && isTruthy(bytes, tombstone.start, tombstone.end)) {
      this.valueStart = TOMBSTONE;
      return undefined;
    }
    const field = this.#field;
    if (field !== undefined && !field.find(bytes, start, end)) {
      return 'has no value where `value_format.field` looks for one';
    }
    this.valueStart = field?.start ?? start;
    this.valueEnd = field?.end ?? end;
    if (isFormattable(this.#format, bytes, this.valueStart, this.valueEnd)) return undefined;
    return `has no text in base64 ${field === undefined ? 'as its value' : 'where `value_format.field` looks for one'}`;
  }

  /** Lets a gap go as it stands. */
  leaveWhole(): void {
    this.time = -1;
    this.valueStart = WHOLE;
  }
}

/** What it takes to read it. */
export type ShapeOptions = Pick<
  ResolvedKafkaOptions,
  'tombstonePath' | 'timestampPath' | 'timestampUnit' | 'valueFormat'
>;

/** In the place of where a value begins: there is none. */
export const TOMBSTONE = -1;
/** In the place of where a value begins: it is the line as it stands. */
export const WHOLE = -2;

/** As a condition in JavaScript: `false`, `null`, `0` and empty text are not. */
function isTruthy(bytes: Buffer, start: number, end: number): boolean {
  const value = scalarAt(bytes, start, end);
  return value === undefined || Boolean(value);
}

const UNITS = {
  s: 'seconds of the epoch',
  ms: 'milliseconds of the epoch',
  us: 'microseconds of the epoch',
  ns: 'nanoseconds of the epoch',
  iso8601: 'such as 2026-03-08T14:05:09Z',
} as const;
