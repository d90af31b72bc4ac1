import { FileWritable } from '../file/file-writable.js';
import { csvEnd } from './csv-end.js';
import { CsvRows } from './csv-rows.js';
import { type CsvFileOptions, type ResolvedCsvFileOptions, resolveCsvFileOptions } from './options.js';

/**
 * The sink that writes pages to a CSV file, one record a row, with the columns that you name. It is otherwise what `jsonlFile()` is,
 * with the same options: compression, `append`, torn ends that are mended, files that are renamed or deleted meanwhile.
 *
 * A cell is read from the bytes of its record, so numbers stay as they are written (`1.10`, integers past 2^53). A text is written
 * without its escapes, an object or array as its JSON text; `null`, what is missing, and an empty text are an empty cell. A
 * record that is no object has empty cells. Cells are quoted where they must be (RFC 4180); rows end with LF.
 *
 * The header is written at the begin of a file that holds nothing, and so not to one that is added to: its columns are yours to
 * keep. To a file whose last row lacks its line feed that row is none; it goes to `PATH.torn`.
 *
 * A text of the feed may be a formula to the spreadsheet that a file is opened in: see `escapeFormulas`.
 *
 * Errors: as those of `jsonlFile()`.
 *
 * @throws {ConfigError} when the path, a column or an option is not valid, or this Node lacks the compression
 * @example
 * ```ts
 * const sink = csvFile('out/trades.csv', { columns: ['symbol', 'data.price', { path: 'data.t', header: 'time' }] });
 * await pipeline(source.pages(), sink);
 * ```
 */
export function csvFile(path: string, options: CsvFileOptions): CsvFileWritable {
  return new CsvFileWritable(path, resolveCsvFileOptions(path, options));
}

/** What {@link csvFile} returns. */
export class CsvFileWritable extends FileWritable {
  /** @internal */
  constructor(path: string, options: ResolvedCsvFileOptions) {
    const rows = new CsvRows(options);
    super(path, options.file, {
      load: () => rows.load(),
      textOf: (page) => rows.textOf(page),
      header: () => rows.header(),
      examineEnd: csvEnd,
    });
  }
}
