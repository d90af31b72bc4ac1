import type { WriteStream } from 'node:tty';
import type { Page } from '../../batch/page.js';
import { SinkError } from '../../errors.js';
import { stopUpstream } from '../../internal/chain.js';
import { visibleJson } from '../../visible.js';
import { countRecords } from '../file-failure.js';
import { lateError } from '../late-error.js';
import { type Callback, PageSink } from '../page-sink.js';
import { type PageText, pageText } from '../page-text.js';
import type { SinkStats } from '../sink.js';
import { type ResolvedStdoutOptions, resolveStdoutOptions, type StdoutOptions } from './options.js';
import { RowWriter } from './rows.js';
import { rowsText } from './rows-text.js';

/**
 * The sink that writes pages to the standard output, one record a line. It waits until the output has taken a page
 * before it takes the next one, and never ends the output. On a terminal, what of a record could steer it or cannot be
 * seen is written as an escape of JSON, which is the same value; anywhere else the bytes are those of the records.
 *
 * When the reader of the output goes away (`… | head`), or the terminal is closed, the run that feeds this sink is stopped
 * in good order, and what still comes is dropped: the pipeline ends without an error. If there is no run of this library
 * before it to be stopped, it fails with `ERR_SINK`, whose cause has the code `EPIPE` (`EIO` for a terminal).
 *
 * Errors: `ERR_SINK` when the output fails in another way, and for a record that has no columns; those before it are
 * written. `ERR_CONFIG` for what is not a page.
 *
 * @throws {ConfigError} when an option is not valid
 * @example
 * ```ts
 * await pipeline(new WebSocketReadable(url, { maxFrames: 10 }), parse(), batch(), stdout());
 * ```
 */
export function stdout(options: StdoutOptions = {}): StdoutWritable {
  return new StdoutWritable(resolveStdoutOptions(options));
}

/** What {@link stdout} returns. */
export class StdoutWritable extends PageSink {
  readonly #stream: NodeJS.WritableStream;
  readonly #target: string;
  readonly #format: ResolvedStdoutOptions['format'];
  readonly #rows: RowWriter | undefined;
  readonly #isByRecord: boolean;
  /** How many records may still be written. */
  #left: number;
  readonly #isTerminal: boolean;
  /** Whether who was given bytes may hold on to them, as a PassThrough does. */
  readonly #isForeign: boolean;
  readonly #drainTimeoutMs: number;
  #records = 0;
  #pages = 0;
  #bytes = 0;
  /** Records that were written before the newest page. */
  #recordsBefore = 0;
  #isBroken = false;
  #isWriting = false;
  /** A stream tells of a failed write twice: to who wrote, and by an event, which comes later as a rule. */
  #hasWriteFailed = false;
  #hasErrorEvent = false;

  /** @internal */
  constructor(options: ResolvedStdoutOptions) {
    super(options);
    const { format, destination, stream, flushPerRecord, maxRecords, drainTimeoutMs } = options;
    this.#drainTimeoutMs = drainTimeoutMs;
    this.#stream = stream ?? process[destination];
    this.#isForeign = stream !== undefined;
    this.#target = stream === undefined ? destination : 'the stream';
    this.#format = format;
    this.#rows = format === 'csv' || format === 'tsv' ? new RowWriter(format) : undefined;
    this.#isByRecord = flushPerRecord;
    this.#left = maxRecords ?? Number.POSITIVE_INFINITY;
    this.#isTerminal = (this.#stream as Partial<WriteStream>).isTTY === true;
    this.#stream.on('error', this.#onError);
  }

  /** Whether the reader of the output has gone away, so that everything is dropped. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Whether `maxRecords` are written, so that everything is dropped. */
  get isFull(): boolean {
    return this.#left === 0;
  }

  /** What the output has taken by now. */
  override get stats(): SinkStats {
    return { records: this.#records, pages: this.#pages, bytes: this.#bytes };
  }

  override _destroy(error: Error | null, callback: Callback): void {
    // Bytes that the output has already been given are its own: it writes them, and there may be nobody who reads.
    this.#release();
    callback(error);
  }

  protected override store(page: Page, callback: Callback): void {
    this.#recordsBefore = this.#records;
    if (this.#isBroken || this.isFull) {
      // With `maxRecords: 0` nothing is ever written.
      if (this.#records === 0 && this.isFull) stopUpstream(this, 'stopped');
      callback();
      return;
    }
    try {
      const { text, failure } = this.#textOf(page);
      const lines = linesWith(text, this.#left);
      const done = this.bounded(callback);
      this.#writeLines(text, 0, lines, (error) => {
        if (!error && !this.#isBroken && lines === page.length) this.#pages += 1;
        if (!error && !this.#isBroken && lines === page.length) page.acknowledge({});
        done(error ?? failure?.());
        if (!error && !this.#isForeign) page.release();
        if (this.destroyed) this.#release();
      });
    } catch (error) {
      callback(error as Error);
    }
  }

  protected override late(): SinkError {
    return lateError({
      target: this.#target,
      drainTimeoutMs: this.#drainTimeoutMs,
      reason: 'nobody read from it',
      state: `It took ${countRecords(this.#records)} whole.`,
      advice: 'See that its reader goes on',
      recordsWritten: this.#records,
      undelivered: this.undelivered(this.#records - this.#recordsBefore),
    });
  }

  /** What is written of a page, up to the record that cannot be. */
  #textOf(page: Page): { readonly text: PageText; readonly failure?: () => SinkError } {
    if (this.#rows === undefined) return { text: pageText('stdout', page, this.#format === 'pretty_json') };
    pageText('stdout', page, false);
    const text = rowsText(page, this.#rows);
    if (text.ends.length === page.length) return { text };
    const { sequence } = page.frame(text.ends.length);
    const message =
      `The record of frame ${sequence} is no object, so it has no columns for \`format: ${this.#format}\`. ` +
      'Wrap it by `envelope: true`, or write `json_lines`.';
    return { text, failure: () => new SinkError(message, { target: this.#target, recordsWritten: this.#records }) };
  }

  /** Writes lines of a text, at once or one by one. */
  #writeLines(text: PageText, from: number, to: number, done: (error?: Error | null) => void): void {
    if (from === to || this.#isBroken) {
      if (this.isFull) stopUpstream(this, 'stopped');
      done();
      return;
    }
    const next = this.#isByRecord ? from + 1 : to;
    const lines = text.bytes.subarray(from === 0 ? 0 : text.ends[from - 1]! + 1, text.ends[next - 1]! + 1);
    const bytes = this.#isTerminal ? Buffer.from(visibleJson(lines.toString())) : lines;
    this.#isWriting = true;
    this.#stream.write(bytes, (error) => {
      this.#isWriting = false;
      if (error) {
        this.#hasWriteFailed = true;
        done(this.#fail(error));
        return;
      }
      const records = text.recordsAmong(next) - text.recordsAmong(from);
      this.#records += records;
      this.#left -= records;
      this.#bytes += bytes.length;
      this.#writeLines(text, next, to, done);
    });
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
    const { code = '' } = error as NodeJS.ErrnoException;
    const isReaderGone = READER_GONE.has(code) || (this.#isTerminal && code === 'EIO');
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

/** How many of the first lines hold so many records, or all that there are. */
function linesWith(text: PageText, records: number): number {
  const { length } = text.ends;
  if (text.recordsAmong() <= records) return length;
  let lines = records;
  while (text.recordsAmong(lines) < records) lines += 1;
  return lines;
}

/** Windows says EOF where others say EPIPE; a terminal that was closed says EIO. */
const READER_GONE = new Set(['EPIPE', 'EOF']);
