import type { Page } from '../../../batch/page.js';
import { FieldReader, scalarAt } from '../../../json/field.js';
import { partitionOfKey } from '../../../kafka/murmur2.js';
import type { PageDelivery } from '../delivery/page-delivery.js';
import type { ResolvedKafkaOptions } from '../options.js';
import { keyBytes, PageSlice } from './page-slice.js';
import { PartitionQueue } from './partition-queue.js';
import { isFormattable, type KafkaFormatType } from './record-format.js';
import { RecordShape } from './record-shape.js';
import { TopicReader } from './topic-reader.js';

/** What a record lacks that the options ask for. */
export interface BadRecord {
  /** The index in its page. */
  readonly index: number;
  /** What is wrong, as a clause that follows "record": `has no key at \`key_path\``. */
  readonly reason: string;
}

/** What became of a page. */
export interface Routed {
  /** Lines that were dropped: records and gaps. */
  readonly skipped: number;
  /** How many of them are gaps. */
  readonly skippedGaps: number;
  /** The first of them. */
  readonly firstBad: BadRecord | undefined;
  /** With `onKeyError: 'fail'`: the record at which it stopped. */
  readonly stoppedAt: BadRecord | undefined;
}

/**
 * Spreads the records of pages over the queues of their partitions: by `partitionPath`, by their key as all of Kafka's
 * clients do, or for records without a key a batch's worth to each partition in turn.
 */
export class Router {
  readonly #options: Pick<ResolvedKafkaOptions, 'onKeyError' | 'batchSize' | 'batchBytes'>;
  readonly #topicName: string | undefined;
  readonly #topicReader: TopicReader | undefined;
  readonly #key: FieldReader | undefined;
  readonly #partition: FieldReader | undefined;
  readonly #headers: FieldReader | undefined;
  readonly #shape: RecordShape | undefined;
  readonly #keyType: KafkaFormatType | undefined;
  readonly #topics = new Map<string, Topic>();
  /** Queues that got something, in the order in which they got it. */
  #touched: PartitionQueue[] = [];

  constructor(options: ResolvedKafkaOptions) {
    const { topic, keyPath, partitionPath, headersPath } = options;
    this.#options = options;
    this.#topicName = 'name' in topic ? topic.name : undefined;
    this.#topicReader = 'path' in topic ? new TopicReader(topic) : undefined;
    this.#key = keyPath === undefined ? undefined : new FieldReader(keyPath);
    this.#partition = partitionPath === undefined ? undefined : new FieldReader(partitionPath);
    this.#headers = headersPath === undefined ? undefined : new FieldReader(headersPath);
    this.#shape = RecordShape.isPlain(options) ? undefined : new RecordShape(options);
    this.#keyType = options.keyFormat?.type;
  }

  /** The topics of a page of which it is not known how many partitions they have. */
  unknownTopics(page: Page): string[] {
    if (this.#topicName !== undefined) return this.#topics.has(this.#topicName) ? [] : [this.#topicName];
    const unknown = new Set<string>();
    for (let index = 0; index < page.length; index++) {
      const name = this.#topicReader!.nameOf(page, index);
      if (name !== undefined && !this.#topics.has(name)) unknown.add(name);
    }
    return [...unknown];
  }

  /** How many topics are known. */
  get topics(): number {
    return this.#topics.size;
  }

  know(topic: string, partitions: number): void {
    this.#topics.set(topic, new Topic(topic, partitions));
  }

  /** Every queue. */
  *queues(): Generator<PartitionQueue> {
    for (const topic of this.#topics.values()) yield* topic.queues;
  }

  /** The queues that got records since this was asked the last time. */
  shiftTouched(): PartitionQueue[] {
    const touched = this.#touched;
    this.#touched = [];
    return touched;
  }

  /** Spreads the records of a page whose topics are all known. */
  route(delivery: PageDelivery): Routed {
    const { page } = delivery;
    if (
      this.#topicName !== undefined &&
      this.#key === undefined &&
      this.#partition === undefined &&
      this.#headers === undefined &&
      this.#shape === undefined
    ) {
      const queue = this.#nextQueue(this.#topics.get(this.#topicName)!);
      queue.add(new PageSlice(page, delivery, true), page.length, page.bytes.length);
      this.#touched.push(queue);
      return ALL_WELL;
    }
    return this.#routeEach(delivery);
  }

  #routeEach(delivery: PageDelivery): Routed {
    const { page } = delivery;
    const { onKeyError } = this.#options;
    let skipped = 0;
    let skippedGaps = 0;
    let firstBad: BadRecord | undefined;
    for (let index = 0; index < page.length; index++) {
      const problem = this.#routeOne(delivery, index);
      if (problem === undefined) continue;
      const bad = { index, reason: problem };
      // A gap that names no topic has nowhere to go; its event and the summary tell it all the same.
      if (onKeyError === 'fail' && !page.isGap(index)) {
        return { skipped, skippedGaps, firstBad, stoppedAt: bad };
      }
      firstBad ??= bad;
      skipped += 1;
      if (page.isGap(index)) skippedGaps += 1;
    }
    return { skipped, skippedGaps, firstBad, stoppedAt: undefined };
  }

  /** Returns what keeps the record from being sent, if anything does. */
  #routeOne(delivery: PageDelivery, index: number): string | undefined {
    const { page } = delivery;
    const { bytes } = page;
    const start = page.start(index);
    const end = page.ends[index]!;
    const isGap = page.isGap(index);
    // A gap has neither key nor headers, and is sent all the same.
    const isLenient = this.#options.onKeyError === 'null_key' || isGap;
    const name = this.#topicName ?? this.#topicReader!.nameOf(page, index);
    if (name === undefined) return this.#topicReader!.problemOf(page, index);
    const topic = this.#topics.get(name)!;

    let keyStart = -1;
    let keyEnd = -1;
    const key = this.#key;
    if (key !== undefined) {
      if (key.find(bytes, start, end) && isKey(this.#keyType, bytes, key.start, key.end)) {
        const isText = bytes[key.start] === QUOTE && this.#keyType !== 'json';
        const isDecoded =
          isText && (this.#keyType === 'bytes' || bytes.subarray(key.start, key.end).includes(BACKSLASH));
        keyStart = isText && !isDecoded ? key.start + 1 : key.start;
        keyEnd = isDecoded ? ~key.end : isText ? key.end - 1 : key.end;
      } else if (!isLenient) {
        return `has no key (${keyWords(this.#keyType)}) where \`key_path\` looks for one`;
      }
    }
    let partition = -1;
    const reader = this.#partition;
    if (reader !== undefined) {
      if (reader.find(bytes, start, end)) partition = partitionAt(bytes, reader.start, reader.end, topic.queues.length);
      if (partition < 0 && !isLenient) {
        return `has no number from 0 to ${topic.queues.length - 1}, a partition of ${name}, where \`partition_path\` looks for one`;
      }
    }
    const headers = this.#headers;
    if (
      headers !== undefined &&
      !isLenient &&
      !(headers.find(bytes, start, end) && bytes[headers.start] === OPEN_BRACE)
    ) {
      return 'has no object where `headers_path` looks for one';
    }

    const shape = this.#shape;
    if (isGap) shape?.leaveWhole();
    else {
      const problem = shape?.read(bytes, start, end, isLenient);
      if (problem !== undefined) return problem;
    }

    const queue =
      partition >= 0
        ? topic.queues[partition]!
        : keyStart >= 0
          ? topic.queues[partitionFor(bytes, keyStart, keyEnd, this.#keyType === 'bytes', topic.queues.length)]!
          : this.#nextQueue(topic);
    let slice = queue.newest;
    if (slice?.delivery !== delivery) {
      slice = new PageSlice(page, delivery, false);
      queue.newest = slice;
      this.#touched.push(queue);
    }
    slice.add(index, keyStart, keyEnd);
    if (shape !== undefined) slice.shape(shape.time, shape.valueStart, shape.valueEnd);
    queue.add(slice, 1, end - start + 1);
    return undefined;
  }

  /** For records without a key: the same partition until a batch for it is full or gone, then the next one. */
  #nextQueue(topic: Topic): PartitionQueue {
    const { queues } = topic;
    const { batchSize, batchBytes } = this.#options;
    const current = queues[topic.turn]!;
    if (current.waiting > 0 && current.waiting < batchSize && current.waitingBytes < batchBytes) return current;
    let best = topic.turn;
    for (let step = 1; step <= queues.length; step++) {
      const turn = (topic.turn + step) % queues.length;
      if (step === 1 || queues[turn]!.waitingBytes < queues[best]!.waitingBytes) best = turn;
    }
    topic.turn = best;
    return queues[best]!;
  }
}

class Topic {
  readonly queues: readonly PartitionQueue[];
  /** Whose turn it is among the partitions, for records without a key. */
  turn = 0;

  constructor(name: string, partitions: number) {
    this.queues = Array.from({ length: partitions }, (_, partition) => new PartitionQueue(name, partition));
  }
}

/** Whether a value is a key: as it is, a scalar. */
function isKey(type: KafkaFormatType | undefined, bytes: Buffer, start: number, end: number): boolean {
  const byte = bytes[start];
  if (byte === LOWER_N) return false;
  if (type === undefined) return byte !== OPEN_BRACE && byte !== OPEN_BRACKET;
  return isFormattable(type, bytes, start, end);
}

function keyWords(type: KafkaFormatType | undefined): string {
  if (type === undefined) return 'a string, a number or a boolean';
  return type === 'bytes' ? 'a text in base64' : 'any value but `null`';
}

function partitionAt(bytes: Buffer, start: number, end: number, partitions: number): number {
  const value = scalarAt(bytes, start, end);
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < partitions ? value : -1;
}

function partitionFor(bytes: Buffer, start: number, end: number, isBase64: boolean, partitions: number): number {
  if (end >= 0) return partitionOfKey(bytes, start, end, partitions);
  const key = keyBytes(bytes, start, end, isBase64);
  return partitionOfKey(key, 0, key.length, partitions);
}

const ALL_WELL: Routed = { skipped: 0, skippedGaps: 0, firstBad: undefined, stoppedAt: undefined };
const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const LOWER_N = 0x6e;
