import { givenKey } from '../internal/given-key.js';
import { FieldReader, scalarAt } from '../json/field.js';
import { integerAt } from '../json/integer.js';
import { timeAt } from '../json/time.js';
import type { Message } from '../parse/message.js';
import type { WindowKey } from './facts.js';
import type { ResolvedWindowOptions } from './options.js';

/** Reads what a record's window is known by, out of its bytes: no value is built. */
export class RecordReader {
  readonly #time: FieldReader | undefined;
  readonly #unit: ResolvedWindowOptions['unit'];
  readonly #key: FieldReader | undefined;
  readonly #keyOf: ((message: Message) => WindowKey) | undefined;

  #message: Message | undefined;
  #text: Uint8Array = NOTHING;

  constructor({ on, unit, by }: ResolvedWindowOptions) {
    this.#time = on === undefined ? undefined : new FieldReader(on);
    this.#unit = unit;
    this.#keyOf = typeof by === 'function' ? by : undefined;
    this.#key = by === undefined || typeof by === 'function' ? undefined : new FieldReader(by);
  }

  /** The record that is read next. */
  open(message: Message): void {
    this.#message = message;
    if (this.#time !== undefined || this.#key !== undefined) this.#text = message.text;
  }

  /** In epoch milliseconds; -1 when it has none. */
  time(): number {
    const reader = this.#time;
    const text = this.#text;
    if (reader === undefined) return Math.floor(this.#message!.frame.receivedAt);
    return reader.find(text, 0, text.length) ? timeAt(text, reader.start, reader.end, this.#unit) : -1;
  }

  /** @throws {ConfigError} when a function of the user's fails, or returns no key */
  key(): WindowKey {
    const reader = this.#key;
    const text = this.#text;
    if (reader === undefined)
      return this.#keyOf === undefined ? undefined : givenKey('window.by', this.#keyOf, this.#message!);
    return reader.find(text, 0, text.length) ? keyAt(text, reader.start, reader.end) : undefined;
  }
}

function keyAt(bytes: Uint8Array, start: number, end: number): WindowKey {
  const whole = bytes[start] === QUOTE ? undefined : integerAt(bytes, start, end);
  return whole ?? scalarAt(bytes, start, end);
}

const NOTHING = new Uint8Array();
const QUOTE = 0x22;
