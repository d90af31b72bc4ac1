import { type ConfigError, optionError } from '../errors.js';
import type { Frame } from '../frame/frame.js';
import { type Inspect, inspectCustom, shownText } from '../internal/inspect.js';
import { describe } from '../internal/options.js';
import { blankLineBreaks } from '../json/line-breaks.js';
import { serialise } from '../json/serialise.js';
import { type BigIntegers, parseBytes } from '../json/values.js';

/** All of a frame but its bytes. */
export type FrameFacts = Omit<Frame, 'data'>;

/**
 * One record's worth of a frame that passed parsing: its JSON text, as a range of bytes, and when somebody asks, its
 * value. Making one neither copies nor decodes anything.
 *
 * @typeParam T what its value is known to be
 */
export class Message<T = unknown> {
  /** Which frame it came in. */
  readonly frame: FrameFacts;
  /** The bytes that hold the text from `start` to `end`. */
  protected readonly bytes: Buffer;
  protected readonly start: number;
  protected readonly end: number;
  /** Whether raw CR or LF stand between the tokens, which would break a line. */
  protected readonly hasLineBreaks: boolean;
  /** How integers past 2^53 appear in values. */
  readonly bigIntegers: BigIntegers;
  private cached: T | typeof NOT_BUILT = NOT_BUILT;

  protected constructor(
    frame: FrameFacts,
    bytes: Buffer,
    start: number,
    end: number,
    hasLineBreaks: boolean,
    bigIntegers: BigIntegers,
  ) {
    this.frame = frame;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.hasLineBreaks = hasLineBreaks;
    this.bigIntegers = bigIntegers;
  }

  /** @internal A message of the JSON text in bytes[start, end). */
  static of<T>(
    frame: FrameFacts,
    bytes: Buffer,
    start: number,
    end: number,
    hasLineBreaks: boolean,
    bigIntegers: BigIntegers,
  ): Message<T> {
    return new Message<T>(frame, bytes, start, end, hasLineBreaks, bigIntegers);
  }

  /** Whether it is no record but a gap at its place between them: stages pass it on as it is. */
  get isGap(): boolean {
    return this.frame.gap !== undefined;
  }

  /** The length of the text in bytes. */
  get byteLength(): number {
    return this.end - this.start;
  }

  /** The JSON text as it arrived: a view, not a copy. */
  get text(): Buffer {
    return this.bytes.subarray(this.start, this.end);
  }

  /** The value, parsed from the text when it is first asked for. */
  get value(): T {
    if (this.cached === NOT_BUILT) this.cached = this.build();
    return this.cached;
  }

  /**
   * The same record with another value, whose text is made anew.
   *
   * @throws {TypeError} when JSON cannot hold the value, or would write something else than it holds: a promise, bytes, a Map
   */
  withValue<U>(value: U): Message<U> {
    const text = serialise(value);
    return new Message<U>(this.frame, text, 0, text.length, false, this.bigIntegers);
  }

  /** @internal The same record with another JSON text, in which raw line breaks may stand between tokens. */
  withText<U>(text: Buffer): Message<U> {
    return new Message<U>(this.frame, text, 0, text.length, true, this.bigIntegers);
  }

  /** @internal The same record, behind which a server is to go on from there. */
  behind(cursor: FrameFacts['cursor']): Message<T> {
    return new Message<T>(
      factsBehind(this.frame, cursor),
      this.bytes,
      this.start,
      this.end,
      this.hasLineBreaks,
      this.bigIntegers,
    );
  }

  /**
   * @internal The same record apart from the chunk that it came in, which it would otherwise keep in memory: with a copy of the text,
   * and of the frame's facts alone.
   *
   * @param spare one that this made, and that nobody has any more: its memory is used again
   */
  detached(spare?: Message): Message {
    const size = this.byteLength;
    const fits = spare !== undefined && spare.bytes.length >= size && spare.bytes.length <= size * 2;
    // Not out of Node's pool, which a copy would keep, too.
    const copy = fits ? spare.bytes : Buffer.allocUnsafeSlow(size);
    const { isBinary, receivedAt, url, connection, sequence, cursor } = this.frame;
    const frame = { isBinary, receivedAt, url, connection, sequence, ...(cursor && { cursor }) };
    return new Message(frame, copy, 0, this.copyTo(copy, 0), false, this.bigIntegers);
  }

  /**
   * Writes the text into `target` at `offset`, on one line: a raw line break between tokens becomes a space.
   * Returns the offset behind it. There must be room for {@link byteLength} bytes.
   */
  copyTo(target: Buffer, offset: number): number {
    return copyText(this.bytes, this.start, this.end, this.hasLineBreaks, target, offset);
  }

  /** The value: a message inside of what is written as JSON stands for it. */
  toJSON(): T {
    return this.value;
  }

  /** @internal `console.log(message)` shows its text and its frame's facts, and builds no value. */
  [inspectCustom](_depth: number, options: object, inspect: Inspect): string {
    // It may be the frame itself.
    const { data: _data, ...frame } = this.frame as Frame;
    return `Message ${inspect({ text: shownText(this.text), frame }, options)}`;
  }

  protected build(): T {
    return parseBytes(this.bytes, this.start, this.end, this.bigIntegers) as T;
  }
}

/** The facts of a frame, with another cursor, or none. */
export function factsBehind({ cursor: _, ...facts }: FrameFacts, cursor: FrameFacts['cursor']): FrameFacts {
  return cursor === undefined ? facts : { ...facts, cursor };
}

/** Writes the JSON text in bytes[start, end) into `target` at `offset`, on one line. Returns the offset behind it. */
export function copyText(
  bytes: Buffer,
  start: number,
  end: number,
  hasLineBreaks: boolean,
  target: Buffer,
  offset: number,
): number {
  // `set` is the faster of the two, when no view of a part has to be made for it.
  if (end - start === bytes.length) target.set(bytes, offset);
  else bytes.copy(target, offset, start, end);
  const copyEnd = offset + end - start;
  if (hasLineBreaks) blankLineBreaks(target, offset, copyEnd);
  return copyEnd;
}

/** What a stage says when it gets something else than a message from the stream before it. */
export function notAMessage(stage: string, chunk: unknown): ConfigError {
  return optionError(
    stage,
    `Expected messages from the stream before it, as parse() makes them, got ${describe(chunk)}.`,
  );
}

const NOT_BUILT: unique symbol = Symbol('not built');
