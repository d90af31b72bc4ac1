import type { BatchHead } from '../batch/batch-encoder.js';

/** A batch that is numbered when it is sent for the first time. */
export interface Numbered {
  /** How many records it has. */
  readonly length: number;
  /** Set by the producer; whoever splits a batch calls {@link numbersOfHalves}. */
  number: BatchNumber | undefined;
}

/** The number of a batch's first record, which it keeps when it is sent again. */
export interface BatchNumber {
  /** How often numbers had begun anew for its partition. */
  readonly generation: number;
  readonly first: number;
}

/** Who a broker takes batches of. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly epoch: number;
}

/**
 * The numbers of the batches of one partition, by which a broker knows what comes twice and what is missing. Where one will never
 * come, or the broker has lost what it knew, numbers begin anew under the next epoch, as the Java client has it (KIP-360): no
 * request of an older epoch is stored any more. Epochs of a producer without transactions are its own to count, partition by
 * partition.
 */
export class Numbering {
  #identity: ProducerIdentity | undefined;
  #usedUp: bigint | undefined;
  #generation = 0;
  #next = 0;
  /** The number that the broker waits for, for all that is known. */
  #awaited = 0;
  /** Whether a batch was refused, and none has come again since. */
  #isHalted = false;
  /** Whether the broker has lost what it had acknowledged. */
  #isLost = false;

  /** Whether the broker has lost what it had acknowledged. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Who sends the batches; `undefined` before that is known, and after the last of the epochs. */
  get identity(): ProducerIdentity | undefined {
    return this.#identity;
  }

  /** Whether all epochs of a producer are gone here. */
  hasUsedUp({ producerId }: ProducerIdentity): boolean {
    return producerId === this.#usedUp;
  }

  /** Begins to number, or goes on as somebody else. */
  identify(identity: ProducerIdentity): void {
    this.#identity = identity;
  }

  /**
   * Gives a batch its number: the one that it had, or the next one. Returns whether it may be sent. One that is new may not after
   * another one was refused, until that one comes again: whoever gives it does not know yet, and it must not overtake.
   */
  take(batch: Numbered): boolean {
    if (this.#isHalted && batch.number === undefined) return false;
    this.#isHalted = false;
    if (this.#isLost) this.#renew();
    if (batch.number?.generation !== this.#generation) {
      batch.number = { generation: this.#generation, first: this.#next };
      this.#next = sequenceAfter(this.#next, batch.length);
    }
    return true;
  }

  /** What stands at the head of a batch that was taken. */
  headOf({ number }: Numbered): BatchHead {
    return { ...this.#identity!, sequence: number!.first };
  }

  /** The broker has a batch. */
  stored({ number, length }: Numbered): void {
    if (number?.generation === this.#generation) this.#awaited = sequenceAfter(number.first, length);
  }

  /**
   * A batch is not known to be stored.
   *
   * @param isMissing whether the broker misses what came before it. Where that was acknowledged, it has lost it, and numbers begin
   * anew; else it comes again before this one
   */
  refused({ number }: Numbered, isMissing: boolean): void {
    this.#isHalted = true;
    if (isMissing && number?.generation === this.#generation && number.first === this.#awaited) this.#isLost = true;
  }

  /** A batch that was refused will not come any more: what was numbered after it must not wait for it. */
  forget({ number }: Numbered): void {
    this.#isHalted = false;
    if (number?.generation === this.#generation) this.#renew();
  }

  /**
   * The same within a transaction, whose epoch is not ours to count: what was numbered after it is numbered anew under the same one. For
   * when the broker has refused all of that.
   */
  rewind({ number }: Numbered): void {
    this.#isHalted = false;
    if (number?.generation !== this.#generation) return;
    this.#generation += 1;
    this.#next = this.#awaited;
  }

  #renew(): void {
    this.#isLost = false;
    this.#generation += 1;
    this.#next = 0;
    this.#awaited = 0;
    const { producerId, epoch } = this.#identity!;
    this.#identity = epoch < LAST_EPOCH ? { producerId, epoch: epoch + 1 } : undefined;
    if (epoch === LAST_EPOCH) this.#usedUp = producerId;
  }
}

/** The numbers of a batch's halves: together they have those of the whole. */
export function numbersOfHalves(
  number: BatchNumber | undefined,
  firstHalf: number,
): readonly [BatchNumber | undefined, BatchNumber | undefined] {
  return [number, number && { ...number, first: sequenceAfter(number.first, firstHalf) }];
}

/** The number that is so many records after another one: behind the last of them comes 0 again. */
export function sequenceAfter(sequence: number, records: number): number {
  const next = sequence + records;
  return next > LAST_SEQUENCE ? next - LAST_SEQUENCE - 1 : next;
}

const LAST_SEQUENCE = 2 ** 31 - 1;
const LAST_EPOCH = 2 ** 15 - 1;
