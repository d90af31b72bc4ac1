import type { Clock } from '../../internal/clock.js';
import type { ProducerIdentity } from '../produce/numbering.js';
import type { Coordinator } from './coordinator.js';
import { asFence } from './fence.js';

/** The transactions of one producer, one after another: which partitions each has, and who writes it. */
export class Transaction {
  readonly id: string;
  /** How long one may be open before the broker aborts it. */
  readonly timeoutMs: number;
  /** Counts the transactions, from 1. */
  number = 1;
  readonly #clock: Clock;
  readonly #coordinator: Coordinator;
  #identity: ProducerIdentity | undefined;
  /** When the first partition was added to the one that is open, by the monotonic clock; `undefined` when none is open. */
  #openedAt: number | undefined;
  /** Partitions that are to be added with the next request. */
  #next = new Map<string, Set<number>>();
  /** The request that is on its way, and all before it. */
  #adding: Promise<void> = Promise.resolve();
  #coming: Promise<void> | undefined;

  constructor(id: string, timeoutMs: number, { clock, coordinator }: { clock: Clock; coordinator: Coordinator }) {
    this.id = id;
    this.timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#coordinator = coordinator;
  }

  /** Who writes; known once {@link takeOver} has resolved. */
  get identity(): ProducerIdentity {
    return this.#identity!;
  }

  /** Whether there is anything to commit. */
  get isOpen(): boolean {
    return this.#openedAt !== undefined;
  }

  /** Whether it is not known if the newest commit was done. */
  get isUncertain(): boolean {
    return this.#coordinator.isUncertain;
  }

  /** Makes the transactional id ours. */
  async takeOver(): Promise<void> {
    this.#identity = await this.#coordinator.takeOver(this.timeoutMs);
  }

  /** Adds a partition to the transaction that is open, before the first batch for it. Many at once go in one request. */
  add(topic: string, partition: number): Promise<void> {
    let partitions = this.#next.get(topic);
    if (partitions === undefined) this.#next.set(topic, (partitions = new Set()));
    partitions.add(partition);
    this.#openedAt ??= this.#clock.monotonic();
    this.#coming ??= this.#adding.catch(() => {}).then(() => this.#addNext());
    return this.#coming;
  }

  /** Commits it, or aborts it. The next one begins with the next partition. */
  async end(isCommitted: boolean): Promise<void> {
    await (isCommitted ? this.#adding : this.#adding.catch(() => {}));
    if (!this.isOpen) return;
    try {
      await this.#coordinator.end(this.identity, isCommitted);
    } catch (error) {
      throw this.explain(error);
    }
    this.#openedAt = undefined;
    this.number += 1;
  }

  /** The error; in its place one that says what it means for the transaction. */
  explain(error: unknown): unknown {
    const openMs = this.#openedAt === undefined ? 0 : this.#clock.monotonic() - this.#openedAt;
    return asFence(error, { openMs, timeoutMs: this.timeoutMs });
  }

  #addNext(): Promise<void> {
    const partitions = new Map(Array.from(this.#next, ([topic, numbers]) => [topic, [...numbers]] as const));
    this.#next = new Map();
    this.#coming = undefined;
    this.#adding = this.#coordinator.add(this.identity, partitions).catch((error: unknown) => {
      throw this.explain(error);
    });
    return this.#adding;
  }
}
