import type { ClientOptions } from '../client-options.js';
import { classify } from '../failures.js';
import { Patience } from '../patience.js';
import { WireClient } from '../produce/wire-client.js';
import { Coordinator } from './coordinator.js';
import { PositionTopic } from './position-topic.js';
import { TRANSACTION_REQUESTS, type TransactionModule } from './transaction-module.js';

/** Looks at what transactions need, and begins none. */
export interface TransactionInspector {
  /** Rejects where this user may not use the transactional id. Nobody who does is fenced. */
  tryId(): Promise<void>;
  /** Rejects where this user could not make the topic of positions. Nothing is made. */
  tryTopic(): Promise<void>;
  close(): Promise<void>;
}

/** The same by way of the protocol's parts of `@platformatic/kafka`. */
export function transactionInspector(
  module: TransactionModule,
  options: ClientOptions,
  transactionalId: string,
): TransactionInspector {
  const client = new WireClient(module, options, TRANSACTION_REQUESTS);
  const { clock, requestTimeoutMs: messageTimeoutMs } = options;
  const patience = new Patience({ clock, messageTimeoutMs, onRetry: () => {} });
  const coordinator = new Coordinator(module, client, patience, transactionalId);
  const positions = new PositionTopic(module, client, patience, { name: options.positionTopic, key: transactionalId });
  return {
    async tryId() {
      try {
        // Rights are looked at first. Then there is no such producer, so that nothing is ended.
        await coordinator.end({ producerId: -1n, epoch: -1 }, false);
      } catch (error) {
        if (!NO_SUCH_PRODUCER.has(classify(error).name)) throw error;
      }
    },
    tryTopic: () => positions.tryCreate(),
    close() {
      patience.end();
      return client.close();
    },
  };
}

const NO_SUCH_PRODUCER: ReadonlySet<string> = new Set(['INVALID_PRODUCER_ID_MAPPING', 'INVALID_PRODUCER_EPOCH']);
