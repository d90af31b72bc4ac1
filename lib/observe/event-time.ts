import { optionError } from '../errors.js';
import { FieldReader, scalarAt } from '../json/field.js';

/** Where records say when what they tell of happened. */
export interface EventTime {
  /** Where it stands in a record, as it is stored: `data.T`. */
  readonly path: string;
  /** What it counts since 1970; `iso` for a text such as `2026-03-08T14:05:09.120Z`. @default 'ms' */
  readonly unit?: EventTimeUnit | undefined;
}

export type EventTimeUnit = keyof typeof MS | 'iso';

/** Reads the time of an event out of the bytes of its record. */
export class EventTimeReader {
  readonly #field: FieldReader;
  readonly #unit: EventTimeUnit;

  /** @throws {ConfigError} when the path cannot be read, or the unit is none */
  constructor({ path, unit = 'ms' }: EventTime) {
    this.#field = new FieldReader(path);
    if (unit !== 'iso' && !Object.hasOwn(MS, unit)) {
      throw optionError('eventTime.unit', `Expected one of ${[...Object.keys(MS), 'iso'].join(', ')}.`);
    }
    this.#unit = unit;
  }

  /** In epoch milliseconds; `undefined` where the JSON text in bytes[start, end) has none. */
  read(bytes: Buffer, start: number, end: number): number | undefined {
    if (!this.#field.find(bytes, start, end)) return undefined;
    const value = scalarAt(bytes, this.#field.start, this.#field.end);
    const ms = this.#unit === 'iso' ? Date.parse(String(value)) : numberOf(value) * MS[this.#unit];
    return Number.isFinite(ms) ? ms : undefined;
  }
}

/** Feeds that fear for large numbers send them as texts. */
function numberOf(value: unknown): number {
  if (typeof value === 'string') return value.trim() === '' ? Number.NaN : Number(value);
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
}

const MS = { s: 1_000, ms: 1, us: 1e-3, ns: 1e-6 } as const;
