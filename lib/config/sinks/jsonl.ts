/** The JSON Schema of the `jsonl` sink: one record a line, in a file. */
export const jsonlSinkSchema = {
  title: 'JSON Lines file',
  description: 'Writes one record a line to a file; folders are created.',
  type: 'object',
  additionalProperties: false,
  required: ['path'],
  properties: {
    path: {
      title: 'File',
      description: 'Where to write to. The suffixes `.gz` and `.zst` choose a compression.',
      type: 'string',
      minLength: 1,
      examples: ['./out/trades.jsonl', './out/trades.jsonl.gz'],
    },
    append: {
      title: 'Append',
      description: 'Adds to a file that exists, in place of emptying it first.',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    pretty: {
      title: 'Pretty',
      description: 'Indents each record over many lines, for reading by eye.',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    compression: {
      title: 'Compression',
      description: '`auto` goes by the suffix of `path`.',
      enum: ['auto', 'none', 'gzip', 'zstd'],
      default: 'auto',
      examples: ['gzip'],
    },
    fsync: {
      title: 'Flush to the disk',
      description: 'When the file is forced to the disk: `never`, at the `end` of the run, or after every `page`.',
      enum: ['never', 'end', 'page'],
      default: 'never',
      examples: ['end'],
    },
  },
} as const;

/** What a user writes below `pipeline.sink.config` for a `jsonl` sink. */
export interface JsonlSinkConfig {
  readonly path: string;
  readonly append?: boolean | undefined;
  readonly pretty?: boolean | undefined;
  readonly compression?: 'auto' | 'none' | 'gzip' | 'zstd' | undefined;
  readonly fsync?: 'never' | 'end' | 'page' | undefined;
}

/** A `jsonl` sink with its defaults filled in. */
export interface ResolvedJsonlSink {
  readonly type: 'jsonl';
  readonly path: string;
  readonly append: boolean;
  readonly pretty: boolean;
  readonly compression: 'auto' | 'none' | 'gzip' | 'zstd';
  readonly fsync: 'never' | 'end' | 'page';
}

/** Fills in the defaults of a valid configuration. */
export function resolveJsonlSink(config: JsonlSinkConfig): ResolvedJsonlSink {
  return {
    type: 'jsonl',
    path: config.path,
    append: config.append ?? defaults.append.default,
    pretty: config.pretty ?? defaults.pretty.default,
    compression: config.compression ?? defaults.compression.default,
    fsync: config.fsync ?? defaults.fsync.default,
  };
}

const defaults = jsonlSinkSchema.properties;
