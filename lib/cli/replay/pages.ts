import { open } from 'node:fs/promises';
import { contentOf } from '../../audit/content-of.js';
import { LineCutter } from '../../audit/line-cutter.js';
import type { Page } from '../../batch/page.js';
import type { BatchStep } from '../../batch/step.js';
import { InputError } from '../../errors.js';
import type { Clock } from '../../internal/clock.js';
import { sleep } from '../../internal/sleep.js';
import type { Input } from './inputs.js';
import type { Taker, Untakeable } from './taker.js';

/** How inputs become pages. */
export interface PagesOptions {
  readonly batch: BatchStep;
  /** Pages that went out since they were asked for. */
  readonly out: Page[];
  takerOf(input: Input): Taker;
  /** How many lines an earlier replay has stored. */
  readonly skip: number;
  /** How many times as fast as recorded; at full speed without. */
  readonly speed: number | undefined;
  readonly clock: Clock;
  /** Aborted when no more is to be read. */
  readonly stopping: AbortSignal;
  /** Before the pages that came of a chunk of lines go out. @default they go out at once */
  readonly beforePages?: (() => Promise<void>) | undefined;
  onRead(input: Input, bytes: number): void;
  /** All is read, or no more is to be: how many lines were dealt with, with those that were left out. */
  onEnd(lines: number): void;
  /** A file cannot be read, or a line is not what it should be. */
  onFailed(error: unknown): void;
  /** A file ends in the middle, as one does that is still written to. */
  onTorn(error: InputError): void;
}

/**
 * The pages of files, one after another. It fails for nothing: a stream that fails drops what it holds. What is wrong is told by
 * `onFailed`, and is the end.
 */
export async function* pagesOf(inputs: readonly Input[], options: PagesOptions): AsyncGenerator<Page, void, void> {
  const { batch, out, stopping } = options;
  const pace = new Pace(options);
  let sequence = 0;
  try {
    reading: for (const input of inputs) {
      const taker = options.takerOf(input);
      for await (const lines of linesOf(input, options)) {
        for (const line of lines) {
          if (stopping.aborted) break reading;
          if (sequence < options.skip) {
            sequence += 1;
            continue;
          }
          const waitMs = pace.waitFor(taker, line);
          if (waitMs > 0) {
            push(out, batch.flush());
            yield* out.splice(0);
            await sleep(options.clock, waitMs, stopping);
            if (stopping.aborted) break reading;
          }
          const refused = taker.take(line.bytes, line.start, line.end, sequence);
          if (refused !== undefined) throw cannotTake(input, line, refused);
          sequence += 1;
        }
        await options.beforePages?.();
        yield* out.splice(0);
      }
    }
  } catch (error) {
    options.onFailed(error);
  }
  push(out, batch.flush());
  yield* out.splice(0);
  options.onEnd(sequence);
}

/** A line of a chunk: its bytes change when the next lines are asked for. */
interface Line {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** From 1 on. */
  readonly number: number;
}

/** The lines of a file that are not empty, those of a chunk together. */
async function* linesOf(input: Input, { onRead, onTorn }: PagesOptions): AsyncGenerator<readonly Line[], void, void> {
  const { path, size } = input;
  const lines: Line[] = [];
  let number = 0;
  let isTooLong = false;
  const cutter = new LineCutter({
    line(bytes, start, end, isInChunk) {
      number += 1;
      if (end - start === 0 || (end - start === 1 && bytes[start] === CR)) return;
      const at = number === 1 && bytes.subarray(start, start + MARK.length).equals(MARK) ? start + MARK.length : start;
      // What was held is held no more when the next line begins.
      if (isInChunk) lines.push({ bytes, start: at, end, number });
      else lines.push({ bytes: Buffer.from(bytes.subarray(at, end)), start: 0, end: end - at, number });
    },
    tooLong() {
      number += 1;
      isTooLong = true;
    },
  });
  const handle = await open(path);
  try {
    const content = contentOf({ path, handle, size }, (bytes) => onRead(input, bytes));
    for (;;) {
      const { done, value } = await content.next();
      if (done === true) {
        const { bytes } = cutter.takeRest();
        const isWhole = bytes.length > 0 && !value.isTorn && isJson(bytes);
        if (isWhole) yield [{ bytes, start: 0, end: bytes.length, number: number + 1 }];
        else if (value.isTorn || bytes.length > 0) onTorn(torn(path, number + 1));
        return;
      }
      if (!Buffer.isBuffer(value))
        throw new InputError(`${value.problem}. \`spillway repair\` saves what can be read.`, {
          file: path,
          reason: 'invalid',
          line: number + 1,
        });
      cutter.push(value);
      yield lines;
      lines.length = 0;
      if (isTooLong)
        throw new InputError('The line has more than 256 MiB.', { file: path, reason: 'invalid', line: number });
    }
  } finally {
    await handle.close();
  }
}

/** When a line is due, as recorded. */
class Pace {
  readonly #speed: number | undefined;
  readonly #clock: Clock;
  #startedAt = 0;
  #firstAt: number | undefined;

  constructor({ speed, clock }: PagesOptions) {
    this.#speed = speed;
    this.#clock = clock;
  }

  /** How long to wait for it, in milliseconds. */
  waitFor(taker: Taker, { bytes, start, end }: Line): number {
    if (this.#speed === undefined) return 0;
    const time = taker.timeOf(bytes, start, end);
    if (time === undefined) return 0;
    const now = this.#clock.monotonic();
    if (this.#firstAt === undefined) {
      this.#firstAt = time;
      this.#startedAt = now;
    }
    return this.#startedAt + (time - this.#firstAt) / this.#speed - now;
  }
}

function push(out: Page[], page: Page | undefined): void {
  if (page !== undefined) out.push(page);
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

function torn(file: string, line: number): InputError {
  return new InputError('It ends in the middle: what stands before that is replayed.', { file, reason: 'torn', line });
}

function cannotTake({ path: file }: Input, { number: line }: Line, { reason, column }: Untakeable): InputError {
  const message = `The line cannot be replayed: ${reason}. What stood before it is stored. \`spillway repair\` takes such lines out.`;
  return new InputError(message, { file, reason: 'invalid', line, column });
}

const CR = 0x0d;
const MARK = Buffer.from('\ufeff');
