import { FieldReader, scalarAt } from '../../json/field.js';
import { integerAt } from '../../json/integer.js';

/**
 * Tells which messages come behind a cursor: of a whole number those with a higher one, and those without any between them; of a text those
 * behind the one that has it.
 */
export function newSince(cursor: string, path: string): (data: Buffer) => boolean {
  const reader = new FieldReader(path);
  const last = /^-?\d{1,40}$/.test(cursor) ? BigInt(cursor) : undefined;
  let isPast = false;
  return (data) => {
    if (isPast) return true;
    if (!reader.find(data, 0, data.length)) return false;
    const { start, end } = reader;
    if (last === undefined) {
      isPast = scalarAt(data, start, end) === cursor;
      return false;
    }
    const number = integerAt(data, start, end);
    isPast = number !== undefined && number > last;
    return isPast;
  };
}
