import type { Page } from '../../batch/page.js';
import { FieldReader, scalarAt } from '../../json/field.js';
import type { Handover } from './handover.js';
import { Lane } from './lane.js';
import { partitionOfKey } from './murmur2.js';
import { type ResolvedKafkaOptions, TOPIC_NAME } from './options.js';
import { keyBytes, Slice } from './slice.js';

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
 * Spreads the records of pages over the lanes of their partitions: by `partitionPath`, by their key as all of Kafka's
 * clients do, or for records without a key a batch's worth to each partition in turn.
 */
export class Router {
  readonly #options: Pick<ResolvedKafkaOptions, 'onKeyError' | 'batchSize' | 'batchBytes'>;
  readonly #topicName: string | undefined;
  readonly #topicReader: FieldReader | undefined;
  readonly #key: FieldReader | undefined;
  readonly #partition: FieldReader | undefined;
  readonly #headers: FieldReader | undefined;
  readonly #topics = new Map<string, Topic>();
  /** Lanes that got something, in the order in which they got it. */
  #touched: Lane[] = [];

  constructor(options: ResolvedKafkaOptions) {
    const { topic, keyPath, partitionPath, headersPath } = options;
    this.#options = options;
    this.#topicName = 'name' in topic ? topic.name : undefined;
    this.#topicReader = 'path' in topic ? new FieldReader(topic.path) : undefined;
    this.#key = keyPath === undefined ? undefined : new FieldReader(keyPath);
    this.#partition = partitionPath === undefined ? undefined : new FieldReader(partitionPath);
    this.#headers = headersPath === undefined ? undefined : new FieldReader(headersPath);
  }

  /** The topics of a page of which it is not known how many partitions they have. */
  unknownTopics(page: Page): string[] {
    if (this.#topicName !== undefined) return this.#topics.has(this.#topicName) ? [] : [this.#topicName];
    const unknown = new Set<string>();
    for (let index = 0; index < page.length; index++) {
      const name = this.#topicOf(page, index);
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

  /** Every lane. */
  *lanes(): Generator<Lane> {
    for (const topic of this.#topics.values()) yield* topic.lanes;
  }

  /** The lanes that got records since this was asked the last time. */
  takeTouched(): Lane[] {
    const touched = this.#touched;
    this.#touched = [];
    return touched;
  }

  /** Spreads the records of a page whose topics are all known. */
  route(handover: Handover): Routed {
    const { page } = handover;
    if (
      this.#topicName !== undefined &&
      this.#key === undefined &&
      this.#partition === undefined &&
      this.#headers === undefined
    ) {
      const lane = this.#nextLane(this.#topics.get(this.#topicName)!);
      lane.add(new Slice(page, handover, true), page.length, page.bytes.length);
      this.#touched.push(lane);
      return ALL_WELL;
    }
    return this.#routeEach(handover);
  }

  #routeEach(handover: Handover): Routed {
    const { page } = handover;
    const { onKeyError } = this.#options;
    let skipped = 0;
    let skippedGaps = 0;
    let firstBad: BadRecord | undefined;
    for (let index = 0; index < page.length; index++) {
      const problem = this.#routeOne(handover, index);
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
  #routeOne(handover: Handover, index: number): string | undefined {
    const { page } = handover;
    const { bytes } = page;
    const start = page.start(index);
    const end = page.ends[index]!;
    // A gap has neither key nor headers, and is sent all the same.
    const isLenient = this.#options.onKeyError === 'null_key' || page.isGap(index);
    const name = this.#topicName ?? this.#topicOf(page, index);
    if (name === undefined) return 'has no valid name of a topic where `topic.path` looks for one';
    const topic = this.#topics.get(name)!;

    let keyStart = -1;
    let keyEnd = -1;
    const key = this.#key;
    if (key !== undefined) {
      if (key.find(bytes, start, end) && isKey(bytes[key.start]!)) {
        const isText = bytes[key.start] === QUOTE;
        const hasEscapes = isText && bytes.subarray(key.start, key.end).includes(BACKSLASH);
        keyStart = isText && !hasEscapes ? key.start + 1 : key.start;
        keyEnd = hasEscapes ? ~key.end : isText ? key.end - 1 : key.end;
      } else if (!isLenient) {
        return 'has no key (a string, a number or a boolean) where `key_path` looks for one';
      }
    }
    let partition = -1;
    const reader = this.#partition;
    if (reader !== undefined) {
      if (reader.find(bytes, start, end)) partition = partitionAt(bytes, reader.start, reader.end, topic.lanes.length);
      if (partition < 0 && !isLenient) {
        return `has no number from 0 to ${topic.lanes.length - 1}, a partition of ${name}, where \`partition_path\` looks for one`;
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

    const lane =
      partition >= 0
        ? topic.lanes[partition]!
        : keyStart >= 0
          ? topic.lanes[partitionFor(bytes, keyStart, keyEnd, topic.lanes.length)]!
          : this.#nextLane(topic);
    let slice = lane.newest;
    if (slice?.handover !== handover) {
      slice = new Slice(page, handover, false);
      lane.newest = slice;
      this.#touched.push(lane);
    }
    slice.add(index, keyStart, keyEnd);
    lane.add(slice, 1, end - start + 1);
    return undefined;
  }

  #topicOf(page: Page, index: number): string | undefined {
    const reader = this.#topicReader!;
    if (!reader.find(page.bytes, page.start(index), page.ends[index]!)) return undefined;
    if (page.bytes[reader.start] !== QUOTE) return undefined;
    const name = scalarAt(page.bytes, reader.start, reader.end) as string;
    return TOPIC_NAME.test(name) && name !== '.' && name !== '..' ? name : undefined;
  }

  /** For records without a key: the same partition until a batch for it is full or gone, then the next one. */
  #nextLane(topic: Topic): Lane {
    const { lanes } = topic;
    const { batchSize, batchBytes } = this.#options;
    const current = lanes[topic.turn]!;
    if (current.waiting > 0 && current.waiting < batchSize && current.waitingBytes < batchBytes) return current;
    let best = topic.turn;
    for (let step = 1; step <= lanes.length; step++) {
      const turn = (topic.turn + step) % lanes.length;
      if (step === 1 || lanes[turn]!.waitingBytes < lanes[best]!.waitingBytes) best = turn;
    }
    topic.turn = best;
    return lanes[best]!;
  }
}

class Topic {
  readonly lanes: readonly Lane[];
  /** Whose turn it is among the partitions, for records without a key. */
  turn = 0;

  constructor(name: string, partitions: number) {
    this.lanes = Array.from({ length: partitions }, (_, partition) => new Lane(name, partition));
  }
}

function isKey(byte: number): boolean {
  return byte !== OPEN_BRACE && byte !== OPEN_BRACKET && byte !== LOWER_N;
}

function partitionAt(bytes: Buffer, start: number, end: number, partitions: number): number {
  const value = scalarAt(bytes, start, end);
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < partitions ? value : -1;
}

function partitionFor(bytes: Buffer, start: number, end: number, partitions: number): number {
  if (end >= 0) return partitionOfKey(bytes, start, end, partitions);
  const key = keyBytes(bytes, start, end);
  return partitionOfKey(key, 0, key.length, partitions);
}

const ALL_WELL: Routed = { skipped: 0, skippedGaps: 0, firstBad: undefined, stoppedAt: undefined };
const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const LOWER_N = 0x6e;
