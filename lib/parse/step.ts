import type { Frame } from '../connect/frame.js';
import { ParseError } from '../errors.js';
import { Rejects } from '../internal/rejects.js';
import { JsonCheck } from '../json/check.js';
import { ElementReader } from '../json/elements.js';
import { stringText } from '../json/serialise.js';
import type { DeadLetter } from './dead-letter.js';
import { Message } from './message.js';
import type { ResolvedParseOptions } from './options.js';

/** Frame in, message out: the parse stage without its stream. */
export class ParseStep {
  /** Whether a frame gives at most one message, so that {@link one} serves; else {@link many} does. */
  readonly isSingle: boolean;
  readonly #options: ResolvedParseOptions;
  readonly #rejects: Rejects<DeadLetter>;
  readonly #check: JsonCheck;

  /** @param check one that the step before may have put to a frame already */
  constructor(options: ResolvedParseOptions, check: JsonCheck = new JsonCheck()) {
    this.#check = check;
    this.#options = options;
    this.#rejects = new Rejects(options);
    this.isSingle = options.split === 'none' && options.recordsPath === undefined;
  }

  /** How many frames, lines or elements were refused and dropped or diverted. */
  get skipped(): number {
    return this.#rejects.count;
  }

  /**
   * The frame's one message, or `undefined` when it was refused and that is not fatal.
   *
   * @throws {ParseError} with `onError: 'fail'`
   */
  one(frame: Frame): Message | undefined {
    if (frame.gap !== undefined) return this.#gapMessage(frame);
    return frame.notInflated === undefined ? this.#parse(frame, 0, frame.data.length) : this.#rejectWhole(frame);
  }

  /**
   * The frame's messages, one at a time.
   *
   * @throws {ParseError} with `onError: 'fail'`, after the messages before it
   */
  many(frame: Frame): Generator<Message>;
  /** The same, with an `undefined` after each line that was refused: there a dead letter can be waited for. */
  many(frame: Frame, tellsRefusals: boolean): Generator<Message | undefined>;
  *many(frame: Frame, tellsRefusals = false): Generator<Message | undefined> {
    const { data } = frame;
    const { split, recordsPath } = this.#options;
    if (frame.gap !== undefined) {
      yield this.#gapMessage(frame);
      return;
    }
    if (frame.notInflated !== undefined) {
      this.#rejectWhole(frame);
      if (tellsRefusals) yield undefined;
      return;
    }
    if (split === 'none') {
      yield* this.#elements(frame, 0, data.length);
      return;
    }
    for (let start = 0; start < data.length; ) {
      const lineFeed = data.indexOf(LF, start);
      const next = lineFeed === -1 ? data.length : lineFeed + 1;
      const end = trimLineEnd(data, start, next);
      if (!isBlank(data, start, end)) {
        const before = this.skipped;
        // `yield*` for a single message costs more than all the rest of it on Node 24.
        const message = recordsPath === undefined ? this.#parse(frame, start, end) : undefined;
        if (message !== undefined) yield message;
        else if (recordsPath !== undefined) yield* this.#elements(frame, start, end);
        if (tellsRefusals && this.skipped > before) yield undefined;
      }
      start = next;
    }
  }

  #gapMessage(frame: Frame): Message {
    return new Message(frame, frame.data, 0, frame.data.length, false, this.#options.bigIntegers);
  }

  *#elements(frame: Frame, start: number, end: number): Generator<Message> {
    const { recordsPath, bigIntegers } = this.#options;
    const message = this.#parse(frame, start, end);
    if (message === undefined) return;
    if (recordsPath === undefined) {
      yield message;
      return;
    }
    const { hasLineBreaks } = this.#check;
    const elements = new ElementReader(recordsPath);
    if (!elements.open(frame.data, this.#check.start, this.#check.end)) {
      this.#reject(
        frame,
        start,
        end,
        start,
        `there is no array at ${JSON.stringify(recordsPath.text)}, where \`records_path\` (recordsPath) looks for one,`,
      );
      return;
    }
    while (elements.next()) {
      yield new Message(frame, frame.data, elements.start, elements.end, hasLineBreaks, bigIntegers);
    }
  }

  #parse(frame: Frame, start: number, end: number): Message | undefined {
    const { format, bigIntegers } = this.#options;
    if (format === 'json') {
      const check = this.#check;
      if (check.checkNext(frame.data, start, end)) {
        return new Message(frame, frame.data, check.start, check.end, check.hasLineBreaks, bigIntegers);
      }
      this.#reject(frame, start, end, check.errorOffset, check.reason);
      return undefined;
    }
    const text =
      format === 'raw_string'
        ? stringText(frame.data.toString('utf8', start, end))
        : Buffer.from(`"${frame.data.toString('base64', start, end)}"`, 'latin1');
    return new Message(frame, text, 0, text.length, false, bigIntegers);
  }

  #rejectWhole(frame: Frame): undefined {
    this.#reject(frame, 0, frame.data.length, 0, frame.notInflated as string);
  }

  #reject(frame: Frame, start: number, end: number, offset: number, reason: string): void {
    const { sequence, connection, receivedAt, url } = frame;
    const excerpt = frame.data.toString('utf8', Math.max(start, offset - EXCERPT), Math.min(end, offset + EXCERPT));
    const error = new ParseError({ reason, offset, sequence, connection, excerpt });
    const data = Buffer.from(frame.data.subarray(start, end));
    this.#rejects.handle({ data, error, offset, sequence, receivedAt, connection, url });
  }
}

/** Where the line from `start` ends without its LF or CR LF; `next` is where the next line starts. */
function trimLineEnd(data: Buffer, start: number, next: number): number {
  let end = next;
  if (end > start && data[end - 1] === LF) end -= 1;
  if (end > start && data[end - 1] === CR) end -= 1;
  return end;
}

function isBlank(data: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (data[i] !== 0x20 && data[i] !== 0x09 && data[i] !== CR) return false;
  }
  return true;
}

const LF = 0x0a;
const CR = 0x0d;
const EXCERPT = 20;
