import { Writable } from 'node:stream';
import type { Page } from '../batch/page.js';
import { type JsonlFileOptions, type ResolvedJsonlFileOptions, resolveJsonlFileOptions } from './jsonl-file-options.js';
import { PageFile } from './page-file.js';
import { pageText } from './page-text.js';
import { type SinkStats, settle } from './sink.js';

/**
 * The sink that writes pages to a file, one record a line: the records' own bytes, a page at a time. Folders are
 * created.
 *
 * The file is created, or emptied, as soon as the sink is made, before anything arrives: a path that cannot be written
 * to fails at once, and a run that brings nothing leaves an empty file. It is finished and closed at the end, and also
 * when the stream is destroyed or the pipeline fails or is aborted: first the page that is being written is written to
 * its end, so that every line is whole. `pipeline()` does not wait for that after a failure; the event `close` tells.
 *
 * Errors: `ERR_SINK` when the system refuses. `recordsWritten` is exact, and the file is cut back to the last whole
 * record if a page was stored in part (with compression: to the last whole page). `ERR_CONFIG` for what is not a page.
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
export class JsonlFileWritable extends Writable {
  /** Where it writes to, as it was given. */
  readonly path: string;
  readonly #isPretty: boolean;
  readonly #file: PageFile;
  /** The page that is being written, or was last. */
  #inFlight: Promise<void> = Promise.resolve();
  #ended: Promise<void> | undefined;

  /** @internal */
  constructor(path: string, options: ResolvedJsonlFileOptions) {
    super({ objectMode: true, highWaterMark: 1 });
    this.path = path;
    this.#isPretty = options.pretty;
    this.#file = new PageFile(path, options);
  }

  /** What is in the file by now, of what this sink was given. */
  get stats(): SinkStats {
    return this.#file.stats;
  }

  override _construct(callback: (error?: Error | null) => void): void {
    settle(this.#file.open(), callback);
  }

  override _write(page: Page, _encoding: string, callback: (error?: Error | null) => void): void {
    this.#inFlight = this.#store(page);
    settle(this.#inFlight, callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    settle(this.#end(), callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // The error that it is destroyed with goes first: it is the reason why the file ends here.
    settle(
      this.#inFlight.finally(() => this.#end()),
      (failure) => callback(error ?? failure),
    );
  }

  async #store(page: Page): Promise<void> {
    await this.#file.store(pageText('jsonlFile', page, this.#isPretty));
  }

  #end(): Promise<void> {
    this.#ended ??= this.#file.end();
    return this.#ended;
  }
}
