import type { Logger } from '../../internal/logger.js';
import type { ClientOptions } from '../client-options.js';
import { Patience } from '../patience.js';
import type { BatchProducer } from '../produce/batch-producer.js';
import { WireClient } from '../produce/wire-client.js';
import { WireProducer } from '../produce/wire-producer.js';
import { Coordinator } from './coordinator.js';
import { PositionTopic } from './position-topic.js';
import { Transaction } from './transaction.js';
import { TRANSACTION_REQUESTS, type TransactionModule } from './transaction-module.js';

/** A producer whose batches count once they are committed, together with what says how far the feed is stored. */
export interface TransactionalProducer extends BatchProducer {
  /** Counts who has had the transactional id; known once {@link begin} has resolved. */
  readonly epoch: number;
  /** Whether it is not known if the newest commit was done. */
  readonly isUncertain: boolean;
  /**
   * Makes the transactional id ours: whoever had it may write nothing more, and what was open is aborted. Resolves to what the
   * feed's last transaction said of how far it is stored.
   */
  begin(): Promise<Buffer | undefined>;
  /** Adds to the transaction how far the feed is stored when it is committed. */
  note(position: Buffer): Promise<void>;
  /** Commits all that was sent since the last commit. No batch is on its way. */
  commit(): Promise<void>;
  /** Aborts it. */
  abort(): Promise<void>;
}

/** What a transactional producer is to be told. */
export interface TransactionalOptions extends ClientOptions {
  readonly transactionalId: string;
  readonly logger: Logger;
}

/** A transactional producer by way of the protocol's parts of `@platformatic/kafka`. */
export function transactionalProducer(
  module: TransactionModule,
  options: TransactionalOptions,
  onRetry: () => void,
): TransactionalProducer {
  const { transactionalId, positionTopic, clock, messageTimeoutMs, logger } = options;
  const client = new WireClient(module, options, TRANSACTION_REQUESTS);
  const patience = new Patience({ clock, messageTimeoutMs, onRetry });
  const coordinator = new Coordinator(module, client, patience, transactionalId);
  const transaction = new Transaction(transactionalId, timeoutOf(options), { clock, coordinator });
  const producer = new WireProducer(module, options, client, transaction);
  const positions = new PositionTopic(module, client, patience, { name: positionTopic, key: transactionalId });
  return {
    maxPerPartition: producer.maxPerPartition,
    get epoch() {
      return transaction.identity.epoch;
    },
    get isUncertain() {
      return transaction.isUncertain;
    },
    send: (batch, write) => producer.send(batch, write),
    forget: (batch) => producer.forget(batch),
    partitions: (topic) => producer.partitions(topic),
    async begin() {
      await positions.find(logger);
      await transaction.takeOver();
      return await positions.read();
    },
    async note(position) {
      const batch = positions.batchOf(position);
      const { key, value } = batch;
      const now = clock.now();
      await patience.for(() =>
        producer.send(batch, (encoder) => encoder.record(now, key, 0, key.length, value, 0, value.length)),
      );
    },
    commit: () => transaction.end(true),
    abort: () => transaction.end(false),
    close() {
      patience.end();
      return producer.close();
    },
  };
}

/** As long as the records of one may be tried to be sent, and a little more. */
function timeoutOf({ messageTimeoutMs, commitIntervalMs, requestTimeoutMs }: ClientOptions): number {
  return Math.min(LONGEST_MS, messageTimeoutMs + commitIntervalMs + requestTimeoutMs);
}

/** What brokers allow by default. */
const LONGEST_MS = 15 * 60_000;
