import { BatchEncoder, type BatchHead } from '../batch/batch-encoder.js';
import { BatchMemory } from '../batch/batch-memory.js';
import type { ClientOptions } from '../client-options.js';
import { classify, ExplainedError, type Failure, isFromBroker } from '../failures.js';
import { unreadableFailure } from '../foreign.js';
import type { BatchProducer, OutgoingBatch } from './batch-producer.js';
import { Lane } from './lane.js';
import type { Link } from './link.js';
import type { ProducerIdentity } from './numbering.js';
import { PRODUCE, PRODUCE_VERSION, produceRequestHead, sealProduceRequest } from './produce-request.js';
import { WireClient } from './wire-client.js';
import type { WireModule } from './wire-module.js';

/**
 * A producer that writes its requests itself, over connections of `@platformatic/kafka`. The numbers of the batches are ours, so
 * that several of a partition may be on their way, and that one that goes again is the same one to the broker. Nothing is tried
 * again from here.
 */
export function wireProducer(module: WireModule, options: ClientOptions): BatchProducer {
  return new WireProducer(module, options, new WireClient(module, options));
}

/** What a producer of transactions asks of them. */
export interface BatchTransaction {
  readonly id: string;
  /** Counts them: what a partition was added to. */
  readonly number: number;
  /** Who writes them. */
  readonly identity: ProducerIdentity;
  /** Adds a partition to the one that is open. */
  add(topic: string, partition: number): Promise<void>;
  /** What an error means for it. */
  explain(error: unknown): unknown;
}

/** Made by {@link wireProducer}; with a transaction, its batches are part of that. */
export class WireProducer implements BatchProducer {
  readonly maxPerPartition: number;
  readonly #module: WireModule;
  readonly #options: ClientOptions;
  readonly #client: WireClient;
  readonly #lanes = new Map<string, Lane>();
  readonly #memory = new BatchMemory();
  readonly #encoder: BatchEncoder;
  readonly #transaction: BatchTransaction | undefined;
  #identity: Promise<ProducerIdentity> | undefined;
  /** Why nothing more can be part of the transaction. */
  #failure: ExplainedError | undefined;

  constructor(module: WireModule, options: ClientOptions, client: WireClient, transaction?: BatchTransaction) {
    this.#module = module;
    this.#options = options;
    this.#transaction = transaction;
    this.maxPerPartition = options.idempotent ? MAX_PER_PARTITION : 1;
    this.#client = client;
    // Of bytes that come in another way the client makes a copy first.
    const checksum = (bytes: Buffer): number => module.crc32c(module.Writer.create().append(bytes).dynamicBuffer);
    const { bitmask: bits, compressSync: compress } = module.compressionsAlgorithms[options.compression];
    this.#encoder = new BatchEncoder(this.#memory, checksum, bits === 0 ? undefined : { bits, compress });
  }

  async send(batch: OutgoingBatch, write: (encoder: BatchEncoder) => void): Promise<number | undefined> {
    const lane = this.#laneOf(batch);
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#options.idempotent && !lane.numbering.take(batch)) throw lane.failure;
    let offset: number | undefined;
    try {
      const link = (this.#isReady(lane) ? lane.link : undefined) ?? (await lane.open(() => this.#find(lane)));
      offset = await this.#sendOver(link, lane, batch, write);
    } catch (error) {
      const { name } = classify(error);
      // It came twice: the answer to the first time was lost, and it is too long ago for the broker to know where it lies.
      if (name !== 'DUPLICATE_SEQUENCE_NUMBER') throw this.#refused(lane, batch, error);
    }
    lane.numbering.stored(batch);
    return offset;
  }

  forget(batch: OutgoingBatch): void {
    const lane = this.#laneOf(batch);
    if (this.#transaction === undefined) lane.numbering.forget(batch);
    else if (!lane.isUncertain) lane.numbering.rewind(batch);
    else this.#failure = new ExplainedError(MAY_COME_LATE);
  }

  async partitions(topic: string): Promise<number> {
    try {
      return await this.#client.partitions(topic);
    } catch (error) {
      throw this.#client.explain(error);
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #laneOf({ topic, partition }: OutgoingBatch): Lane {
    const name = `${topic}-${partition}`;
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      const { clientId, acks, requestTimeoutMs } = this.#options;
      // The broker has to answer before the time for the request is up.
      const timeoutMs = Math.ceil(requestTimeoutMs * 0.9);
      const place = { clientId, acks: ACKS[acks], timeoutMs, topic, partition };
      lane = new Lane(topic, partition, produceRequestHead({ ...place, transactionalId: this.#transaction?.id }));
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  async #find(lane: Lane): Promise<Link> {
    const link = await this.#client.leader(lane.topic, lane.partition, lane.isStale);
    lane.isStale = false;
    const transaction = this.#transaction;
    if (transaction === undefined) {
      if (!this.#isNumbered(lane)) lane.numbering.identify(await this.#identify(lane, link));
    } else if (!this.#isReady(lane)) {
      const { number } = transaction;
      await transaction.add(lane.topic, lane.partition);
      lane.transaction = number;
      lane.numbering.identify(transaction.identity);
    }
    return link;
  }

  /** Whether batches can be sent as they are: the partition is part of the transaction, if there is one. */
  #isReady(lane: Lane): boolean {
    return this.#isNumbered(lane) && (this.#transaction === undefined || lane.transaction === this.#transaction.number);
  }

  /** Whether it is known who sends: not before the producer has its number, nor after the last of its epochs. */
  #isNumbered({ numbering }: Lane): boolean {
    return !this.#options.idempotent || numbering.identity !== undefined;
  }

  /** The number of this producer, which is asked for once; again where its epochs are used up, or nobody told it. */
  async #identify({ numbering }: Lane, link: Link): Promise<ProducerIdentity> {
    this.#identity ??= this.#client.identify(link);
    const asked = this.#identity;
    try {
      const identity = await asked;
      if (!numbering.hasUsedUp(identity)) return identity;
    } catch (error) {
      if (this.#identity === asked) this.#identity = undefined;
      throw error;
    }
    if (this.#identity === asked) this.#identity = this.#client.identify(link);
    return await this.#identity;
  }

  async #sendOver(
    link: Link,
    lane: Lane,
    batch: OutgoingBatch,
    write: (encoder: BatchEncoder) => void,
  ): Promise<number | undefined> {
    const { requestHead } = lane;
    const { Reader, produceV7 } = this.#module;
    this.#encoder.begin(batch.maxBytes, requestHead);
    write(this.#encoder);
    const bytes = this.#encoder.end(this.#options.idempotent ? this.#headOf(lane, batch) : NOBODY);
    const number = link.nextNumber();
    sealProduceRequest(bytes, requestHead.length, number);
    const isAnswered = this.#options.acks !== 'none';
    const answer = await link.send({ bytes, number, isAnswered, onWritten: () => this.#memory.giveBack(bytes) });
    if (!isAnswered) return undefined;
    const { responses } = produceV7.parseResponse(number, PRODUCE, PRODUCE_VERSION, Reader.from(answer));
    const found = responses[0]?.partitionResponses[0];
    if (found?.index !== lane.partition) throw new ExplainedError(unreadableFailure());
    return found.baseOffset < 0n ? undefined : Number(found.baseOffset);
  }

  #headOf({ numbering }: Lane, batch: OutgoingBatch): BatchHead {
    const head = numbering.headOf(batch);
    return this.#transaction === undefined ? head : { ...head, isTransactional: true };
  }

  /** What a batch was refused with, once it is clear what that says of its way. */
  #refused(lane: Lane, batch: OutgoingBatch, error: unknown): unknown {
    const { name } = classify(error);
    lane.numbering.refused(batch, MISSED.has(name));
    if (!isFromBroker(error) || MOVED.has(name)) lane.leave();
    if (!isFromBroker(error)) lane.isUncertain = true;
    lane.failure = this.#explained(lane, this.#client.explain(error));
    return lane.failure;
  }

  #explained({ numbering }: Lane, error: unknown): unknown {
    const transaction = this.#transaction;
    if (transaction === undefined) return error;
    // Under another epoch it would be another transaction.
    return numbering.isLost ? new ExplainedError(LOST, error) : transaction.explain(error);
  }
}

const ACKS = { all: -1, leader: 1, none: 0 } as const;
/** As many batches of a producer as a broker knows again. */
const MAX_PER_PARTITION = 5;
const NOBODY = { producerId: -1n, epoch: 0, sequence: 0 };
/** The broker lacks what came before. */
const MISSED: ReadonlySet<string> = new Set(['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID']);
const LOST: Failure = {
  kind: 'fatal',
  name: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
  reason: 'the broker has lost a part of the transaction that it had acknowledged',
  advice: 'Run again: the feed goes on where its last transaction was committed.',
};
const MAY_COME_LATE: Failure = {
  kind: 'fatal',
  name: '',
  reason: 'a record before it is too large, and what was sent behind that may still be on its way',
  advice: LOST.advice,
};
/** The partition may be somewhere else. */
const MOVED: ReadonlySet<string> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_TOPIC_ID',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'NOT_LEADER_FOR_PARTITION',
  'REPLICA_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'KAFKA_STORAGE_ERROR',
]);
