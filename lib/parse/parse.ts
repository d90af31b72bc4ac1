import type { TransformCallback } from 'node:stream';
import { optionError } from '../errors.js';
import type { Frame } from '../frame/frame.js';
import { failAfterDelivery, stopUpstream, trackPipes } from '../internal/chain.js';
import { DeadLetterGate } from '../internal/dead-letter-gate.js';
import { describe } from '../internal/options.js';
import { TypedTransform } from '../internal/typed-streams.js';
import type { Message } from './message.js';
import { type ParseOptions, type ResolvedParseOptions, resolveParseOptions } from './options.js';
import { ParseStep } from './step.js';

/**
 * The stage from {@link Frame}s to {@link Message}s. It checks the bytes and builds no value. Strings and Buffers are
 * taken for frames too, so that lines of a file can be parsed.
 *
 * Errors: `ERR_PARSE`, with `onError: 'fail'`, after every message before it was delivered.
 *
 * @typeParam T what you know of the records, and nothing checks. What `validate()` makes of its schema is checked
 * @throws {ConfigError} when an option is not valid
 * @example
 * ```ts
 * await pipeline(new WebSocketReadable(url), parse({ onError: 'skip' }), batch(), jsonlFile('trades.jsonl'));
 * ```
 */
export function parse<T = unknown>(options: ParseOptions = {}): ParseTransform<T> {
  return new ParseTransform<T>(resolveParseOptions(options));
}

/** What {@link parse} returns. */
export class ParseTransform<T = unknown> extends TypedTransform<Frame | Buffer | string, Message<T>> {
  readonly #options: ResolvedParseOptions;
  readonly #step: ParseStep;
  readonly #gate: DeadLetterGate | undefined;
  /** The messages of the frame at hand that are still to be pushed, and whom to call when they are. */
  #rest: { messages: Iterator<Message | undefined>; callback: TransformCallback } | undefined;
  /** Takes the next frame, once a message is read. */
  #onRoom: TransformCallback | undefined;
  /** How many messages waited to be read when the frame at hand came. */
  #waiting = 0;
  #waitsForDeadLetter = false;
  #taken = 0;

  /** @internal */
  constructor(options: ResolvedParseOptions) {
    super({ objectMode: true, highWaterMark: HIGH_WATER_MARK });
    this.#options = options;
    this.#step = new ParseStep(options);
    this.#gate = options.deadLetter === undefined ? undefined : new DeadLetterGate(options.deadLetter, this);
    trackPipes(this);
  }

  /** How many frames, lines or elements were refused and dropped or diverted. */
  get skipped(): number {
    return this.#step.skipped;
  }

  // In place of `_transform`: that of a Transform makes a function for each item.
  override _write(chunk: Frame | Buffer | string, _encoding: string, callback: TransformCallback): void {
    if (this.#step.isDone) {
      callback();
      return;
    }
    this.#waiting = this.readableLength;
    try {
      const frame = this.#frame(chunk);
      if (this.#step.isSingle) {
        const message = this.#step.one(frame);
        if (message !== undefined) this.push(message);
        this.#done(callback);
      } else {
        this.#rest = { messages: this.#step.many(frame, this.#gate !== undefined), callback };
        this.#pump();
      }
    } catch (error) {
      // The callback is not called any more: nothing further is taken in.
      failAfterDelivery(this, error as Error);
    }
  }

  override _read(): void {
    this.#pump();
    // Also when the pump has just come to the end of its frame: while the buffer is full, the frame's callback is kept for the next
    // _read, and there is none, since this one has pushed nothing.
    if (this.#rest !== undefined) return;
    const callback = this.#onRoom;
    this.#onRoom = undefined;
    callback?.();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#rest = undefined;
    super._destroy(error, callback);
  }

  /** Pushes the messages of one frame while there is room; `_read` calls it again, and so does a dead letter's room. */
  #pump(): void {
    const rest = this.#rest;
    if (rest === undefined || this.#waitsForDeadLetter) return;
    try {
      for (let next = rest.messages.next(); ; next = rest.messages.next()) {
        if (next.done === true) break;
        if (next.value === undefined ? !this.#hasRoomForLetters() : !this.push(next.value)) return;
        if (this.#rest !== rest) return;
      }
      this.#rest = undefined;
      this.#done(rest.callback);
    } catch (error) {
      this.#rest = undefined;
      failAfterDelivery(this, error as Error);
    }
  }

  /** Whether the next line may be refused now; if not, the pump goes on when it may. */
  #hasRoomForLetters(): boolean {
    let isNow = true;
    this.#waitsForDeadLetter = true;
    this.#gate?.whenRoom(() => {
      this.#waitsForDeadLetter = false;
      if (!isNow) this.#pump();
    });
    isNow = false;
    return !this.#waitsForDeadLetter;
  }

  #done(callback: TransformCallback): void {
    if (this.#step.isDone) stopUpstream(this, 'stop_when');
    if (this.#gate === undefined) this.#goIfRoom(callback);
    else this.#gate.whenRoom(() => this.#goIfRoom(callback));
  }

  #goIfRoom(callback: TransformCallback): void {
    const waiting = this.readableLength;
    // Node may have asked already for what comes next, and asks no second time before it has got that.
    if (waiting === this.#waiting || waiting < HIGH_WATER_MARK || this.writableEnded) callback();
    else this.#onRoom = callback;
  }

  #frame(chunk: Frame | Buffer | string): Frame {
    if (Buffer.isBuffer((chunk as Partial<Frame> | undefined)?.data)) return chunk as Frame;
    const isText = typeof chunk === 'string';
    if (!isText && !Buffer.isBuffer(chunk)) {
      throw optionError(
        'parse',
        `Expected frames, Buffers or strings from the stream before it, got ${describe(chunk)}.`,
      );
    }
    const data = isText ? Buffer.from(chunk) : chunk;
    const receivedAt = this.#options.clock.now();
    return { data, isBinary: !isText, receivedAt, url: '', connection: 0, sequence: this.#taken++ };
  }
}

const HIGH_WATER_MARK = 64;
