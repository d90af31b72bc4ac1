import type { Finding, Path } from '../config/check/findings.js';
import { valueAt } from '../config/check/sent-values.js';
import { checkLetterFiles } from '../config/fields/dead-letter.js';
import { keysWhere } from '../config/fields/option-surface.js';
import { textFindings } from '../config/fields/text-bounds.js';
import { checkFilePath, checkTemplatePath } from '../config/files/file-path.js';
import { keyOf } from '../internal/options/key.js';
import type { FileUse, Form } from '../internal/options/option.js';
import type { SinkKind } from '../sink/kind.js';
import { checkLettersBeside, checkLettersTogether, type RecordFiles } from './letters-beside.js';
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
  const keys = sinkKind(valueAt(sink, ['type']))?.keys ?? {};
  return [
    ...filesOf(sink).flatMap(({ key, use, path }) => CHECKS[use](path, [key])),
    ...textFindings(keys, valueAt(sink, ['config'])),
  ];
}

/**
 * What is wrong with the dead letter file of a source beside a sink.
 *
 * @param source the source's configuration, @param sink `type` and `config`, both as they are written
 */
export function checkBesideSink(source: unknown, sink: unknown): Finding[] {
  return checkLettersBeside(valueAt(source, ['dead_letter']), ['dead_letter'], recordFilesOf(sink));
}

/**
 * What is wrong with where a sink has what it refuses go, beside where the source, or the pipeline, has it go.
 *
 * @param sink `type` and `config`, as they are written
 */
export function checkLettersOfSink(sink: unknown, others: unknown): Finding[] {
  return filesOf(sink).flatMap(({ key, use, path }) =>
    use === 'dead letters' ? checkLettersTogether(path, [key], others) : [],
  );
}

/** The files that a sink writes records to. @param sink `type` and `config`, as they are written */
export function recordFilesOf(sink: unknown): readonly RecordFiles[] {
  const [roll, keep] = ['roll', 'keep'].map((key) => valueAt(sink, ['config', key]));
  return filesOf(sink).flatMap(({ use, path }) =>
    use === 'dead letters' ? [] : [use === 'records' ? { path } : { path, roll, keep }],
  );
}

function filesOf(sink: unknown): { readonly key: string; readonly use: FileUse; readonly path: unknown }[] {
  const keys = sinkKind(valueAt(sink, ['type']))?.keys ?? {};
  return Object.entries(keys).flatMap(([name, { form }]) => {
    const key = keyOf(name);
    const use = useOf(form);
    return use === undefined ? [] : [{ key, use, path: valueAt(sink, ['config', key]) }];
  });
}

/** What a file is for that an option names, or an object of it. */
function useOf(form: Form | undefined): FileUse | undefined {
  if (form?.kind === 'either') return useOf(form.forms[0]);
  return form?.kind === 'file' ? form.use : undefined;
}

const CHECKS: Readonly<Record<FileUse, (file: unknown, path: readonly string[]) => Finding[]>> = {
  records: checkFilePath,
  'files of records': checkTemplatePath,
  'dead letters': checkLetterFiles,
};
