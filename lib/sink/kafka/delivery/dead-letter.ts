import type { SinkError } from '../../../errors.js';

/** What the `deadLetter` stream of a Kafka sink gets for a record that its topic does not take. */
export interface KafkaDeadLetter {
  /** The record's bytes. A copy. */
  readonly data: Buffer;
  /** Why: `ERR_SINK`. Its cause is what the broker said. */
  readonly error: SinkError;
  readonly topic: string;
  readonly sequence: number;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly connection: number;
  readonly url: string;
}
