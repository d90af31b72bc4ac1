import type { Writable } from 'node:stream';
import { optionError } from '../../errors.js';
import { describe } from '../../internal/options.js';
import type { TypedEvents } from '../../internal/typed-events.js';
import type { Failure } from '../ahead-sink.js';
import type { DrainOptions } from '../drain-clock.js';
import type { TakenPage } from '../taken-page.js';
import { isWritable } from './is-writable.js';
import { Lane } from './lane.js';
import { failureOf, ManySink } from './many-sink.js';
import { type ResolvedTeeOptions, resolveTeeOptions, type TeeOptions } from './tee-options.js';

/** The events of `tee()`, each with one object. */
export interface TeeEvents {
  /** With `onError: 'continue'`: a sink failed, and gets nothing any more. */
  sinkFailed: {
    /** Its place in the list, from 0. */
    readonly index: number;
    /** What errors call it. */
    readonly name: string;
    readonly error: Error;
  };
}

/**
 * A sink that hands every page to many sinks. A page is acknowledged when all of them have stored it; `stats` counts those. Its
 * memory is used again (`reusePages`) when all have released it, which sinks of spillway do by themselves. When the stream ends, all of them are ended, and waited for.
 *
 * All get the same bytes: nobody may write into them. When the stream is destroyed, or the run fails, the sinks first store
 * what they were given, and then are destroyed with the same error.
 *
 * Errors: `ERR_SINK` when a sink fails (see `onError`), with its error as `cause`; `recordsWritten` counts what all have stored.
 * `ERR_CONFIG` for what is not a page.
 *
 * @throws {ConfigError} when there is no sink, something that is none, or one twice, or an option is not valid
 * @example
 * ```ts
 * await pipeline(source.pages(), tee([jsonlFile('out/trades.jsonl'), kafka({ brokers, topic: 'trades' })]));
 * ```
 */
export function tee(sinks: readonly Writable[], options: TeeOptions = {}): TeeWritable {
  return new TeeWritable(checked(sinks), resolveTeeOptions(options));
}

const Base = ManySink as unknown as abstract new (
  name: string,
  options: DrainOptions,
) => TypedEvents<TeeEvents> & ManySink;

/** What {@link tee} returns. */
export class TeeWritable extends Base {
  readonly #options: ResolvedTeeOptions;
  readonly #lanes: readonly Lane[];

  /** @internal */
  constructor(sinks: readonly Writable[], options: ResolvedTeeOptions) {
    super('tee', options);
    this.#options = options;
    this.#lanes = sinks.map((sink, index) => new Lane(sink, nameOf(sink, index), this));
  }

  /** @internal */
  protected override get lanes(): readonly Lane[] {
    return this.#lanes;
  }

  /** @internal */
  override onFailed(lane: Lane, cause: Error): void {
    const isLast = this.#alive.length === 0;
    if (this.#options.onError === 'fail' || isLast) super.onFailed(lane, cause);
    else this.emit('sinkFailed', { index: this.#lanes.indexOf(lane), name: lane.name, error: cause });
  }

  protected override get hasRoom(): boolean {
    const { pace, maxBufferedBytes } = this.#options;
    return this.#alive.every((lane) => (pace === 'own' ? lane.heldBytes < maxBufferedBytes : lane.hasRoom));
  }

  /** @internal */
  protected override begin({ page }: TakenPage, done: (failure?: Failure) => void): void {
    const lanes = this.#alive;
    const shares = page.share(lanes.length);
    let waiting = lanes.length;
    let stored = 0;
    let failure: Failure | undefined;
    for (const [index, lane] of lanes.entries()) {
      lane.give(shares[index]!, (error) => {
        if (error) failure ??= failureOf(lane, error);
        else stored += 1;
        waiting -= 1;
        if (waiting > 0) return;
        const isEnough = this.#options.onError === 'continue' && stored > 0;
        done(isEnough ? undefined : failure);
      });
    }
  }

  get #alive(): Lane[] {
    return this.#lanes.filter(({ isFailed }) => !isFailed);
  }
}

function checked(sinks: unknown): readonly Writable[] {
  if (!Array.isArray(sinks) || sinks.length === 0) {
    throw optionError('tee.sinks', `Expected an array of sinks, one at least, got ${describe(sinks)}.`);
  }
  for (const [index, sink] of sinks.entries()) {
    if (!isWritable(sink))
      throw optionError(`tee.sinks.${index}`, `Expected a Writable of pages, got ${describe(sink)}.`);
    if (sinks.indexOf(sink) !== index) {
      throw optionError(`tee.sinks.${index}`, 'This sink stands in the list twice. Make one for each.');
    }
  }
  return [...sinks] as Writable[];
}

/** `sink 2 of tee() (out/trades.jsonl)`. */
function nameOf(sink: Writable, index: number): string {
  const { path, target } = sink as { readonly path?: unknown; readonly target?: unknown };
  const where = [path, target].find((each) => typeof each === 'string');
  return `sink ${index + 1} of tee()${where === undefined ? '' : ` (${where})`}`;
}
