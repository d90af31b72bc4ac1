import { pageText } from '../page-text.js';
import { examineEnd } from './examine-end.js';
import type { FileFormat } from './file-format.js';
import { FileWritable } from './file-writable.js';
import { type JsonlFileOptions, type ResolvedJsonlFileOptions, resolveJsonlFileOptions } from './jsonl-file-options.js';

/**
 * The sink that writes pages to a file, one record a line: the records' own bytes, a page at a time. Folders are
 * created.
 *
 * The file is opened as soon as the sink is made, before anything arrives, so that a path that cannot be written to fails
 * at once. A file that exists is emptied when the first page is written, and not before: however a run ends that brings
 * nothing, it leaves that file as it was. Where there was none, it leaves an empty one. It is finished and closed at the
 * end, and also when the stream is destroyed or the pipeline fails or is aborted: first the page that is being written is
 * written to its end, so that every line is whole. `pipeline()` does not wait for that after a failure; the event `close`
 * tells.
 *
 * Everything is written to where the file ends, so that it may be copied and emptied meanwhile. One that is deleted or
 * renamed meanwhile is told to the `logger`; see `onMissing` and {@link JsonlFileWritable.reopen}.
 *
 * Errors: `ERR_SINK` when the system refuses. `recordsWritten` is exact, and the file is cut back to the last whole
 * record if a page was stored in part (with compression: to the last whole page). The same when the run has ended and the
 * file does not take what came within `drainTimeoutMs`. `ERR_CONFIG` for what is not a page.
 *
 * @throws {ConfigError} when the path or an option is not valid, or this Node lacks the compression
 * @example
 * ```ts
 * await pipeline(new WebSocketReadable(url), parse(), batch(), jsonlFile('out/trades.jsonl.gz', { append: true }));
 * ```
 */
export function jsonlFile(path: string, options: JsonlFileOptions = {}): JsonlFileWritable {
  return new JsonlFileWritable(path, resolveJsonlFileOptions(path, options));
}

/** What {@link jsonlFile} returns. */
export class JsonlFileWritable extends FileWritable {
  /** @internal */
  constructor(path: string, options: ResolvedJsonlFileOptions) {
    super(path, options, jsonLines(options.pretty));
  }
}

/** The pages as they are, or with their records indented. */
export function jsonLines(pretty: boolean): FileFormat {
  return {
    async load() {},
    textOf: (page) => pageText('jsonlFile', page, pretty),
    header: () => NOTHING,
    examineEnd,
  };
}

const NOTHING = Buffer.alloc(0);
