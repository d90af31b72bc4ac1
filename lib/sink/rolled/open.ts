import type { OpenSink, SinkRun } from '../kind.js';
import { rolledFiles } from './rolled-files.js';
import type { RolledFilesOptions } from './rolled-options.js';

/** A sink of rolled files, as a run takes it. */
export function openRolled(path: string, options: RolledFilesOptions, { feed, logger, state }: SinkRun): OpenSink {
  const stream = rolledFiles(path, { ...options, feed, logger, state });
  return {
    stream,
    target: stream.path,
    rolled: () => stream.report(),
    openFiles: () => stream.openFiles(),
    isOnTerminal: false,
    reopen: () => stream.roll(),
  };
}
