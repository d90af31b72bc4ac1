import { type Finding, type Path, valueFinding } from '../config/check/findings.js';
import { valueAt } from '../config/check/sent-values.js';
import { checkDeadLetterPath, isSameFile } from '../config/fields/dead-letter.js';
import { keyOf, keysWhere } from '../config/fields/option-surface.js';
import { checkFilePath } from '../config/files/file-path.js';
import type { FileUse } from '../internal/options/option.js';
import type { SinkKind } from '../sink/kind.js';
import { type ResolvedSink, type SinkType, sinkKind, sinkKinds } from './sinks.js';

/** The resolved form of a sink whose configuration was found valid. */
export function resolveSink<T extends SinkType>(type: T, given: object): ResolvedSink<T> {
  const { resolve }: SinkKind<object> = sinkKinds[type];
  return { type, ...resolve(given) } as ResolvedSink<T>;
}

/** Whether what stands at this path of a sink's `config` must not be shown. */
export function isSinkSecret(sink: unknown, path: Path): boolean {
  const keys = sinkKind(valueAt(sink, ['type']))?.keys ?? {};
  return keysWhere(keys, ({ isSecret }) => isSecret).some((key) => key === path[0]);
}

/**
 * Everything that is wrong with a sink's `config` beyond its schema.
 *
 * @param sink `type` and `config`, as they are written
 */
export function checkSink(sink: unknown): Finding[] {
  return filesOf(sink).flatMap(({ key, use, path }) => {
    const check = use === 'dead letters' ? checkDeadLetterPath : checkFilePath;
    return check(path, [key]);
  });
}

/**
 * What is wrong with the dead letter file of a source beside a sink.
 *
 * @param source the source's configuration, @param sink `type` and `config`, both as they are written
 */
export function checkBesideSink(source: unknown, sink: unknown): Finding[] {
  const letters = valueAt(source, ['dead_letter']);
  const isShared = filesOf(sink).some(({ use, path }) => use === 'records' && isSameFile(letters, path));
  return isShared ? [valueFinding(['dead_letter'], SAME_FILE)] : [];
}

function filesOf(sink: unknown): { readonly key: string; readonly use: FileUse; readonly path: unknown }[] {
  const keys = sinkKind(valueAt(sink, ['type']))?.keys ?? {};
  return Object.entries(keys).flatMap(([name, { form }]) => {
    const key = keyOf(name);
    if (form.kind !== 'file' || form.use === undefined) return [];
    return [{ key, use: form.use, path: valueAt(sink, ['config', key]) }];
  });
}

const SAME_FILE = 'The sink writes its records to this very file. Give another one.';
