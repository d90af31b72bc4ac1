import { type GapLine, GapLineReader } from '../../audit/gap-line.js';
import type { Page } from '../../batch/page.js';
import type { BatchStep } from '../../batch/step.js';
import type { Gap, GapCause } from '../../frame/gap.js';
import { JsonCheck } from '../../json/check.js';
import { FieldReader, scalarAt } from '../../json/field.js';
import { readLetter } from '../../parse/dead-letter-line.js';
import type { Again } from '../../source/again.js';
import type { Input } from './inputs.js';

/** What becomes of a line. */
export interface Taker {
  /** When the record in bytes[start, end) came, in epoch milliseconds, where it says so. */
  timeOf(bytes: Buffer, start: number, end: number): number | undefined;
  /**
   * Has the line's records go into pages. The page that goes out by it, if one does, is given to `push`.
   *
   * @param sequence what its frame is numbered
   * @returns why it cannot be taken, when it is not what it should be
   */
  take(bytes: Buffer, start: number, end: number, sequence: number): Untakeable | undefined;
}

/** Why a line cannot be taken: a clause, and the byte of it, from 1 on. */
export interface Untakeable {
  readonly reason: string;
  readonly column: number;
}

/** Records of captured files, as they stand there. */
export class RecordTaker implements Taker {
  readonly #check = new JsonCheck();
  readonly #data: FieldReader | undefined;
  readonly #receivedAt = new FieldReader('received_at');
  readonly #gapLines = new GapLineReader();
  readonly #input: Input;
  readonly #batch: BatchStep;
  readonly #push: (page: Page | undefined) => void;
  readonly #now: () => number;

  /** @param isUnwrapped whether what is in the envelope is the record */
  constructor(
    input: Input,
    {
      batch,
      push,
      now,
      isUnwrapped,
    }: { batch: BatchStep; push: (page: Page | undefined) => void; now: () => number; isUnwrapped: boolean },
  ) {
    this.#input = input;
    this.#batch = batch;
    this.#push = push;
    this.#now = now;
    this.#data = isUnwrapped ? new FieldReader('data') : undefined;
  }

  timeOf(bytes: Buffer, start: number, end: number): number | undefined {
    if (!this.#input.isEnveloped || !this.#receivedAt.find(bytes, start, end)) return undefined;
    const time = scalarAt(bytes, this.#receivedAt.start, this.#receivedAt.end);
    // What is no time is the business of who wrote it, and no name of a file can be made of it.
    return typeof time === 'number' && time >= 0 && time <= LATEST ? Math.round(time) : undefined;
  }

  take(bytes: Buffer, start: number, end: number, sequence: number): Untakeable | undefined {
    const check = this.#check;
    if (!check.check(bytes, start, end)) return { reason: check.reason, column: check.errorOffset - start + 1 };
    const receivedAt = this.timeOf(bytes, start, end) ?? this.#now();
    const told = this.#gapLines.read(bytes, start, end);
    const gap = told && { gap: gapOf(told) };
    const frame = { isBinary: false, receivedAt, url: this.#input.path, connection: 0, sequence, ...gap };
    const data = this.#data;
    // A gap line among envelopes is none.
    const range =
      data?.find(bytes, start, end) === true ? { start: data.start, end: data.end, hasLineBreaks: true } : check;
    this.#push(this.#batch.addText(frame, bytes, range, 'number'));
    return undefined;
  }
}

/** A gap that a line tells is one again: sinks, and the manifest of files, count no record for it. */
function gapOf({ cause, from, to, after, before, dropped, durationMs, missing }: GapLine): Gap {
  return {
    ...{ cause: cause as GapCause, feed: undefined, connection: 0, code: undefined },
    from: { at: from ?? 0, monotonic: 0 },
    to: { at: to ?? 0, monotonic: 0 },
    durationMs: durationMs ?? 0,
    afterSequence: after ?? undefined,
    beforeSequence: before ?? undefined,
    ...{ dropped, missing, key: undefined },
  };
}

/** Dead letters, which go through the stages of their pipeline again. */
export class LetterTaker implements Taker {
  /** Letters that cannot be put through. */
  lost = 0;
  readonly #replays: Replays;
  readonly #again: Again;
  readonly #batch: BatchStep;
  readonly #push: (page: Page | undefined) => void;

  constructor(again: Again, batch: BatchStep, push: (page: Page | undefined) => void, replays = new Replays()) {
    this.#replays = replays;
    this.#again = again;
    this.#batch = batch;
    this.#push = push;
  }

  timeOf(bytes: Buffer, start: number, end: number): number | undefined {
    return readLetter(bytes.subarray(start, end))?.receivedAt;
  }

  take(bytes: Buffer, start: number, end: number, sequence: number): Untakeable | undefined {
    const letter = readLetter(bytes.subarray(start, end));
    if (letter === undefined) return { reason: 'it is no dead letter', column: 1 };
    const messages = this.#again.take(letter, sequence);
    if (messages === undefined) this.lost += 1;
    else if (messages.length > 0) this.#replays.note(sequence, letter.replayCount + 1);
    for (const message of messages ?? []) this.#push(this.#batch.add(message));
    return undefined;
  }
}

/** How often letters were replayed whose records are on their way to a sink, which may refuse them yet: by the numbers of their frames. */
export class Replays {
  readonly #counts = new Map<number, number>();

  note(sequence: number, count: number): void {
    this.#counts.set(sequence, count);
    if (this.#counts.size <= MOST_UNDER_WAY) return;
    const [oldest] = this.#counts.keys();
    this.#counts.delete(oldest as number);
  }

  of(sequence: number): number {
    return this.#counts.get(sequence) ?? 0;
  }
}

/** The last millisecond that a `Date` can hold. */
const LATEST = 8.64e15;
/** More are never on their way: no sink holds so many records. */
const MOST_UNDER_WAY = 1_000_000;
