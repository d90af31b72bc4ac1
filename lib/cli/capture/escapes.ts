import { flagError } from './flag-values.js';

/**
 * The text that was meant, where a shell has no way to give it as it is: `\0`, `\t`, `\n`, `\r`, `\\`, `\xHH`, `\uHHHH`.
 *
 * @param flag for the error
 * @throws {ConfigError} for a backslash before anything else
 */
export function unescaped(text: string, flag: string): string {
  return text.replace(ESCAPE, (found, byte: string | undefined, unit: string | undefined) => {
    const digits = byte ?? unit;
    const meant = digits === undefined ? MEANT.get(found) : String.fromCharCode(Number.parseInt(digits, 16));
    if (meant !== undefined) return meant;
    throw flagError(flag, `A backslash begins one of ${KNOWN}, but here it is \`${found}\`.`);
  });
}

const MEANT: ReadonlyMap<string, string> = new Map([
  ['\\0', '\0'],
  ['\\t', '\t'],
  ['\\n', '\n'],
  ['\\r', '\r'],
  ['\\\\', '\\'],
]);
const KNOWN = [...MEANT.keys(), '\\xHH', '\\uHHHH'].map((one) => `\`${one}\``).join(', ');
/** A backslash with what it begins; 1 and 2: the digits, where it has some. */
const ESCAPE = /\\(?:x([\da-f]{2})|u([\da-f]{4})|.?)/gis;
