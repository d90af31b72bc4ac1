import { toBackoff } from '../connect/options/backoff.js';
import type { ConnectBudget } from '../connect/reach/connect-budget.js';
import { TokenSharing } from '../connect/reach/token-sharing.js';
import { ConfigError } from '../errors.js';
import type { ResolvedExecution, ResolvedRestart } from '../feed/many-options.js';
import { type FeedConfig, type FeedWatcher, openFeed } from '../feed/open-feed.js';
import type { Clock, TimerHandle } from '../internal/clock.js';
import { connectsOf } from './connects.js';
import type { FeedPhase } from './feed-phase.js';
import { FeedRun, type RunOutcome } from './feed-run.js';

/** A feed that is looked after. */
export interface SupervisedFeed extends FeedConfig {
  readonly name: string;
}

/** What is told of feeds. */
export interface SupervisorHooks<Feed extends SupervisedFeed> {
  /** Who is told what comes up during its runs. */
  watcherOf(feed: Feed): FeedWatcher;
  /** A run begins; nothing is connected yet. @param attempt 0, or which time in a row it is started anew */
  begun(feed: Feed, run: FeedRun, attempt: number): void;
  /** A run is over. @param restartMs after which it is started anew; `undefined` when it is not */
  over(feed: Feed, over: OverRun, restartMs: number | undefined): void;
}

/** A run that is over, or did not come about. */
export interface OverRun {
  readonly run: FeedRun | undefined;
  readonly outcome: RunOutcome;
}

/** What feeds go by. */
export interface SupervisorRules extends ResolvedExecution {
  /** `undefined`: none is started anew. */
  readonly restart: ResolvedRestart | undefined;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Runs feeds beside each other: each opens, ends and fails alone, and is started anew as the rules say. */
export class Supervisor<Feed extends SupervisedFeed> {
  readonly #rules: SupervisorRules;
  readonly #hooks: SupervisorHooks<Feed>;
  readonly #connects: ConnectBudget | undefined;
  readonly #tokens = new TokenSharing();
  readonly #feeds = new Map<string, Slot<Feed>>();
  /** Those that have run, also the removed ones: what they have stored stays. */
  readonly #known = new Set<string>();
  /** Those that wait for one of the others to end. */
  readonly #queue: Slot<Feed>[] = [];
  #running = 0;
  #isStopping = false;
  #idle: (() => void)[] = [];

  constructor(rules: SupervisorRules, hooks: SupervisorHooks<Feed>) {
    this.#rules = rules;
    this.#hooks = hooks;
    this.#connects = connectsOf(rules, rules.clock);
  }

  /** All that were added and not removed, in that order. */
  get feeds(): readonly Slot<Feed>[] {
    return [...this.#feeds.values()];
  }

  feed(name: string): Slot<Feed> | undefined {
    return this.#feeds.get(name);
  }

  /** Whether all are to end. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Begins to look after a feed. Its name is not that of another. */
  add(feed: Feed): void {
    const slot = new Slot(feed);
    this.#feeds.set(feed.name, slot);
    this.#enqueue(slot);
  }

  /** Ends a feed in good order, and forgets it when it is over. */
  async remove(name: string): Promise<void> {
    const slot = this.#feeds.get(name);
    if (slot === undefined) return;
    slot.isRemoved = true;
    this.#end(slot);
    await slot.over;
    if (this.#feeds.get(name) === slot) this.#feeds.delete(name);
  }

  /** Ends all feeds in good order. */
  stop(): void {
    this.#isStopping = true;
    for (const slot of this.#feeds.values()) this.#end(slot);
  }

  /** Resolves when no feed runs, or is to be started. */
  async done(): Promise<void> {
    if (this.#isIdle) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  get #isIdle(): boolean {
    return [...this.#feeds.values()].every(({ isOver }) => isOver);
  }

  #enqueue(slot: Slot<Feed>): void {
    slot.state = 'waiting';
    this.#queue.push(slot);
    this.#fill();
  }

  #fill(): void {
    const { maxConcurrent = Number.POSITIVE_INFINITY } = this.#rules;
    while (this.#running < maxConcurrent) {
      const slot = this.#queue.shift();
      if (slot === undefined) return;
      if (slot.isOver) continue;
      this.#running += 1;
      slot.state = 'running';
      void this.#run(slot);
    }
  }

  async #run(slot: Slot<Feed>): Promise<void> {
    const over = await this.#runOnce(slot);
    this.#running -= 1;
    const { failure } = over.outcome;
    slot.failure = failure;
    if ((over.run?.feed.sink.stream.stats.records ?? 0) > 0) slot.attempt = 0;
    const restartMs = this.#restartOf(slot, failure);
    if (restartMs === undefined) slot.state = failure === undefined ? 'ended' : 'failed';
    else slot.state = 'restarting';
    this.#hooks.over(slot.feed, over, restartMs);
    if (restartMs !== undefined) {
      slot.attempt += 1;
      slot.restarts += 1;
      slot.timer = this.#rules.clock.setTimeout(() => this.#enqueue(slot), restartMs);
    } else {
      this.#settle(slot);
      if (failure !== undefined && this.#rules.onError === 'stop' && !this.#isStopping) this.stop();
    }
    this.#fill();
  }

  async #runOnce(slot: Slot<Feed>): Promise<OverRun> {
    try {
      const isAnew = this.#known.has(slot.feed.name);
      this.#known.add(slot.feed.name);
      const beside = { isAnew, connectBudget: this.#connects, tokens: this.#tokens };
      const run = new FeedRun(await openFeed(slot.feed, this.#hooks.watcherOf(slot.feed), beside));
      slot.run = run;
      this.#hooks.begun(slot.feed, run, slot.attempt);
      const whole = run.whole();
      if (this.#isAskedToEnd(slot)) run.stop();
      const outcome = await whole;
      slot.stored += run.feed.sink.stream.stats.records;
      return { run, outcome };
    } catch (error) {
      // It did not come about: whoever opens it has closed what was open.
      return { run: undefined, outcome: { ended: undefined, failure: { error }, isKept: false } };
    } finally {
      slot.run = undefined;
    }
  }

  #restartOf(slot: Slot<Feed>, failure: RunOutcome['failure']): number | undefined {
    const { restart, random } = this.#rules;
    if (restart === undefined || this.#isAskedToEnd(slot) || restart.on === 'never') return undefined;
    if (failure === undefined && restart.on === 'failure') return undefined;
    if (failure?.error instanceof ConfigError) return undefined;
    if (restart.max !== undefined && slot.attempt >= restart.max) return undefined;
    return toBackoff(restart.backoff, random)(slot.attempt + 1);
  }

  #isAskedToEnd({ isRemoved }: Slot<Feed>): boolean {
    return this.#isStopping || isRemoved;
  }

  #end(slot: Slot<Feed>): void {
    if (slot.state === 'running') {
      slot.run?.stop();
      return;
    }
    if (slot.isOver) return;
    this.#rules.clock.clearTimeout(slot.timer);
    slot.state = slot.state === 'restarting' && slot.failure !== undefined ? 'failed' : 'ended';
    this.#settle(slot);
  }

  #settle(slot: Slot<Feed>): void {
    slot.settle();
    if (!this.#isIdle) return;
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }
}

/** A feed, and how it is. */
export class Slot<Feed extends SupervisedFeed> {
  readonly feed: Feed;
  state: FeedPhase = 'waiting';
  /** The run that goes on. */
  run: FeedRun | undefined;
  /** What the newest run that is over has failed with. */
  failure: RunOutcome['failure'];
  /** How often in a row it was started anew without a record. */
  attempt = 0;
  /** How often it was started anew. */
  restarts = 0;
  /** Records that its runs which are over have stored. */
  stored = 0;
  isRemoved = false;
  timer: TimerHandle;
  readonly over: Promise<void>;
  #settle!: () => void;

  constructor(feed: Feed) {
    this.feed = feed;
    this.over = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Whether it is over for good. */
  get isOver(): boolean {
    return this.state === 'ended' || this.state === 'failed';
  }

  settle(): void {
    this.#settle();
  }
}
