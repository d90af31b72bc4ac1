import { compilePath, FieldReader, scalarAt } from '../../json/field.js';
import type { ResumeOptions } from '../options/resume-options.js';

/** What a frame says of where it stands, by name. */
export type CursorTexts = Readonly<Record<string, string>>;

/**
 * Reads the values of `resume` out of a frame's bytes, whether somebody has checked them or not: what stands in a frame that is
 * refused is where the feed is all the same.
 */
export class CursorReader {
  /** Of the values that it looks for. */
  readonly names: readonly string[];
  readonly #fields: readonly { readonly name: string; readonly reader: FieldReader }[];

  /** @throws {ConfigError} when a path cannot be read */
  constructor({ values }: Pick<ResumeOptions, 'values'>, kind: 'record' | 'control') {
    this.#fields = Object.entries(values)
      .filter(([, { from = 'record' }]) => from === kind)
      .map(([name, { path }]) => ({ name, reader: new FieldReader(compilePath(path, `resume.values.${name}.path`)) }));
    this.names = this.#fields.map(({ name }) => name);
  }

  /** Whether all values are there that it looks for. */
  areIn(values: CursorTexts): boolean {
    for (const { name } of this.#fields) if (values[name] === undefined) return false;
    return true;
  }

  /** The values in bytes[start, end); `undefined` where it has none of them. */
  read(bytes: Buffer, start: number, end: number): CursorTexts | undefined {
    let found: Record<string, string> | undefined;
    for (const { name, reader } of this.#fields) {
      const text = textIn(reader, bytes, start, end);
      if (text !== undefined) (found ??= {})[name] = text;
    }
    return found;
  }
}

function textIn(reader: FieldReader, bytes: Buffer, start: number, end: number): string | undefined {
  try {
    if (!reader.find(bytes, start, end) || reader.end - reader.start > LONGEST) return undefined;
    const first = bytes[reader.start] as number;
    if (first === QUOTE) return scalarAt(bytes, reader.start, reader.end) as string;
    // As it is written: as a number it might be another one.
    const isNumber = first === MINUS || (first >= ZERO && first <= NINE);
    return isNumber ? bytes.toString('latin1', reader.start, reader.end) : undefined;
  } catch {
    // In a text that is no JSON.
    return undefined;
  }
}

/** A longer one is no cursor, and would be written down with every page. */
const LONGEST = 4_096;
const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
