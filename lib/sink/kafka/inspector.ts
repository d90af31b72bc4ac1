/** What a check asks a cluster, through one of the clients. */
export interface KafkaInspector {
  /** The addresses of all brokers. */
  brokers(): Promise<readonly string[]>;
  /** Rejects when there is no such topic. */
  topic(name: string): Promise<TopicFacts>;
  /** The largest batch that the topic takes, in bytes. */
  largestMessage(topic: string): Promise<number>;
  close(): Promise<void>;
}

/** What is known of a topic. */
export interface TopicFacts {
  readonly partitions: number;
  /** How many of them have no leader at the moment. */
  readonly leaderless: number;
  /** Whether this user may write to it; `undefined` when the client cannot tell. */
  readonly mayWrite: boolean | undefined;
}
