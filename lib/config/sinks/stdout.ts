/** The JSON Schema of the `stdout` sink. */
export const stdoutSinkSchema = {
  title: 'Standard output',
  description: 'Writes records to the standard output or the standard error of the process.',
  type: 'object',
  additionalProperties: false,
  properties: {
    format: {
      title: 'Format',
      description: '`json_lines`: one record a line; `pretty_json`: indented over many lines.',
      enum: ['json_lines', 'pretty_json'],
      default: 'json_lines',
      examples: ['pretty_json'],
    },
    destination: {
      title: 'Destination',
      description: 'Which of the two streams to write to.',
      enum: ['stdout', 'stderr'],
      default: 'stdout',
      examples: ['stderr'],
    },
  },
} as const;

/** What a user writes below `pipeline.sink.config` for a `stdout` sink. */
export interface StdoutSinkConfig {
  readonly format?: 'json_lines' | 'pretty_json' | undefined;
  readonly destination?: 'stdout' | 'stderr' | undefined;
}

/** A `stdout` sink with its defaults filled in. */
export interface ResolvedStdoutSink {
  readonly type: 'stdout';
  readonly format: 'json_lines' | 'pretty_json';
  readonly destination: 'stdout' | 'stderr';
}

/** Fills in the defaults of a valid configuration. */
export function resolveStdoutSink(config: StdoutSinkConfig): ResolvedStdoutSink {
  return {
    type: 'stdout',
    format: config.format ?? defaults.format.default,
    destination: config.destination ?? defaults.destination.default,
  };
}

const defaults = stdoutSinkSchema.properties;
