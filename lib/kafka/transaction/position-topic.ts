import type { Connection } from '@platformatic/kafka';
import type { Logger } from '../../internal/logger.js';
import { classify, ExplainedError, type Failure } from '../failures.js';
import { partitionOfKey } from '../murmur2.js';
import type { Patience } from '../patience.js';
import type { OutgoingBatch } from '../produce/batch-producer.js';
import type { WireClient } from '../produce/wire-client.js';
import { NewestValue } from './newest-value.js';
import type { TransactionModule } from './transaction-module.js';

/**
 * The compacted topic that says how far each feed is stored, by its name. It is read backwards, in windows that grow, until the feed is
 * found: as far as the high watermark, since others may have transactions open for hours, and nothing of ours is open when it is read.
 */
export class PositionTopic {
  readonly name: string;
  readonly #module: TransactionModule;
  readonly #client: WireClient;
  readonly #patience: Patience;
  readonly #key: Buffer;
  #partition = 0;

  /** @param key of the feed */
  constructor(
    module: TransactionModule,
    client: WireClient,
    patience: Patience,
    { name, key }: { readonly name: string; readonly key: string },
  ) {
    this.name = name;
    this.#module = module;
    this.#client = client;
    this.#patience = patience;
    this.#key = Buffer.from(key);
  }

  /** Finds where in it the feed is; makes it where it is missing. */
  async find(logger: Logger): Promise<void> {
    const known = await this.#patience.for(() => this.#partitions().catch(orMissing));
    if (known === undefined) {
      await this.#patience.for(() => this.#create(false));
      logger.warn(
        { event: 'topic_created', topic: this.name },
        `The topic ${this.name} was made, for how far feeds are stored.`,
      );
    }
    const partitions = known ?? (await this.#patience.for(() => this.#partitions()));
    this.#partition = partitionOfKey(this.#key, 0, this.#key.length, partitions);
  }

  /** Fails as making it would. */
  async tryCreate(): Promise<void> {
    await this.#patience.for(() => this.#create(true));
  }

  /** What it says of the feed; `undefined` for nothing. */
  read(): Promise<Buffer | undefined> {
    return this.#patience.for(async () => {
      try {
        return await this.#readBackwards();
      } catch (error) {
        throw this.#refused(error);
      }
    });
  }

  /** What it is to say, as a batch, which is the same one when it is sent again. */
  batchOf(value: Buffer): PositionBatch {
    return new PositionBatch(this.name, this.#partition, this.#key, value);
  }

  async #partitions(): Promise<number> {
    try {
      return await this.#client.partitions(this.name, false);
    } catch (error) {
      throw this.#refused(error);
    }
  }

  /** @param isTrial whether the broker only says if it would */
  async #create(isTrial: boolean): Promise<void> {
    try {
      const controller = await this.#client.controller();
      const topic = { name: this.name, numPartitions: PARTITIONS, replicationFactor: -1, assignments: [] };
      await this.#client.hold(
        this.#module.createTopicsV7.api.async(controller, [{ ...topic, configs: [...CONFIGS] }], CREATE_MS, isTrial),
      );
    } catch (error) {
      const explained = this.#client.explain(error);
      const failure = classify(explained);
      if (failure.name === 'TOPIC_ALREADY_EXISTS') return;
      const isRefused = failure.name.endsWith('_AUTHORIZATION_FAILED') || failure.name === 'POLICY_VIOLATION';
      throw isRefused ? new ExplainedError({ ...failure, ...notOurs(this.name) }, error) : explained;
    }
  }

  #refused(error: unknown): unknown {
    const explained = this.#client.explain(error);
    const failure = classify(explained);
    if (failure.name !== 'TOPIC_AUTHORIZATION_FAILED') return explained;
    return new ExplainedError({ ...failure, ...mayNotUse(this.name) }, error);
  }

  async #readBackwards(): Promise<Buffer | undefined> {
    const { connection } = await this.#client.leader(this.name, this.#partition, true);
    const broker = connection as Connection;
    const [first, end] = [await this.#offset(broker, EARLIEST), await this.#offset(broker, LATEST)];
    for (let window = FIRST_WINDOW; ; window *= 8n) {
      const from = end - window > first ? end - window : first;
      const newest = new NewestValue(this.#key);
      await this.#readRange(broker, from, end, newest);
      if (newest.isFound || from === first) return newest.value;
    }
  }

  async #offset(broker: Connection, timestamp: bigint): Promise<bigint> {
    const asked = [{ partitionIndex: this.#partition, currentLeaderEpoch: -1, timestamp }];
    const { api } = this.#module.listOffsetsV7;
    const { topics } = await this.#client.hold(api.async(broker, -1, 0, [{ name: this.name, partitions: asked }]));
    return topics[0]!.partitions[0]!.offset;
  }

  async #readRange(broker: Connection, from: bigint, end: bigint, into: NewestValue): Promise<void> {
    for (let next = from; next < end; ) {
      const asked = { partition: this.#partition, currentLeaderEpoch: -1, fetchOffset: next, lastFetchedEpoch: -1 };
      const topics = [{ topicId: this.name, partitions: [{ ...asked, partitionMaxBytes: FETCH_BYTES }] }];
      const { api } = this.#module.fetchV12;
      const { responses } = await this.#client.hold(
        api.async(broker, FETCH_MS, 1, FETCH_BYTES, 0, 0, -1, topics, [], ''),
      );
      const before = next;
      for (const batch of responses[0]?.partitions[0]?.records ?? []) {
        next = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
        into.add(batch);
      }
      // The last batch is never compacted away.
      if (next <= before) throw new ExplainedError(withheld(this.name));
    }
  }
}

/** The one record that says how far the feed is stored. */
export class PositionBatch implements OutgoingBatch {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly length = 1;
  number: OutgoingBatch['number'];

  constructor(topic: string, partition: number, key: Buffer, value: Buffer) {
    this.topic = topic;
    this.partition = partition;
    this.key = key;
    this.value = value;
  }

  get maxBytes(): number {
    return this.key.length + this.value.length + OVERHEAD;
  }
}

function orMissing(error: unknown): undefined {
  if (classify(error).name !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
}

function withheld(topic: string): Failure {
  return {
    kind: 'retriable',
    name: '',
    reason: `the broker does not hand out all that it has of ${topic}`,
    advice: 'Look at the log of the broker.',
  };
}

function notOurs(topic: string) {
  return {
    reason: `there is no topic ${topic}, and this user may not make it`,
    advice: `Make it: compacted (\`cleanup.policy=compact\`), with ${PARTITIONS} partitions; or name another one in \`position_topic\`.`,
  };
}

function mayNotUse(topic: string) {
  return {
    reason: `this user may not use ${topic}, where it stands how far the feed is stored`,
    advice: 'Give it the rights `Read` and `Write` to that topic, or name another one in `position_topic`.',
  };
}

/** As many as do for feeds over machines, too: it is never changed. */
const PARTITIONS = 48;
/** Feeds write to it several times a second: what is written over is to go soon. */
const CONFIGS = [
  { name: 'cleanup.policy', value: 'compact' },
  { name: 'segment.bytes', value: '16777216' },
  { name: 'segment.ms', value: '3600000' },
  { name: 'min.cleanable.dirty.ratio', value: '0.1' },
] as const;
const CREATE_MS = 10_000;
const EARLIEST = -2n;
const LATEST = -1n;
const FIRST_WINDOW = 1_000n;
const FETCH_MS = 100;
const FETCH_BYTES = 4 * 1024 * 1024;
const OVERHEAD = 64;
