import type { DeadLetterFiles } from '../config/fields/letter-files.js';
import { csvKind } from '../sink/csv/kind.js';
import { jsonlKind } from '../sink/file/kind.js';
import { kafkaKind } from '../sink/kafka/kind.js';
import type { SinkKind } from '../sink/kind.js';
import { stdoutKind } from '../sink/stdout/kind.js';

/**
 * Every sink that a pipeline file can name, by `type`: a new one is a folder in `lib/sink/`, and a line here. Whatever of
 * {@link SinkKind} it lacks does not compile.
 */
export const sinkKinds = {
  csv: csvKind,
  jsonl: jsonlKind,
  kafka: kafkaKind,
  stdout: stdoutKind,
} as const satisfies SinkKinds;

/** Sinks by `type`. */
export type SinkKinds = Readonly<Record<string, SinkKind<object>>>;

/** The `type` of a sink. */
export type SinkType = keyof typeof sinkKinds;

/** A sink with its defaults filled in; `type` tells which. */
export type ResolvedSink<T extends SinkType = SinkType> = {
  readonly [K in T]: { readonly type: K } & ConfigOf<(typeof sinkKinds)[K]>;
}[T];

type ConfigOf<Kind> = Kind extends SinkKind<infer Config> ? Config : never;

/** The kind of a sink, and its configuration in the terms of that. */
export function sinkOf({ type, ...config }: ResolvedSink): {
  readonly kind: SinkKind<object>;
  readonly config: object;
} {
  return { kind: sinkKinds[type], config };
}

/** Where the records of a sink go, for people, before it is opened. */
export function placeOf(sink: ResolvedSink): string {
  const { kind, config } = sinkOf(sink);
  return kind.placeOf(config);
}

/** Whether a sink keeps how far the feed is stored itself. */
export function keepsPosition(sink: ResolvedSink): boolean {
  const { kind, config } = sinkOf(sink);
  return kind.keepsPosition?.(config) === true;
}

/** Where a sink's configuration has what it refuses go. */
export function lettersOfSink(sink: ResolvedSink): DeadLetterFiles | undefined {
  const { kind, config } = sinkOf(sink);
  return kind.lettersOf?.(config);
}

/** The kind of this name; `undefined` where there is none. */
export function sinkKind(type: unknown): SinkKind<object> | undefined {
  return typeof type === 'string' && Object.hasOwn(sinkKinds, type) ? sinkKinds[type as SinkType] : undefined;
}

/** The sinks that can go on in another file under the same name. */
export function reopenableSinks(): string[] {
  return Object.entries(sinkKinds).flatMap(([type, { isReopenable }]) => (isReopenable ? [type] : []));
}
