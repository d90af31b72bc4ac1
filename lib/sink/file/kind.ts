import { refused } from '../../config/faucet/terms.js';
import { type FieldsOf, type Resolved, resolved } from '../../config/fields/option-surface.js';
import { type ConfigError, optionError } from '../../errors.js';
import { file, required } from '../../internal/options/kinds.js';
import { isRolled, ROLLED_OPTIONS } from '../../internal/roll-options.js';
import { UNUSED_BATCH_SIZE } from '../common-options.js';
import { type SinkKind, type SinkSchema, sinkSchema } from '../kind.js';
import { type RolledFilesOptions, resolveRolledOptions } from '../rolled/rolled-options.js';
import { openedFile, optionsInRun } from './file-kind.js';
import { JSONL_FILE_OPTIONS, type JsonlFileOptions, resolveJsonlFileOptions } from './jsonl-file-options.js';

const KEYS = {
  path: required(
    file({
      title: 'File',
      description:
        'Where to write to. The suffixes `.gz` and `.zst` choose a compression. With `%Y`, `%m`, `%d`, `%H`, `%M` (when a record came, in UTC), `{feed}` (the `name`) or `{field:data.symbol}` (what is in the record) in it, records go to files that are finished one after another.',
      use: 'files of records',
      examples: ['./out/trades.jsonl', './out/trades.jsonl.gz', './out/%Y-%m-%d/%H.jsonl.gz'],
    }),
  ),
  ...JSONL_FILE_OPTIONS,
  ...ROLLED_OPTIONS,
  batchSize: UNUSED_BATCH_SIZE,
};

/** The JSON Schema of the `jsonl` sink: one record a line, in a file. */
export const jsonlSinkSchema: SinkSchema<FieldsOf<typeof KEYS>> = sinkSchema(KEYS, {
  title: 'JSON Lines file',
  description:
    'Writes one record a line to a file, or to files that are finished one after another; folders are created.',
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
  placeOf: ({ path }) => path,
  checkUsable(config) {
    if (isRolled(config)) resolveRolledOptions(config.path, { ...rolledOptions(config), feed: ANY_FEED });
    else resolveJsonlFileOptions(config.path, singleOptions(config));
  },
  async *check(config, { goesOn = false }) {
    if (isRolled(config)) {
      const { checkRolledFiles } = await import('../rolled/rolled-check.js');
      yield* checkRolledFiles(config.path, { ...rolledOptions(config), feed: ANY_FEED });
    } else {
      const { checkJsonlFile } = await import('./jsonl-file-check.js');
      const options = singleOptions(config);
      yield* checkJsonlFile(config.path, { ...options, append: options.append || goesOn });
    }
  },
  async open(config, run) {
    if (isRolled(config)) {
      const { openRolled } = await import('../rolled/open.js');
      return openRolled(config.path, rolledOptions(config), run);
    }
    const { jsonlFile } = await import('./jsonl-file.js');
    return openedFile(jsonlFile(config.path, optionsInRun(singleOptions(config), run)));
  },
};

function singleOptions({
  path: _,
  roll: __,
  keep: ___,
  ...options
}: ResolvedJsonlSink): JsonlFileOptions & Pick<ResolvedJsonlSink, 'append'> {
  return options;
}

/** @throws {ConfigError} for what is of one file alone */
function rolledOptions({ path: _, append, pretty, ...options }: ResolvedJsonlSink): RolledFilesOptions {
  if (append) throw ofOneFile('append', 'Files that are finished one after another are never replaced');
  if (pretty) throw ofOneFile('pretty', 'Such files have one record a line, so that they can be checked');
  return options;
}

function ofOneFile(key: string, why: string): ConfigError {
  return optionError(`rolledFiles.${key}`, `${why}: leave \`${key}\` out.`);
}

/** Stands for the name of the feed where that is not known. */
const ANY_FEED = 'feed';
