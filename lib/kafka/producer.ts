/**
 * What {@link KafkaWritable} needs of a Kafka client: send these records, and say when they are acknowledged. Adapters
 * for `@platformatic/kafka` and `kafkajs` come with this library; an object of your own will do, too.
 */
export interface KafkaProducer {
  /**
   * Sends records, all of them for one partition of one topic, as one batch, and resolves once the broker has
   * acknowledged all of them as the producer's `acks` ask for. Rejects when none, or not all, of them are known to be
   * stored; the same records are then given again, in an array of their own, when the error is one that passes.
   *
   * While one call for a partition is under way, there is no other for the same partition: this keeps their order.
   */
  send(records: readonly KafkaRecord[]): Promise<unknown>;
  /** How many partitions a topic has. Rejects when there is no such topic, or no broker tells. */
  partitions(topic: string): Promise<number>;
  /** What the newest request failed with that it tries again by itself, if it does: told when the time for it is up. */
  lastFailure?(): unknown;
  /** Closes the connections. Calls of `send` that are still under way may reject or never settle. */
  close(): Promise<void>;
  /** How many calls of `send` may be under way at once. The smaller one of this and `maxInFlight` counts. */
  readonly maxInFlight?: number | undefined;
}

/** One record for Kafka, as `@platformatic/kafka` takes it. */
export interface KafkaRecord {
  readonly topic: string;
  readonly partition: number;
  /** `undefined`: no key. */
  readonly key: Buffer | undefined;
  /** The record's very bytes: a view of its page, and not a copy. `undefined`: a tombstone, without a value. */
  readonly value: Buffer | undefined;
  /** `undefined`: no headers. */
  readonly headers: ReadonlyMap<Buffer, Buffer> | undefined;
  /** When its frame arrived, or what the record itself gives as its time, in epoch milliseconds. */
  readonly timestamp: bigint;
}
