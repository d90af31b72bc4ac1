import { Writable } from 'node:stream';
import type { Page } from '../batch/page.js';
import { SinkError } from '../errors.js';
import { stopUpstream } from '../internal/chain.js';
import { type Fields, objectWith, oneOf, resolveOptions } from '../internal/options.js';
import { countRecords } from './file-failure.js';
import { pageText } from './page-text.js';
import type { SinkStats } from './sink.js';

/** The options of {@link stdout}. */
export interface StdoutOptions {
  /** `'json_lines'`: one record a line. `'pretty_json'`: indented over many lines. @default 'json_lines' */
  readonly format?: 'json_lines' | 'pretty_json' | undefined;
  /** Which of the process's two streams to write to. @default 'stdout' */
  readonly destination?: 'stdout' | 'stderr' | undefined;
  /** A stream to write to in place of those two. It is not ended either. @default the one that `destination` names */
  readonly stream?: NodeJS.WritableStream | undefined;
}

/**
 * The sink that writes pages to the standard output, one record a line. It waits until the output has taken a page
 * before it takes the next one, and never ends the output.
 *
 * When the reader of the output goes away (`… | head`), the run that feeds this sink is stopped in good order, and what
 * still comes is dropped: the pipeline ends without an error. If there is no run of this library before it to be
 * stopped, it fails with `ERR_SINK`, whose cause has the code `EPIPE`.
 *
 * Errors: `ERR_SINK` when the output fails in another way, `ERR_CONFIG` for what is not a page.
 *
 * @throws {ConfigError} when an option is not valid
 * @example
 * ```ts
 * await pipeline(new WebSocketReadable(url, { maxMessages: 10 }), parse(), batch(), stdout());
 * ```
 */
export function stdout(options: StdoutOptions = {}): StdoutWritable {
  return new StdoutWritable(resolveOptions<ResolvedStdoutOptions>('stdout', options, FIELDS));
}

/** What {@link stdout} returns. */
export class StdoutWritable extends Writable {
  readonly #stream: NodeJS.WritableStream;
  readonly #target: string;
  readonly #isPretty: boolean;
  #records = 0;
  #pages = 0;
  #bytes = 0;
  #isBroken = false;
  #isWriting = false;
  /** A stream tells of a failed write twice: to who wrote, and by an event, which comes later as a rule. */
  #hasWriteFailed = false;
  #hasErrorEvent = false;

  /** @internal */
  constructor({ format, destination, stream }: ResolvedStdoutOptions) {
    super({ objectMode: true, highWaterMark: 1 });
    this.#stream = stream ?? process[destination];
    this.#target = stream === undefined ? destination : 'the stream';
    this.#isPretty = format === 'pretty_json';
    this.#stream.on('error', this.#onError);
  }

  /** Whether the reader of the output has gone away, so that everything is dropped. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** What the output has taken by now. */
  get stats(): SinkStats {
    return { records: this.#records, pages: this.#pages, bytes: this.#bytes };
  }

  override _write(page: Page, _encoding: string, callback: (error?: Error | null) => void): void {
    if (this.#isBroken) {
      callback();
      return;
    }
    let bytes: Buffer;
    try {
      bytes = pageText('stdout', page, this.#isPretty).bytes;
    } catch (error) {
      callback(error as Error);
      return;
    }
    this.#isWriting = true;
    this.#stream.write(bytes, (error) => {
      this.#isWriting = false;
      if (error) {
        this.#hasWriteFailed = true;
        callback(this.#fail(error));
      } else {
        this.#records += page.recordsAmong();
        this.#pages += 1;
        this.#bytes += bytes.length;
        callback();
      }
      if (this.destroyed) this.#release();
    });
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // Bytes that the output has already been given are its own: it writes them, and there may be nobody who reads.
    this.#release();
    callback(error);
  }

  /** Without a listener, a process dies of an error of its standard output. */
  readonly #onError = (error: Error): void => {
    this.#hasErrorEvent = true;
    if (this.destroyed) this.#release();
    // A write under way is told by its own callback.
    if (this.destroyed || this.#isWriting) return;
    const failure = this.#fail(error);
    if (failure !== undefined) this.destroy(failure);
  };

  /** What to fail with; `undefined` when the run upstream ends in good order instead. */
  #fail(error: Error): SinkError | undefined {
    const isReaderGone = READER_GONE.has((error as NodeJS.ErrnoException).code ?? '');
    if (isReaderGone && (this.#isBroken || stopUpstream(this, 'stopped'))) {
      this.#isBroken = true;
      return undefined;
    }
    this.#isBroken = isReaderGone;
    const what = isReaderGone ? 'its reader has gone away' : error.message.replace(/[.\s]+$/, '');
    const advice = isReaderGone ? 'Nothing upstream could be told to stop.' : 'See `cause` for what the system said.';
    return new SinkError(
      `Cannot write to ${this.#target}: ${what}. It took ${countRecords(this.#records)} before. ${advice}`,
      { target: this.#target, recordsWritten: this.#records, cause: error },
    );
  }

  #release(): void {
    const isEventToCome = this.#hasWriteFailed && !this.#hasErrorEvent;
    if (!this.#isWriting && !isEventToCome) this.#stream.removeListener('error', this.#onError);
  }
}

interface ResolvedStdoutOptions {
  readonly format: 'json_lines' | 'pretty_json';
  readonly destination: 'stdout' | 'stderr';
  readonly stream: NodeJS.WritableStream | undefined;
}

const FIELDS: Fields<ResolvedStdoutOptions> = {
  format: oneOf<ResolvedStdoutOptions['format']>('json_lines', ['json_lines', 'pretty_json']),
  destination: oneOf<ResolvedStdoutOptions['destination']>('stdout', ['stdout', 'stderr']),
  stream: objectWith<NodeJS.WritableStream | undefined>(undefined, 'write', 'on', 'removeListener'),
};
/** Windows says EOF where others say EPIPE. */
const READER_GONE = new Set(['EPIPE', 'EOF']);
