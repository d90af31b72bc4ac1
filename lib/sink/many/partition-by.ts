import type { Writable } from 'node:stream';
import type { Page } from '../../batch/page.js';
import { optionError, SinkError } from '../../errors.js';
import { functionFailed, wrongResult } from '../../internal/given-function.js';
import { describe, isFunction } from '../../internal/options.js';
import type { Failure } from '../ahead-sink.js';
import type { TakenPage } from '../taken-page.js';
import { isWritable } from './is-writable.js';
import { Lane } from './lane.js';
import { failureOf, ManySink } from './many-sink.js';
import { type KeyReader, keyReader, type PartitionKey } from './partition-key.js';
import { type PartitionOptions, type ResolvedPartitionOptions, resolvePartitionOptions } from './partition-options.js';

/** Makes the sink of a key: called when its first record comes, and again when it comes back after its sink was ended. */
export type OpenPartition = (key: string) => Writable;

/**
 * A sink that parts pages by a key of each record, and hands each part, a page of its own, to the sink of its key. The order
 * within a key is kept. The key is read from the bytes where it is a path: the text of a string, a number as it is written,
 * `true` or `false`. A page is acknowledged when all parts of it are stored; the slowest of the sinks sets the pace.
 *
 * A sink is made by `open` when its key first comes, and ended when `maxOpen` others are wanted more, or the stream ends. It is
 * made anew when its key comes again: so let it append. **A key is data of somebody else.** A file name that is made of it must be
 * escaped: `fileNameOf(key)` does.
 *
 * A gap, where `gaps: 'records'` asks for them, goes to every sink that is open at its place.
 *
 * Errors: `ERR_SINK` when a sink fails: the others end in good order with what they were given, and then comes an error that
 * names the key, with the sink's own as `cause`. The same for a record without a key, unless there is `missing`.
 * `ERR_CONFIG` for what is not a page, and where `key` or `open` fail, or return what cannot be used.
 *
 * @throws {ConfigError} when the key or `open` cannot be used, or an option is not valid
 * @example
 * ```ts
 * const sink = partitionBy('symbol', (symbol) => jsonlFile(`out/${fileNameOf(symbol)}.jsonl`, { append: true }));
 * await pipeline(source.pages(), sink);
 * ```
 */
export function partitionBy(
  key: PartitionKey,
  open: OpenPartition,
  options: PartitionOptions = {},
): PartitionByWritable {
  if (!isFunction(open)) {
    throw optionError('partitionBy.open', `Expected a function that makes the sink of a key, got ${describe(open)}.`);
  }
  return new PartitionByWritable(key, open, resolvePartitionOptions(options));
}

/** What {@link partitionBy} returns. */
export class PartitionByWritable extends ManySink {
  readonly #keysIn: KeyReader;
  readonly #keyText: string;
  readonly #open: OpenPartition;
  readonly #options: ResolvedPartitionOptions;
  /** The one that has not been used for the longest time first. */
  readonly #lanes = new Map<string, Lane>();
  #ending: Lane | undefined;
  #isSpreading = false;
  #isAbandoned = false;

  /** @internal */
  constructor(key: PartitionKey, open: OpenPartition, options: ResolvedPartitionOptions) {
    super('partitionBy', options);
    this.#keysIn = keyReader(key);
    this.#keyText =
      typeof key === 'function'
        ? '`key` gave none'
        : `nothing at \`${typeof key === 'string' ? key : JSON.stringify(key)}\` is text or a number`;
    this.#open = open;
    this.#options = options;
  }

  /** The keys whose sinks are open. */
  get openKeys(): readonly string[] {
    return [...this.#lanes.keys()];
  }

  /** @internal */
  protected override get lanes(): readonly Lane[] {
    const ending = this.#ending;
    return ending === undefined ? [...this.#lanes.values()] : [...this.#lanes.values(), ending];
  }

  protected override get hasRoom(): boolean {
    if (this.#isSpreading) return false;
    for (const lane of this.#lanes.values()) if (!lane.hasRoom) return false;
    return true;
  }

  /** @internal */
  protected override begin(taken: TakenPage, done: (failure?: Failure) => void): void {
    const parts = new Map<string, number[]>();
    const failure = this.#part(taken.page, parts);
    void this.#spread(taken, parts, failure, done);
  }

  protected override abandon(failure: Error): void {
    this.#isAbandoned = true;
    super.abandon(failure);
  }

  /** Notes which lines go to which key, up to the first record for which that cannot be told. */
  #part(page: Page, parts: Map<string, number[]>): Failure | undefined {
    const hasGaps = page.recordsAmong() < page.length;
    const add = (key: string, line: number): void => {
      const lines = parts.get(key);
      if (lines === undefined) parts.set(key, [line]);
      else lines.push(line);
    };
    try {
      const keyAt = this.#keysIn(page);
      for (let line = 0; line < page.length; line++) {
        if (hasGaps && page.isGap(line)) {
          for (const key of new Set([...this.#lanes.keys(), ...parts.keys()])) add(key, line);
          continue;
        }
        const key = keyAt(line) ?? this.#options.missing;
        if (key === undefined) return this.#withoutKey(page, line);
        add(key, line);
      }
      return undefined;
    } catch (error) {
      return () => error as Error;
    }
  }

  /** Hands each part to the sink of its key, one after another: a sink may have to be ended before another one is opened. */
  async #spread(
    taken: TakenPage,
    parts: ReadonlyMap<string, readonly number[]>,
    failure: Failure | undefined,
    done: (failure?: Failure) => void,
  ): Promise<void> {
    const { page } = taken;
    let why = failure;
    let waiting = 1;
    const settle = (): void => {
      waiting -= 1;
      if (waiting === 0) done(why);
    };
    this.#isSpreading = true;
    for (const [key, lines] of parts) {
      let lane = this.#lanes.get(key);
      if (lane === undefined) {
        const opened = await this.#openLane(key);
        if (typeof opened === 'function') {
          why ??= opened;
          break;
        }
        lane = opened;
      }
      // It is the newest one now.
      this.#lanes.delete(key);
      this.#lanes.set(key, lane);
      const to = lane;
      waiting += 1;
      to.give(lines.length === page.length ? page.share(1)[0]! : page.pick(lines), (error) => {
        if (error) why ??= failureOf(to, error);
        else taken.storedAt(lines);
        settle();
      });
    }
    this.#isSpreading = false;
    settle();
    this.update();
  }

  /** The sink of a key, when there is room for it; or why there is none. */
  async #openLane(key: string): Promise<Lane | Failure> {
    while (this.#lanes.size >= this.#options.maxOpen) {
      const [oldest, lane] = this.#lanes.entries().next().value!;
      this.#lanes.delete(oldest);
      this.#ending = lane;
      await lane.end();
      this.#ending = undefined;
      if (lane.failure !== undefined) return failureOf(lane, lane.failure);
    }
    if (this.#isAbandoned) return ABANDONED;
    try {
      return new Lane(this.#sinkOf(key), `the sink of ${JSON.stringify(clip(key))}`, this);
    } catch (error) {
      return () => error as Error;
    }
  }

  #sinkOf(key: string): Writable {
    let sink: unknown;
    try {
      sink = this.#open(key);
    } catch (cause) {
      throw functionFailed('partitionBy.open', cause);
    }
    if (!isWritable(sink)) throw wrongResult('partitionBy.open', sink, 'a Writable of pages');
    if (sink.writableEnded || sink.destroyed || this.lanes.some((lane) => lane.isOf(sink))) {
      throw optionError(
        'partitionBy.open',
        'The function returned a sink that is in use, or has ended. Make one for each call.',
      );
    }
    return sink;
  }

  #withoutKey(page: Page, line: number): Failure {
    const { sequence } = page.frame(line);
    const message =
      `The record of frame ${sequence} has no key: ${this.#keyText}. Set \`missing\` to the key that such records are to ` +
      'have, or leave them out before by a filter.';
    return ({ recordsWritten, undelivered, text }) =>
      new SinkError(`${message} ${text}`, { target: 'partitionBy', recordsWritten, undelivered });
  }
}

function clip(key: string): string {
  return key.length <= MAX_SHOWN ? key : `${key.slice(0, MAX_SHOWN)}…`;
}

const MAX_SHOWN = 40;
/** Nobody hears of it: the error for what took too long has been told. */
const ABANDONED: Failure = () => optionError('partitionBy', 'It was given up.');
