import { PARSE_ADVICE, ParseError } from '../errors.js';
import type { Frame } from '../frame/frame.js';
import { Rejects } from '../internal/rejects.js';
import { inNamesOf } from '../internal/surface.js';
import { JsonCheck } from '../json/check.js';
import { ElementReader } from '../json/elements.js';
import { offsetOfBadUtf8 } from '../json/utf8.js';
import type { DeadLetter } from './dead-letter.js';
import { type Decode, decodeFrame } from './decode.js';
import { MESSAGE_FORMATS, type MessageFormat } from './formats.js';
import { hintFor, hintForNotInflated } from './look/hint.js';
import { lookAt } from './look/look.js';
import { factsBehind, Message } from './message.js';
import type { ResolvedParseOptions } from './options.js';
import { PieceReader } from './pieces.js';

/** Frame in, message out: the parse stage without its stream. */
export class ParseStep {
  /** Whether a frame gives at most one message, so that {@link one} serves; else {@link many} does. */
  readonly isSingle: boolean;
  readonly #options: ResolvedParseOptions;
  readonly #format: MessageFormat;
  readonly #rejects: Rejects<DeadLetter>;
  readonly #check: JsonCheck;
  /** Of the newest message. */
  /** Of the frame before, where frames hold many records. */
  #cursorBefore: Frame['cursor'];
  #hasLineBreaks = false;
  readonly #advice: string;
  #isDone = false;

  /** @param check one that the step before may have put to a frame already */
  constructor(options: ResolvedParseOptions, check: JsonCheck = new JsonCheck()) {
    this.#check = check;
    this.#options = options;
    this.#format = MESSAGE_FORMATS[options.format];
    this.#rejects = new Rejects(options);
    this.#advice = inNamesOf(options.surface, PARSE_ADVICE);
    this.isSingle = options.split === 'none' && options.recordsPath === undefined;
  }

  /** Whether the last record was there: no other follows. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** How many frames, pieces of them or elements were refused and dropped or diverted. */
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
  /** The same, with an `undefined` after each piece that was refused: there a dead letter can be waited for. */
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
    const pieces = new PieceReader(split);
    pieces.open(data);
    while (!this.#isDone && pieces.next()) {
      const { start, end } = pieces;
      const before = this.skipped;
      // `yield*` for a single message costs more than all the rest of it on Node 24.
      const message = recordsPath === undefined ? this.#parse(frame, start, end) : undefined;
      if (message !== undefined) yield message;
      else if (recordsPath !== undefined) yield* this.#elements(frame, start, end);
      if (tellsRefusals && this.skipped > before) yield undefined;
    }
  }

  #gapMessage(frame: Frame): Message {
    return Message.of(frame, frame.data, 0, frame.data.length, false, this.#options.bigIntegers);
  }

  *#elements(frame: Frame, start: number, end: number): Generator<Message> {
    const { recordsPath, bigIntegers } = this.#options;
    const message = this.#parse(frame, start, end);
    if (message === undefined) return;
    if (recordsPath === undefined) {
      yield message;
      return;
    }
    const hasLineBreaks = this.#hasLineBreaks;
    const { text } = message;
    const elements = new ElementReader(recordsPath);
    if (!elements.open(text, 0, text.length)) {
      this.#reject(
        frame,
        start,
        end,
        start,
        `there is no array at ${JSON.stringify(recordsPath.text)}, where ${this.#names('`records_path`')} looks for one,`,
      );
      return;
    }
    // Where the feed goes on behind this frame counts when all of its records are there: with the next frame's.
    const { cursor } = frame;
    const facts = cursor === undefined ? frame : factsBehind(frame, this.#cursorBefore);
    while (!this.#isDone && elements.next()) {
      this.#look(text, elements.start, elements.end);
      yield Message.of(facts, text, elements.start, elements.end, hasLineBreaks, bigIntegers);
    }
    if (cursor !== undefined) this.#cursorBefore = cursor;
  }

  #parse(frame: Frame, start: number, end: number): Message | undefined {
    const { decode, utf8, recordsPath, bigIntegers } = this.#options;
    if (decode !== undefined) return this.#decode(frame, decode);
    if (this.#format.encode === undefined) {
      const check = this.#check;
      if (check.checkNext(frame.data, start, end)) {
        if (recordsPath === undefined) this.#look(frame.data, check.start, check.end);
        this.#hasLineBreaks = check.hasLineBreaks;
        return Message.of(frame, frame.data, check.start, check.end, check.hasLineBreaks, bigIntegers);
      }
      this.#reject(frame, start, end, check.errorOffset, check.reason);
      return undefined;
    }
    if (utf8 === 'fail') {
      const offset = offsetOfBadUtf8(frame.data, start, end);
      if (offset !== -1) {
        this.#reject(frame, start, end, offset, this.#names(NOT_UTF8), UTF8_HINT);
        return undefined;
      }
    }
    const text = this.#format.encode(frame.data, start, end);
    this.#look(text, 0, text.length);
    return Message.of(frame, text, 0, text.length, false, bigIntegers);
  }

  #decode(frame: Frame, decode: Decode): Message | undefined {
    const { recordsPath, bigIntegers } = this.#options;
    const check = this.#check;
    const decoded = decodeFrame(decode, frame);
    if ('reason' in decoded) return this.#rejectDecoded(frame, decoded.reason, decoded.cause);
    const { text, isChecked } = decoded;
    if (!isChecked && !check.check(text, 0, text.length)) {
      const where = `${check.reason} at byte ${check.errorOffset} of it`;
      return this.#rejectDecoded(frame, `what \`decode\` returned for it is no JSON text: ${where},`);
    }
    const { start, end, hasLineBreaks } = isChecked ? { start: 0, end: text.length, hasLineBreaks: false } : check;
    if (recordsPath === undefined) this.#look(text, start, end);
    this.#hasLineBreaks = hasLineBreaks;
    return Message.of(frame, text, start, end, hasLineBreaks, bigIntegers);
  }

  /** Whether the record there is the last one. */
  #look(bytes: Buffer, start: number, end: number): void {
    if (this.#options.stopWhen?.(bytes, start, end) === true) this.#isDone = true;
  }

  #names(text: string): string {
    return inNamesOf(this.#options.surface, text);
  }

  #rejectWhole(frame: Frame): undefined {
    this.#reject(frame, 0, frame.data.length, 0, frame.notInflated as string);
  }

  #rejectDecoded(frame: Frame, reason: string, cause?: unknown): undefined {
    this.#reject(frame, 0, frame.data.length, 0, reason, DECODE_HINT, cause);
  }

  #reject(
    frame: Frame,
    start: number,
    end: number,
    offset: number,
    reason: string,
    ownHint?: string,
    cause?: unknown,
  ): void {
    const { sequence, connection, receivedAt, url } = frame;
    const excerpt = frame.data.toString('utf8', Math.max(start, offset - EXCERPT), Math.min(end, offset + EXCERPT));
    const data = Buffer.from(frame.data.subarray(start, end));
    const hint = this.#options.onError === 'fail' ? (ownHint ?? hintOf(frame, data)) : undefined;
    const error = new ParseError({
      ...{ reason, offset, sequence, connection, excerpt, cause, advice: this.#advice },
      hint: hint && this.#names(hint),
    });
    const letterOffset = this.#options.decode === undefined ? offset : undefined;
    this.#rejects.handle({ data, error, offset: letterOffset, sequence, receivedAt, connection, url });
  }
}

/** What somebody whose run ends by it is to set. For each of many frames that are dropped it would take too long. */
function hintOf({ notInflated }: Frame, data: Buffer): string | undefined {
  return notInflated === undefined ? hintFor(lookAt(data)) : hintForNotInflated(lookAt(data));
}

const EXCERPT = 20;
const NOT_UTF8 = 'it is not UTF-8, as `utf8: fail` asks for,';
const UTF8_HINT =
  'Set `utf8: replace` to have such bytes replaced, `message_format: binary` to keep them, or `on_parse_error: skip` to count and drop such frames.';
const DECODE_HINT =
  'Set `on_parse_error: skip` to count and drop such frames; `cause` is what `decode` failed with, if it did.';
