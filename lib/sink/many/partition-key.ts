import type { Page } from '../../batch/page.js';
import { givenKey } from '../../internal/given-key.js';
import { compilePath, FieldReader, scalarAt } from '../../json/field.js';
import type { Message } from '../../parse/message.js';

/** What records are parted by: a path into each, or a function that gives `undefined` or `null` where there is no key. */
export type PartitionKey =
  | string
  | readonly (string | number)[]
  | ((message: Message) => string | number | bigint | boolean | null | undefined);

/** Reads the keys of a page's records, by index; `undefined`: there is none. */
export type KeyReader = (page: Page) => (index: number) => string | undefined;

/** @throws {ConfigError} when it is a path that cannot be read */
export function keyReader(key: PartitionKey): KeyReader {
  return typeof key === 'function' ? byFunction(key) : byPath(key);
}

/** The text of a string, a number as it is written, `true` or `false`. */
function byPath(path: string | readonly (string | number)[]): KeyReader {
  const reader = new FieldReader(compilePath(path, 'partitionBy.key'));
  // Neighbours often have the same one.
  let lastText = Buffer.alloc(0);
  let lastKey: string | undefined;
  return (page) => (index) => {
    const { bytes } = page;
    if (!reader.find(bytes, page.start(index), page.ends[index]!)) return undefined;
    const { start, end } = reader;
    if (lastText.length === end - start && bytes.compare(lastText, 0, lastText.length, start, end) === 0)
      return lastKey;
    lastText = Buffer.from(bytes.subarray(start, end));
    lastKey = keyAt(bytes, start, end);
    return lastKey;
  };
}

function keyAt(bytes: Buffer, start: number, end: number): string | undefined {
  const value = scalarAt(bytes, start, end);
  if (value === null || value === undefined || typeof value === 'string') return value ?? undefined;
  return bytes.toString('latin1', start, end);
}

function byFunction(keyOf: (message: Message) => unknown): KeyReader {
  return (page) => {
    const { messages } = page;
    return (index) => {
      const key = givenKey('partitionBy.key', keyOf, messages[index]!);
      return key === undefined || key === null ? undefined : String(key);
    };
  };
}
