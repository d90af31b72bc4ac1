import { file, required } from '../../internal/options/kinds.js';
import type { RequiredOption } from '../../internal/options/option.js';
import type { OpenSink, SinkRun } from '../kind.js';
import type { FileWritable } from './file-writable.js';

/** The key `path` of a sink that writes to a file. */
export function filePath(...examples: readonly string[]): RequiredOption<string> {
  return required(
    file({
      title: 'File',
      description: 'Where to write to. The suffixes `.gz` and `.zst` choose a compression.',
      use: 'records',
      examples,
    }),
  );
}

/** The options of a sink that writes to a file, for a run. */
export function optionsInRun<T extends { readonly append: boolean }>(
  options: T,
  { logger, goesOn = false }: SinkRun,
): T & Pick<SinkRun, 'logger'> {
  return { ...options, append: options.append || goesOn, logger };
}

/** A sink that writes to a file, as a run takes it. */
export function openedFile(stream: FileWritable): OpenSink {
  return {
    stream,
    target: stream.path,
    files: () => stream.report(),
    openFiles: () => stream.openFiles(),
    isOnTerminal: false,
    reopen: () => stream.reopen(),
  };
}
