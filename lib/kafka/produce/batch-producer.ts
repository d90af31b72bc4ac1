import type { BatchEncoder } from '../batch/batch-encoder.js';
import type { Numbered } from './numbering.js';

/** What sends batches that are written when they go, and again whenever they go again: nothing of them is kept here. */
export interface BatchProducer {
  /**
   * How many batches of one partition may be on their way at once. They are sent in the order of their calls, and stored in it, as
   * long as none is given before all that were refused before it.
   */
  readonly maxPerPartition: number;
  /**
   * Sends a batch, and resolves once the broker has acknowledged it as `acks` asks for, to the offset of its first record, where the
   * broker tells. Rejects when it is not known to be stored; it can be given again then.
   *
   * @param write adds its records to an encoder; it is called once at most
   */
  send(batch: OutgoingBatch, write: (encoder: BatchEncoder) => void): Promise<number | undefined>;
  /** A batch that was refused is not given again, and others of its partition are. */
  forget(batch: OutgoingBatch): void;
  /** How many partitions a topic has. Rejects when there is no such topic, or no broker tells. */
  partitions(topic: string): Promise<number>;
  /** Closes the connections. Calls of `send` that are still under way may reject or never settle. */
  close(): Promise<void>;
}

/** A batch on its way to a partition. */
export interface OutgoingBatch extends Numbered {
  readonly topic: string;
  readonly partition: number;
  /** As much as its records take, at most. */
  readonly maxBytes: number;
}
