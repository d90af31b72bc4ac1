import { scalarAt } from '../../../json/field.js';
import { MemberReader } from '../../../json/members.js';
import { type BatchEncoder, HEADER_OVERHEAD, RECORD_OVERHEAD } from '../../../kafka/batch/batch-encoder.js';
import type { KafkaRecord } from '../../../kafka/producer.js';
import type { ResolvedKafkaOptions } from '../options.js';
import type { KafkaBatch, Place } from './kafka-batch.js';
import { keyBytes, type PageSlice } from './page-slice.js';
import { formatted, type KafkaFormatType } from './record-format.js';
import { TOMBSTONE, WHOLE } from './record-shape.js';

/** Makes Kafka's records out of a page's bytes, when they are about to be sent: as parts of a batch, or as a client takes them. */
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

  /** What a record takes in a batch, at most. */
  sizeOf(slice: PageSlice, position: number): number {
    const start = slice.valueStart(position);
    let size = RECORD_OVERHEAD;
    if (start === WHOLE) size += slice.lineBytes(position);
    else if (start !== TOMBSTONE) size += slice.valueEnd(position) - start;
    const keyStart = slice.keyStart(position);
    if (keyStart >= 0) {
      const keyEnd = slice.keyEnd(position);
      // Decoded, it is not longer.
      size += (keyEnd < 0 ? ~keyEnd : keyEnd) - keyStart;
    }
    const headers = this.#headersOf(slice, position);
    if (headers !== undefined) for (const part of headers) size += HEADER_OVERHEAD / 2 + part.length;
    return size;
  }

  /** How many bytes the values of a batch have. */
  valueBytes({ parts }: KafkaBatch): number {
    let bytes = 0;
    for (const { slice, from, to } of parts) {
      for (let position = from; position < to; position++) {
        if (slice.valueStart(position) === WHOLE) {
          if (!isNull(slice, position)) bytes += slice.lineBytes(position);
        } else bytes += this.#valueOf(slice, position)?.length ?? 0;
      }
    }
    return bytes;
  }

  /** Adds the records of a batch to an encoder. */
  write({ parts }: KafkaBatch, encoder: BatchEncoder): void {
    for (const { slice, from, to } of parts) {
      const { page } = slice;
      const { bytes } = page;
      if (slice.isWhole && this.#headers === undefined && !this.#frameHeaders) {
        encoder.lines(bytes, page.ends, from, to, page.start(from), page);
        continue;
      }
      for (let position = from; position < to; position++) {
        const time = slice.time(position) ?? page.receivedAt(slice.index(position));
        const headers = this.#headersOf(slice, position);
        const keyStart = slice.keyStart(position);
        const keyEnd = keyStart < 0 ? -1 : slice.keyEnd(position);
        const key = keyStart < 0 || keyEnd >= 0 ? undefined : this.#keyOf(slice, position)!;
        const isLine = slice.valueStart(position) === WHOLE && !isNull(slice, position);
        const value = isLine ? undefined : this.#valueOf(slice, position);
        const index = slice.index(position);
        encoder.record(
          time,
          key ?? bytes,
          key === undefined ? keyStart : 0,
          key?.length ?? keyEnd,
          value ?? bytes,
          isLine ? page.start(index) : value === undefined ? -1 : 0,
          isLine ? page.ends[index]! : (value?.length ?? -1),
          headers,
        );
      }
    }
  }

  /** The records of a batch as a client takes them: the same ones each time. */
  records(batch: KafkaBatch): readonly KafkaRecord[] {
    batch.records ??= batch.parts.flatMap(({ slice, from, to }) =>
      Array.from({ length: to - from }, (_, n) => this.#record(batch, slice, from + n)),
    );
    return batch.records;
  }

  #record({ topic, partition }: Place, slice: PageSlice, position: number): KafkaRecord {
    const time = slice.time(position) ?? slice.page.receivedAt(slice.index(position));
    // Frames of one chunk share it, and a BigInt is an object.
    if (time !== this.#time) {
      this.#time = time;
      this.#timestamp = BigInt(Math.trunc(time));
    }
    const headers = this.#headersOf(slice, position);
    return {
      topic,
      partition,
      key: this.#keyOf(slice, position),
      value: this.#valueOf(slice, position),
      headers: headers && new Map(pairs(headers)),
      timestamp: this.#timestamp,
    };
  }

  #keyOf(slice: PageSlice, position: number): Buffer | undefined {
    const start = slice.keyStart(position);
    return start < 0 ? undefined : keyBytes(slice.page.bytes, start, slice.keyEnd(position), this.#hasBase64Keys);
  }

  #valueOf(slice: PageSlice, position: number): Buffer | undefined {
    const start = slice.valueStart(position);
    if (start === WHOLE) return isNull(slice, position) ? undefined : slice.page.text(slice.index(position));
    const { bytes } = slice.page;
    if (start === TOMBSTONE || bytes[start] === LOWER_N) return undefined;
    return formatted(this.#valueType, bytes, start, slice.valueEnd(position));
  }

  /** Names and values in turns. */
  #headersOf(slice: PageSlice, position: number): Buffer[] | undefined {
    const reader = this.#headers;
    if (reader === undefined && !this.#frameHeaders) return undefined;
    const { page } = slice;
    const index = slice.index(position);
    const headers: Buffer[] = [];
    const line = page.text(index);
    if (reader?.open(line, 0, line.length)) {
      while (reader.next()) {
        headers.push(textAt(line, reader.keyStart, reader.keyEnd), textAt(line, reader.start, reader.end));
      }
    }
    if (this.#frameHeaders) {
      const { connection, sequence } = page.frame(index);
      if (this.#feed !== undefined) headers.push(FEED, this.#feed);
      headers.push(CONNECTION, Buffer.from(String(connection)), SEQUENCE, Buffer.from(String(sequence)));
    }
    return headers;
  }
}

/** Whether a line is `null`: no other JSON text begins so. */
function isNull(slice: PageSlice, position: number): boolean {
  const { page } = slice;
  return page.bytes[page.start(slice.index(position))] === LOWER_N;
}

function* pairs(parts: readonly Buffer[]): Generator<readonly [Buffer, Buffer]> {
  for (let at = 0; at < parts.length; at += 2) yield [parts[at]!, parts[at + 1]!];
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
