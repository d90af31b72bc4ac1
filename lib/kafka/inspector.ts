import type { Addresses } from './addresses.js';
import type { Address } from './probe.js';

/** What a check asks a cluster, through one of the clients. */
export interface KafkaInspector {
  /** Where the cluster says that its brokers are. */
  brokers(): Promise<readonly Address[]>;
  /** Rejects when there is no such topic. */
  topic(name: string): Promise<TopicFacts>;
  /** A setting of a topic, by its name in Kafka. */
  setting(topic: string, name: string): Promise<string>;
  /** What is known of the cluster's addresses by now. */
  readonly addresses: Addresses;
  close(): Promise<void>;
}

/** What is known of a topic. */
export interface TopicFacts {
  readonly partitions: number;
  /** How many of them have no leader at the moment. */
  readonly leaderless: number;
  /** Whether this user may write to it; `undefined` when the client cannot tell. */
  readonly mayWrite: boolean | undefined;
  /** The same of reading. */
  readonly mayRead: boolean | undefined;
}
