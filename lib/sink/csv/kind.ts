import { refused } from '../../config/faucet/terms.js';
import { type FieldsOf, type Resolved, resolved } from '../../config/fields/option-surface.js';
import { UNUSED_BATCH_SIZE } from '../common-options.js';
import { filePath, openedFile, optionsInRun } from '../file/file-kind.js';
import { type SinkKind, type SinkSchema, sinkSchema } from '../kind.js';
import { CSV_FILE_OPTIONS, resolveCsvFileOptions } from './options.js';

const KEYS = {
  path: filePath('./out/trades.csv', './out/trades.csv.gz'),
  ...CSV_FILE_OPTIONS,
  batchSize: UNUSED_BATCH_SIZE,
};

/** The JSON Schema of the `csv` sink: one record a row, in a file. */
export const csvSinkSchema: SinkSchema<FieldsOf<typeof KEYS>> = sinkSchema(KEYS, {
  title: 'CSV file',
  description: 'Writes one record a row to a CSV file, with the columns that are named; folders are created.',
});

/** A `csv` sink with its defaults filled in. */
export interface ResolvedCsvSink extends Resolved<typeof KEYS> {}

/** CSV files. */
export const csvKind: SinkKind<ResolvedCsvSink> = {
  keys: KEYS,
  schema: csvSinkSchema,
  faucet: [
    {
      at: [],
      keys: {
        write_headers: refused('`header` says whether a file begins with a row of names'),
        on_unknown_field: refused('`columns` names the fields that are written, and all others are left out'),
      },
    },
  ],
  isReopenable: true,
  resolve: (given) => resolved(KEYS, given),
  placeOf: ({ path }) => path,
  checkUsable: ({ path, ...options }) => void resolveCsvFileOptions(path, options),
  async *check({ path, ...given }, { goesOn = false }) {
    const options = { ...given, append: given.append || goesOn };
    const [{ checkFile }, { csvEnd }] = await Promise.all([import('../file/file-check.js'), import('./csv-end.js')]);
    yield* checkFile(path, { ...resolveCsvFileOptions(path, options).file, examineEnd: csvEnd });
  },
  async open({ path, ...options }, run) {
    const { csvFile } = await import('./csv-file.js');
    return openedFile(csvFile(path, optionsInRun(options, run)));
  },
};
