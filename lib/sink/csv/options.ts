import { optionError } from '../../errors.js';
import { own, required, text, yesNo } from '../../internal/options/kinds.js';
import type { GivenOf, ResolvedOf } from '../../internal/options/option.js';
import { describe, type Fields, field, resolveOptions, unknownKey } from '../../internal/options.js';
import { compilePath, type Path } from '../../json/field.js';
import { filledPathKeywords, PATH_COMMENT } from '../../json/option-kinds.js';
import type { FileServices, JsonlFileOptions, ResolvedJsonlFileOptions } from '../file/jsonl-file-options.js';
import { checkPath, compressionOf, FILE_SERVICES, JSONL_FILE_OPTIONS } from '../file/jsonl-file-options.js';

/** Where in a record the value of a column stands: `data.price`, or an array of keys and indices. */
export type CsvPath = string | readonly (string | number)[];

/** A column: a path, which is also what its header says, or both. */
export type CsvColumn = CsvPath | { readonly path: CsvPath; readonly header: string };

const { pretty: _pretty, ...OF_FILES } = JSONL_FILE_OPTIONS;

/** The options that both code and pipeline files give. */
export const CSV_FILE_OPTIONS = {
  /** The columns, in order: at least one. */
  columns: required(
    own(
      field<readonly CsvColumn[] | undefined>(
        undefined,
        'an array of paths, or of `{ path, header }`, at least one',
        (value) => Array.isArray(value) && value.length > 0,
      ),
      {
        title: 'Columns',
        description:
          'The columns, in order: where in a record the value of each stands, which is also what the header says, or `{path, header}`.',
        schema: {
          type: 'array',
          $comment: 'a list of 1 to 1000 columns',
          minItems: 1,
          maxItems: 1000,
          items: {
            ...filledPathKeywords,
            $comment: `${PATH_COMMENT}, or \`{path, header}\``,
            type: ['string', 'object'],
            additionalProperties: false,
            required: ['path', 'header'],
            properties: {
              path: { description: 'Where in a record the value stands.', ...filledPathKeywords },
              header: { description: 'What the header says.', type: 'string' },
            },
          },
        },
        examples: [['symbol', 'data.price', { path: 'data.t', header: 'time' }]],
      },
    ),
  ),
  /** Whether a file that holds nothing begins with a row of the columns' names. @default true */
  header: yesNo({
    title: 'Header',
    description: "Whether a file that holds nothing begins with a row of the columns' names.",
    fallback: true,
    examples: [false],
  }),
  /** What stands between two cells: one character, and none of `"`, CR and LF. @default ',' */
  delimiter: text({
    title: 'Delimiter',
    comment: 'one character, and none of ", CR and LF',
    description: 'What stands between two cells: one character.',
    pattern: '^[^"\\r\\n]$',
    fallback: ',',
    examples: [';', '\t'],
  }),
  /**
   * Puts a `'` before a text that a spreadsheet would take for a formula: one that begins with `=`, `+`, `-`, `@`, a tab or CR, or their
   * wide forms. The cell is another text then. Numbers stay as they are. For files that people open in one. @default false
   */
  escapeFormulas: yesNo({
    title: 'No formulas',
    description:
      "Puts a `'` before a text that a spreadsheet would take for a formula, for files that people open in one. Numbers stay as they are.",
    fallback: false,
    examples: [true],
  }),
  ...OF_FILES,
};

/** The options of `csvFile()`. */
export interface CsvFileOptions extends GivenOf<typeof CSV_FILE_OPTIONS>, Pick<JsonlFileOptions, 'logger' | 'clock'> {}

/** {@link CsvFileOptions} with every default filled in. */
export interface ResolvedCsvFileOptions {
  readonly columns: readonly { readonly path: Path; readonly header: string }[];
  readonly header: boolean;
  readonly delimiter: string;
  readonly escapeFormulas: boolean;
  readonly file: ResolvedJsonlFileOptions;
}

/** @throws {ConfigError} when the path or an option is not valid, or this Node lacks the compression */
export function resolveCsvFileOptions(path: unknown, options: CsvFileOptions): ResolvedCsvFileOptions {
  checkPath('csvFile', path);
  const { columns, header, delimiter, escapeFormulas, ...file } = resolveOptions<Given>('csvFile', options, FIELDS);
  if (columns === undefined) {
    throw optionError(
      'csvFile.columns',
      'Expected the columns: an array of paths, such as `["symbol", "data.price"]`.',
    );
  }
  return {
    columns: columns.map(toColumn),
    header,
    delimiter,
    escapeFormulas,
    file: { ...file, pretty: false, compression: compressionOf('csvFile', path, file) },
  };
}

function toColumn(column: CsvColumn, index: number): { readonly path: Path; readonly header: string } {
  const option = `csvFile.columns[${index}]`;
  if (typeof column === 'string' || Array.isArray(column)) {
    const path = compilePath(column as CsvPath, option);
    return { path, header: path.text };
  }
  const { path, header, ...others } = (column ?? {}) as { readonly path?: CsvPath; readonly header?: unknown };
  const [unknown] = Object.keys(others);
  if (typeof column === 'object' && unknown !== undefined)
    throw optionError(`${option}.${unknown}`, unknownKey(unknown, ['path', 'header']));
  if (typeof header !== 'string')
    throw optionError(option, `Expected a path, or \`{ path, header }\`, got ${describe(column)}.`);
  return { path: compilePath(path as CsvPath, `${option}.path`), header };
}

type Given = ResolvedOf<typeof CSV_FILE_OPTIONS> & FileServices;

const FIELDS: Fields<Given> = { ...CSV_FILE_OPTIONS, ...FILE_SERVICES };
