import { finished, Readable } from 'node:stream';
import { MergeError, optionError } from '../errors.js';
import type { Frame } from '../frame/frame.js';
import { abortError } from '../internal/abort.js';
import { failAfterDelivery, stopRun, stopUpstream, tellRunEnding, trackPipes } from '../internal/chain.js';
import type { TimerHandle } from '../internal/clock.js';
import { describe, isFunction } from '../internal/options.js';
import type { ReadableOf } from '../internal/typed-streams.js';
import type { Message } from '../parse/message.js';
import { type MergeOptions, type ResolvedMergeOptions, resolveMergeOptions } from './options.js';
import { type MergeInputStats, MergeStep } from './step.js';
import { compileTimeOf, type TimeOf } from './time-of.js';

/** A snapshot of what a merge counts. */
export interface MergeStats extends MergeInputStats {
  /** The same of each input, in the order in which they were given. */
  readonly inputs: readonly MergeInputStats[];
}

/**
 * Many feeds as one, in the order of time: a Readable of the frames or messages of all `inputs`. Each input keeps its own order, gaps
 * their places in it. An item waits for earlier ones of the other inputs, but no longer than `maxSkewMs`, and for nobody where
 * `maxItems` of one input wait; what comes too late for its place goes on at once, and is counted. A slow consumer holds every input.
 *
 * It begins to read when somebody reads from it, and ends when all inputs have. When one fails, the others are stopped, what all of
 * them had received is delivered, and then it fails with `ERR_MERGE`; with an AbortError where that was the failure.
 *
 * @param inputs At least one Readable of frames, as `WebSocketReadable` is, or of messages; of anything where `by` is a function. Nobody
 *   else reads from them. For messages use `frames.compose(parse())`, since `pipe()` does not tell of errors.
 * @throws {ConfigError} when an input or an option is not valid
 * @example
 * ```ts
 * const feed = merge([new WebSocketReadable(one), new WebSocketReadable(another)], { maxSkewMs: 200 });
 * await pipeline(feed, parse(), batch(), jsonlFile('trades.jsonl'));
 * ```
 */
export function merge<T = Frame | Message>(
  inputs: readonly (ReadableOf<T> | Readable)[],
  options: MergeOptions<T> = {},
): MergeReadable<T> {
  const resolved = resolveMergeOptions(options);
  checkInputs(inputs);
  return new MergeReadable<T>([...inputs], resolved, compileTimeOf(resolved.by));
}

/** A Readable of which it is known what it gives. */
const TypedReadable = Readable as unknown as new <T>(
  ...options: ConstructorParameters<typeof Readable>
) => ReadableOf<T>;

/** What {@link merge} returns. */
export class MergeReadable<T = Frame | Message> extends TypedReadable<T> {
  readonly #inputs: readonly Readable[];
  readonly #options: ResolvedMergeOptions;
  readonly #timeOf: TimeOf;
  readonly #step: MergeStep;
  readonly #onAbort = (): void => this.#fail(abortError(this.#options.signal as AbortSignal));
  #isStarted = false;
  #isStopped = false;
  /** Whether an item came that has no time. */
  #isBroken = false;
  #isConcluded = false;
  #isPumping = false;
  /** Whether the consumer takes more. */
  #hasRoom = false;
  #failure: Error | undefined;
  #timer: TimerHandle | undefined;

  /** @internal */
  constructor(inputs: readonly Readable[], options: ResolvedMergeOptions, timeOf: TimeOf) {
    super({ objectMode: true, highWaterMark: HIGH_WATER_MARK });
    this.#inputs = inputs;
    this.#options = options;
    this.#timeOf = timeOf;
    this.#step = new MergeStep(inputs.length, options);
    trackPipes(this);
    const { signal } = options;
    if (signal?.aborted === true) this.#onAbort();
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** A snapshot of the counters. */
  get stats(): MergeStats {
    const { inputs } = this.#step;
    const sumOf = (count: keyof MergeInputStats): number => inputs.reduce((sum, input) => sum + input[count], 0);
    return { items: sumOf('items'), late: sumOf('late'), buffered: sumOf('buffered'), inputs };
  }

  /** Ends every input in good order: nothing further is received, what was is delivered, then 'end'. */
  stop(): void {
    this[stopRun]('stopped');
  }

  override _read(): void {
    this.#hasRoom = true;
    if (this.#isStarted) this.#pump();
    else this.#start();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#clearTimer();
    for (const input of this.#inputs) {
      // It may still have to say what went wrong, and nobody is there to hear it.
      input.on('error', () => {});
      input.destroy();
    }
    callback(error);
  }

  /** @internal */
  [stopRun](cause: string): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    tellRunEnding(this);
    if (!this.#isStarted) this.#conclude();
    else for (const [index, input] of this.#inputs.entries()) this.#stopInput(input, index, cause);
  }

  #start(): void {
    if (this.#isConcluded) return;
    this.#isStarted = true;
    for (const [index, input] of this.#inputs.entries()) {
      input.on('readable', () => {
        this.#take(index);
        this.#pump();
      });
      finished(input, { writable: false }, (error) => this.#ended(index, error ?? undefined));
    }
  }

  #stopInput(input: Readable, index: number, cause: string): void {
    const stop = (input as Partial<Record<typeof stopRun, (cause: string) => void>>)[stopRun];
    if (stop !== undefined) stop.call(input, cause);
    else if (!stopUpstream(input as never, cause)) {
      // It cannot be told: what it has at hand is all.
      for (let item: unknown = input.read(); item !== null; item = input.read()) this.#add(index, item);
      input.destroy();
    }
  }

  /** Takes what an input has, as far as there is room for it. */
  #take(index: number): void {
    const input = this.#inputs[index] as Readable;
    while (this.#step.hasRoom(index)) {
      const item: unknown = input.read();
      if (item === null) return;
      this.#add(index, item);
    }
  }

  #add(index: number, item: unknown): void {
    if (this.#isBroken) return;
    try {
      this.#step.add(index, item, this.#timeOf(item));
    } catch (error) {
      // What comes behind it has no place any more.
      this.#isBroken = true;
      this.#fail(error as Error);
      for (const input of this.#inputs) input.destroy();
    }
  }

  #ended(index: number, error: NodeJS.ErrnoException | undefined): void {
    this.#step.end(index);
    const isOurs = this.#isStopped && error?.code === 'ERR_STREAM_PREMATURE_CLOSE';
    if (error !== undefined && !isOurs) {
      this.#fail(error.code === 'ABORT_ERR' ? error : new MergeError({ input: index, cause: error }));
    }
    this.#pump();
  }

  /** Stops all inputs; the error is told when all that they had received is delivered. */
  #fail(error: Error): void {
    if (this.#failure !== undefined || this.#isConcluded) return;
    this.#failure = error;
    this[stopRun]('stopped');
  }

  /** Hands on what may go, while there is room for it. */
  #pump(): void {
    if (this.#isPumping || this.#isConcluded || this.destroyed) return;
    this.#isPumping = true;
    while (this.#hasRoom) {
      const next = this.#step.next();
      if (next === undefined) break;
      if (!this.push(next.item)) this.#hasRoom = false;
      this.#take(next.input);
    }
    this.#isPumping = false;
    if (this.#step.isOver) this.#conclude();
    else if (this.#hasRoom) this.#arm();
  }

  /** One that is armed is due no later: what waits now came after what waited then. */
  #arm(): void {
    const { clock } = this.#options;
    const dueInMs = this.#timer === undefined ? this.#step.dueInMs : undefined;
    if (dueInMs === undefined) return;
    this.#timer = clock.setTimeout(() => {
      this.#timer = undefined;
      this.#pump();
    }, dueInMs);
  }

  #conclude(): void {
    this.#isConcluded = true;
    this.#clearTimer();
    tellRunEnding(this);
    if (this.#failure === undefined) this.push(null);
    else failAfterDelivery(this, this.#failure);
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function checkInputs(inputs: readonly Readable[]): void {
  if (!Array.isArray(inputs) || inputs.length === 0) {
    throw optionError('merge.inputs', `Expected an array of at least one Readable, got ${describe(inputs)}.`);
  }
  for (const [index, input] of inputs.entries()) {
    const { read, destroy, readableObjectMode } = (input ?? {}) as Partial<Readable>;
    if (!isFunction(read) || !isFunction(destroy) || readableObjectMode !== true) {
      throw optionError(`merge.inputs[${index}]`, `Expected a Readable in object mode, got ${describe(input)}.`);
    }
    if (inputs.indexOf(input) !== index) {
      throw optionError(`merge.inputs[${index}]`, 'It is there twice. Give each stream once.');
    }
  }
}

const HIGH_WATER_MARK = 64;
