import type { Page } from '../../../batch/page.js';
import { scalarAt } from '../../../json/field.js';
import { MemberReader } from '../../../json/members.js';
import type { KafkaRecord } from '../../../kafka/producer.js';
import type { ResolvedKafkaOptions } from '../options.js';
import type { PageSlice } from './page-slice.js';
import { formatted, type KafkaFormatType } from './record-format.js';
import { TOMBSTONE, WHOLE } from './record-shape.js';

/** Where a record goes. */
interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** Makes Kafka's records out of a page's bytes, when they are about to be sent. */
export class RecordMaker {
  readonly #headers: MemberReader | undefined;
  readonly #frameHeaders: boolean;
  readonly #feed: Buffer | undefined;
  readonly #valueType: KafkaFormatType;
  readonly #hasBase64Keys: boolean;
  #time = Number.NaN;
  #timestamp = 0n;

  constructor({ headersPath, frameHeaders, feed, valueFormat, keyFormat }: MakerOptions) {
    this.#headers = headersPath === undefined ? undefined : new MemberReader(headersPath);
    this.#frameHeaders = frameHeaders;
    this.#feed = feed === undefined ? undefined : Buffer.from(feed);
    this.#valueType = valueFormat.type;
    this.#hasBase64Keys = keyFormat?.type === 'bytes';
  }

  make({ topic, partition }: Place, slice: PageSlice, position: number): KafkaRecord {
    const { page } = slice;
    const index = slice.index(position);
    const time = slice.time(position) ?? page.receivedAt(index);
    // Frames of one chunk share it, and a BigInt is an object.
    if (time !== this.#time) {
      this.#time = time;
      this.#timestamp = BigInt(Math.trunc(time));
    }
    const line = page.text(index);
    return {
      topic,
      partition,
      key: slice.key(position, this.#hasBase64Keys),
      value: this.#valueOf(slice, position, line),
      headers:
        this.#headers === undefined && !this.#frameHeaders
          ? undefined
          : this.#headersOf(line, this.#frameHeaders ? page.frame(index) : undefined),
      timestamp: this.#timestamp,
    };
  }

  #valueOf(slice: PageSlice, position: number, line: Buffer): Buffer | undefined {
    const start = slice.valueStart(position);
    // No other JSON text begins so than `null`.
    if (start === WHOLE) return line[0] === LOWER_N ? undefined : line;
    const { bytes } = slice.page;
    if (start === TOMBSTONE || bytes[start] === LOWER_N) return undefined;
    return formatted(this.#valueType, bytes, start, slice.valueEnd(position));
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

/** What it takes to make them. */
type MakerOptions = Pick<ResolvedKafkaOptions, 'headersPath' | 'frameHeaders' | 'feed' | 'valueFormat' | 'keyFormat'>;

/** A string's text; of any other value its JSON. */
function textAt(bytes: Buffer, start: number, end: number): Buffer {
  return bytes[start] === QUOTE ? Buffer.from(scalarAt(bytes, start, end) as string) : bytes.subarray(start, end);
}

const QUOTE = 0x22;
const LOWER_N = 0x6e;
const FEED = Buffer.from('spillway.feed');
const CONNECTION = Buffer.from('spillway.connection');
const SEQUENCE = Buffer.from('spillway.sequence');
