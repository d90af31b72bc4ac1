import { Message } from '../parse/message.js';

/** What `envelope()` puts around a record. */
export interface Envelope<T = unknown> {
  /** The record. */
  readonly data: T;
  /** When its frame arrived, in epoch milliseconds. */
  readonly received_at: number;
  /** The address that it came from, without user info. */
  readonly url: string;
}

/** A message whose value is the envelope `{ data, received_at, url }` around another's. Its text is put together late. */
export class EnvelopeMessage<T> extends Message<Envelope<T>> {
  readonly #inner: Message<T>;
  readonly #tail: Buffer;

  /** `tail` is the text behind the inner text, as {@link tailText} makes it. */
  constructor(inner: Message<T>, tail: Buffer) {
    super(inner.frame, EMPTY, 0, 0, false, inner.bigIntegers);
    this.#inner = inner;
    this.#tail = tail;
  }

  override get byteLength(): number {
    return HEAD.length + this.#inner.byteLength + this.#tail.length;
  }

  override get text(): Buffer {
    return Buffer.concat([HEAD, this.#inner.text, this.#tail]);
  }

  override copyTo(target: Buffer, offset: number): number {
    HEAD.copy(target, offset);
    const end = this.#inner.copyTo(target, offset + HEAD.length);
    this.#tail.copy(target, end);
    return end + this.#tail.length;
  }

  protected override build(): Envelope<T> {
    return { data: this.#inner.value, received_at: this.frame.receivedAt, url: this.frame.url };
  }
}

/** The text of an envelope behind its data. */
export function tailText(receivedAt: number, url: string): Buffer {
  return Buffer.from(`,"received_at":${receivedAt},"url":${JSON.stringify(url)}}`);
}

const HEAD = Buffer.from('{"data":');
const EMPTY = Buffer.alloc(0);
