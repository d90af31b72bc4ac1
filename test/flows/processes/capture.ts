// A capture as a user would write it, in a process of its own: a feed into a JSONL file, ended by SIGINT or SIGTERM in
// good order, and by SIGUSR2 through an AbortSignal. Argument: JSON of what `Task` holds. It prints one JSON object with
// what `Report` holds, when the file is closed.
import { pipeline } from 'node:stream/promises';
import { createSource, type SourceConfig } from '../../../lib/index.js';
import { jsonlFile } from '../../../lib/sink/file/jsonl-file.js';

export interface Task {
  readonly config: SourceConfig;
  readonly path: string;
  readonly isFused: boolean;
}

export interface Report {
  /** Records that were received. */
  readonly received: number;
  /** Records that the file holds, as the sink says. */
  readonly written: number;
  /** The code of the error that the pipeline rejected with; null without. */
  readonly error: string | null;
}

const { config, path, isFused } = JSON.parse(process.argv[2]!) as Task;
const abort = new AbortController();
const source = createSource(config, { signal: abort.signal });
process.on('SIGINT', () => source.stop());
process.on('SIGTERM', () => source.stop());
process.on('SIGUSR2', () => abort.abort());

const sink = jsonlFile(path, { onFull: 'fail' });
const closed = new Promise((resolve) => void sink.once('close', resolve));
const error = await pipeline([...(isFused ? [source.pages()] : source.stages()), sink]).then(
  () => undefined,
  (reason: Error & { code?: string }) => reason,
);
await closed;
const report: Report = {
  received: source.stats.records,
  written: sink.stats.records,
  error: error === undefined ? null : (error.code ?? String(error)),
};
console.log(JSON.stringify(report));
process.exitCode = error === undefined ? 0 : 1;
