import { ConfigError, SinkError } from '../../errors.js';
import { runEnding } from '../../internal/chain.js';
import { AheadSink, type Failure, type LateWords } from '../ahead-sink.js';
import type { DrainOptions } from '../drain-clock.js';
import type { Lane } from './lane.js';

/** A sink that hands its pages to other sinks. They end with it: in good order, unless it is destroyed. */
export abstract class ManySink extends AheadSink {
  readonly #name: string;
  #hasFailed = false;

  /** @param name of the function that makes it */
  constructor(name: string, options: DrainOptions) {
    super(name, options);
    this.#name = name;
  }

  /** @internal The sinks that have not ended. */
  protected abstract get lanes(): readonly Lane[];

  /** @internal */
  onChange(): void {
    this.update();
  }

  /** @internal */
  onFailed(lane: Lane, cause: Error): void {
    this.fail(failureOf(lane, cause));
  }

  /** @internal */
  override [runEnding](): void {
    // Before our own time runs: a sink that is late knows better than we do what it has stored.
    for (const lane of this.lanes) lane.tellEnding();
    super[runEnding]();
  }

  protected override fail(why: Failure): void {
    this.#hasFailed = true;
    super.fail(why);
  }

  protected override async endTarget(error: Error | undefined): Promise<void> {
    // Where it failed by itself, they have all that they were given, and can end well.
    const isGood = error === undefined || this.#hasFailed;
    await Promise.all(this.lanes.map((lane) => (isGood ? lane.end() : lane.destroy(error))));
  }

  protected override abandon(failure: Error): void {
    for (const lane of this.lanes) void lane.destroy(failure);
  }

  /** @internal */
  protected override lateWords(): LateWords {
    const slow = this.lanes.filter(({ heldBytes, isFailed }) => heldBytes !== 0 && !isFailed);
    const names = (slow.length > 0 ? slow : this.lanes).map(({ name }) => name);
    const who = names.length > MAX_SHOWN ? `${names.length} of its sinks` : names.join(' and ');
    return {
      target: this.#name,
      reason: `${who} did not ${slow.length > 0 ? 'store what it was given' : 'end'}`,
      advice: 'Check what they wait for',
    };
  }
}

/** The error for a sink that failed among others. What is configured wrongly is told as it is. */
export function failureOf({ name }: Lane, cause: Error): Failure {
  if (cause instanceof ConfigError) return () => cause;
  const reason = cause.message.replace(/[.\s]+$/, '');
  return ({ recordsWritten, undelivered, text }) =>
    new SinkError(`${capital(name)} failed: ${reason}. All sinks together: ${text} \`cause\` is its own error.`, {
      ...{ target: name, recordsWritten, undelivered, cause },
    });
}

function capital(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1);
}

const MAX_SHOWN = 3;
