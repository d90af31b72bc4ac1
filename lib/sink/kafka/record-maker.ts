import type { Page } from '../../batch/page.js';
import { scalarAt } from '../../json/field.js';
import { MemberReader } from '../../json/members.js';
import type { Lane } from './lane.js';
import type { ResolvedKafkaOptions } from './options.js';
import type { KafkaRecord } from './producer.js';
import type { Slice } from './slice.js';

/** Makes Kafka's records out of a page's bytes, when they are about to be sent. */
export class RecordMaker {
  readonly #headers: MemberReader | undefined;
  readonly #frameHeaders: boolean;
  readonly #feed: Buffer | undefined;
  #receivedAt = Number.NaN;
  #timestamp = 0n;

  constructor({
    headersPath,
    frameHeaders,
    feed,
  }: Pick<ResolvedKafkaOptions, 'headersPath' | 'frameHeaders' | 'feed'>) {
    this.#headers = headersPath === undefined ? undefined : new MemberReader(headersPath);
    this.#frameHeaders = frameHeaders;
    this.#feed = feed === undefined ? undefined : Buffer.from(feed);
  }

  make(lane: Lane, slice: Slice, position: number): KafkaRecord {
    const { page } = slice;
    const index = slice.index(position);
    const receivedAt = page.receivedAt(index);
    // Frames of one chunk share it, and a BigInt is an object.
    if (receivedAt !== this.#receivedAt) {
      this.#receivedAt = receivedAt;
      this.#timestamp = BigInt(Math.trunc(receivedAt));
    }
    const value = page.text(index);
    return {
      topic: lane.topic,
      partition: lane.partition,
      key: slice.key(position),
      value,
      headers:
        this.#headers === undefined && !this.#frameHeaders
          ? undefined
          : this.#headersOf(value, this.#frameHeaders ? page.frame(index) : undefined),
      timestamp: this.#timestamp,
    };
  }

  #headersOf(value: Buffer, frame: ReturnType<Page['frame']> | undefined): Map<Buffer, Buffer> {
    const headers = new Map<Buffer, Buffer>();
    const reader = this.#headers;
    if (reader?.open(value, 0, value.length)) {
      while (reader.next()) {
        headers.set(textAt(value, reader.keyStart, reader.keyEnd), textAt(value, reader.start, reader.end));
      }
    }
    if (frame !== undefined) {
      if (this.#feed !== undefined) headers.set(FEED, this.#feed);
      headers.set(CONNECTION, Buffer.from(String(frame.connection)));
      headers.set(SEQUENCE, Buffer.from(String(frame.sequence)));
    }
    return headers;
  }
}

/** A string's text; of any other value its JSON. */
function textAt(bytes: Buffer, start: number, end: number): Buffer {
  return bytes[start] === QUOTE ? Buffer.from(scalarAt(bytes, start, end) as string) : bytes.subarray(start, end);
}

const QUOTE = 0x22;
const FEED = Buffer.from('spillway.feed');
const CONNECTION = Buffer.from('spillway.connection');
const SEQUENCE = Buffer.from('spillway.sequence');
