import { refused } from '../../config/faucet/terms.js';
import { type FieldsOf, type Resolved, resolved } from '../../config/fields/option-surface.js';
import { file, required } from '../../internal/options/kinds.js';
import { UNUSED_BATCH_SIZE } from '../common-options.js';
import { type SinkKind, type SinkSchema, sinkSchema } from '../kind.js';
import { JSONL_FILE_OPTIONS, resolveJsonlFileOptions } from './jsonl-file-options.js';

const KEYS = {
  path: required(
    file({
      title: 'File',
      description: 'Where to write to. The suffixes `.gz` and `.zst` choose a compression.',
      use: 'records',
      examples: ['./out/trades.jsonl', './out/trades.jsonl.gz'],
    }),
  ),
  ...JSONL_FILE_OPTIONS,
  batchSize: UNUSED_BATCH_SIZE,
};

/** The JSON Schema of the `jsonl` sink: one record a line, in a file. */
export const jsonlSinkSchema: SinkSchema<FieldsOf<typeof KEYS>> = sinkSchema(KEYS, {
  title: 'JSON Lines file',
  description: 'Writes one record a line to a file; folders are created.',
});

/** A `jsonl` sink with its defaults filled in. */
export interface ResolvedJsonlSink extends Resolved<typeof KEYS> {}

/** JSON Lines files. */
export const jsonlKind: SinkKind<ResolvedJsonlSink> = {
  keys: KEYS,
  schema: jsonlSinkSchema,
  faucet: [
    { at: [], keys: { encryption: refused('encrypt the file by another program when it is finished, or its disk') } },
  ],
  isReopenable: true,
  resolve: (given) => resolved(KEYS, given),
  secrets: () => [],
  checkUsable: ({ path, ...options }) => void resolveJsonlFileOptions(path, options),
  async *check({ path, ...options }) {
    const { checkJsonlFile } = await import('./jsonl-file-check.js');
    yield* checkJsonlFile(path, options);
  },
  async open({ path, ...options }, { logger }) {
    const { jsonlFile } = await import('./jsonl-file.js');
    const stream = jsonlFile(path, { ...options, logger });
    return {
      stream,
      target: path,
      files: () => stream.report(),
      isOnTerminal: false,
      reopen: () => stream.reopen(),
    };
  },
};
