import type { Options, stringify as Stringify } from 'csv-stringify/sync';
import type { Page } from '../../batch/page.js';
import { FieldReader, scalarAt } from '../../json/field.js';
import { type PageText, pageText } from '../page-text.js';
import type { ResolvedCsvFileOptions } from './options.js';

/**
 * Rows of CSV (RFC 4180, with LF) for the records of a page, by `csv-stringify`. Each cell is read from the bytes of its record:
 * a text without its escapes, a number as it is written, an object or array as its JSON text; `null` and what is missing are empty.
 */
export class CsvRows {
  readonly #options: ResolvedCsvFileOptions;
  readonly #readers: readonly FieldReader[];
  #stringify: typeof Stringify | undefined;

  constructor(options: ResolvedCsvFileOptions) {
    this.#options = options;
    this.#readers = options.columns.map(({ path }) => new FieldReader(path));
  }

  /** Loads what writes the cells, once. */
  async load(): Promise<void> {
    this.#stringify ??= (await import('csv-stringify/sync')).stringify;
  }

  /** The row of the columns' names; nothing, where there is to be none. */
  header(): Buffer {
    const { header, columns } = this.#options;
    return header ? this.#rowsOf([columns.map((column) => column.header)], []) : NOTHING;
  }

  /** @throws {ConfigError} when it is no page */
  textOf(page: Page): PageText {
    pageText('csvFile', page, false);
    const numbers: string[] = [];
    const rows = page.ends.map((end, line) => this.#cells(page.bytes, page.start(line), end, numbers));
    const bytes = this.#rowsOf(rows, numbers);
    return { bytes, ends: rowEnds(bytes), recordsAmong: (lines) => page.recordsAmong(lines) };
  }

  /** A number is given as its place in `numbers`: of numbers alone csv-stringify knows that a `-` begins no formula. */
  #cells(bytes: Buffer, start: number, end: number, numbers: string[]): (string | number)[] {
    return this.#readers.map((reader) => {
      if (!reader.find(bytes, start, end)) return '';
      const first = bytes[reader.start]!;
      const isNumber = first === MINUS || (first >= ZERO && first <= NINE);
      if (isNumber) return numbers.push(bytes.toString('latin1', reader.start, reader.end)) - 1;
      const value = scalarAt(bytes, reader.start, reader.end);
      if (value === undefined) return bytes.toString('utf8', reader.start, reader.end);
      return value === null ? '' : String(value);
    });
  }

  #rowsOf(rows: readonly (readonly (string | number)[])[], numbers: readonly string[]): Buffer {
    const { delimiter, escapeFormulas, columns } = this.#options;
    const options: Options = {
      delimiter,
      escape_formulas: escapeFormulas,
      record_delimiter: '\n',
      // Readers take an empty line for none.
      ...(columns.length === 1 && { quoted_empty: true }),
      cast: { number: (place) => numbers[place]! },
    };
    return Buffer.from(this.#stringify!(rows as (string | number)[][], options));
  }
}

/** Where rows end: at the line feeds that stand in no quoted cell. */
function rowEnds(bytes: Buffer): number[] {
  const ends: number[] = [];
  let isQuoted = false;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === QUOTE) isQuoted = !isQuoted;
    else if (bytes[at] === LF && !isQuoted) ends.push(at);
  }
  return ends;
}

const NOTHING = Buffer.alloc(0);
const LF = 0x0a;
const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
