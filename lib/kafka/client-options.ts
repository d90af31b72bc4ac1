import type { Clock } from '../internal/clock.js';
import type { KafkaAuth } from './auth.js';
import type { KafkaCompression } from './compression.js';
import type { BatchProducer } from './produce/batch-producer.js';
import type { KafkaProducer } from './producer.js';

/** What a client is to be told, with every default filled in: how to reach the brokers, and how to send. */
export interface ClientOptions {
  /** Which client to load. */
  readonly client: 'platformatic' | 'kafkajs';
  /** A producer to use in place of a client. */
  readonly producer: KafkaProducer | BatchProducer | undefined;
  /** `host:port` of each. */
  readonly brokers: readonly string[];
  readonly auth: KafkaAuth;
  readonly clientId: string;
  readonly acks: 'all' | 'leader' | 'none';
  readonly idempotent: boolean;
  readonly compression: KafkaCompression;
  readonly maxInFlight: number;
  readonly requestTimeoutMs: number;
  readonly messageTimeoutMs: number;
  /** What transactions go under; `undefined` for none. */
  readonly transactionalId: string | undefined;
  readonly commitIntervalMs: number;
  /** The topic that says how far feeds are stored. */
  readonly positionTopic: string;
  readonly autoCreateTopics: boolean;
  readonly clock: Clock;
}
