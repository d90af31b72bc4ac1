import { scalarAt } from '../../../json/field.js';

/** How a value of a record becomes bytes for Kafka. */
export type KafkaFormatType =
  /** Its JSON text, as it stands in the record. */
  | 'json'
  /** A string's text, without quotes and escapes; of any other value its JSON text. */
  | 'raw_string'
  /** The bytes that a string stands for in base64. */
  | 'bytes';

/** Whether a JSON value, of bytes[start, end), can be given this form. */
export function isFormattable(type: KafkaFormatType, bytes: Buffer, start: number, end: number): boolean {
  if (type !== 'bytes' || bytes[start] === LOWER_N) return true;
  if (bytes[start] !== QUOTE) return false;
  const text = scalarAt(bytes, start, end) as string;
  return Buffer.from(text, 'base64').toString('base64') === text;
}

/** A JSON value in this form, which it can be given: where nothing has to be changed, a view. */
export function formatted(type: KafkaFormatType, bytes: Buffer, start: number, end: number): Buffer {
  if (type === 'json' || bytes[start] !== QUOTE) return bytes.subarray(start, end);
  if (type === 'bytes') return Buffer.from(scalarAt(bytes, start, end) as string, 'base64');
  const hasEscapes = bytes.subarray(start, end).includes(BACKSLASH);
  return hasEscapes ? Buffer.from(scalarAt(bytes, start, end) as string) : bytes.subarray(start + 1, end - 1);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_N = 0x6e;
