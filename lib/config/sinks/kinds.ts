import { jsonlSinkSchema, resolveJsonlSink } from './jsonl.js';
import { kafkaSinkSchema, resolveKafkaSink } from './kafka.js';
import { resolveStdoutSink, stdoutSinkSchema } from './stdout.js';

/** Every sink that a pipeline file can name, by `type`: a new one is a file beside this one, and a line here. */
export const sinkKinds = {
  jsonl: { schema: jsonlSinkSchema, resolve: resolveJsonlSink },
  kafka: { schema: kafkaSinkSchema, resolve: resolveKafkaSink },
  stdout: { schema: stdoutSinkSchema, resolve: resolveStdoutSink },
} as const;

/** The `type` of a sink. */
export type SinkType = keyof typeof sinkKinds;

/** A sink with its defaults filled in; `type` tells which. */
export type ResolvedSinkConfig = ReturnType<(typeof sinkKinds)[SinkType]['resolve']>;

/** The resolved form of a sink whose configuration was found valid. */
export function resolveSink(type: SinkType, config: object): ResolvedSinkConfig {
  const resolve: (config: never) => ResolvedSinkConfig = sinkKinds[type].resolve;
  return resolve(config as never);
}
