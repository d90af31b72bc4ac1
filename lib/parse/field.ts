import { compilePath, FieldReader, scalarAt } from '../json/field.js';
import type { Message } from './message.js';

/**
 * Makes a function that reads one field of a message out of its bytes, without parsing the rest: for filters and keys.
 * It returns the scalar as `JSON.parse` gives it, and `undefined` where there is none, or an object or an array.
 *
 * @param path `data.price`, `trades.0.id`, or an array of keys and indices
 * @throws {ConfigError} when the path cannot be read
 * @example
 * ```ts
 * const symbol = field('data.symbol');
 * const bitcoin = filter((message) => symbol(message) === 'BTC-USD');
 * ```
 */
export function field(
  path: string | readonly (string | number)[],
): (message: Message) => string | number | boolean | null | undefined {
  const reader = new FieldReader(compilePath(path, 'field.path'));
  return (message) => {
    const { text } = message;
    return reader.find(text, 0, text.length) ? scalarAt(text, reader.start, reader.end) : undefined;
  };
}
