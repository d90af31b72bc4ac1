/** Who takes messages. */
export interface MessageTaker {
  /** A whole message, or data frame: a view of the chunk where it can be one. The hot path. */
  data(data: Buffer, isBinary: boolean, isDeflated: boolean): void;
}

/**
 * The data frames of a connection on which messages may be compressed (RFC 7692, section 6): what comes in fragments, or in
 * several chunks of the socket's, is put together here. `ws` sees none of it: messages refer to those before them, so that
 * one receiver must have them all.
 */
export class MessageParts {
  readonly #taker: MessageTaker;
  /** How the message at hand begins, without its FIN; 0 between messages. */
  #kind = 0;
  #isLast = false;
  #buffer = NOTHING;
  #length = 0;

  constructor(taker: MessageTaker) {
    this.#taker = taker;
  }

  /** Whether a message is begun. */
  get isOpen(): boolean {
    return this.#kind !== 0;
  }

  /** How many bytes of a message are there. */
  get length(): number {
    return this.#length;
  }

  /** Begins a message like the one at hand for `ws`, which is to find out what is wrong with what comes behind. */
  get beginning(): Buffer {
    return this.isOpen ? Buffer.from([this.#kind & ~RSV1, 0]) : NOTHING;
  }

  /** Whether a data frame that begins with this byte may come now. */
  mayCome(first: number): boolean {
    const kind = first & ~FIN;
    if (this.isOpen) return kind === CONTINUATION;
    const opcode = kind & ~RSV1;
    return opcode === TEXT || opcode === BINARY;
  }

  /** A frame's data, or the beginning of it. */
  take(first: number, bytes: Buffer, isWhole: boolean): void {
    const isLast = first >= FIN;
    if (isLast && isWhole && !this.isOpen) {
      this.#hand(first & ~FIN, bytes);
      return;
    }
    if (!this.isOpen) this.#kind = first & ~FIN;
    this.#isLast = isLast;
    this.goOn(bytes, isWhole);
  }

  /** More of the frame's data. */
  goOn(bytes: Buffer, isWhole: boolean): void {
    this.#add(bytes);
    if (!isWhole || !this.#isLast) return;
    const [kind, message] = [this.#kind, this.#buffer.subarray(0, this.#length)];
    this.#kind = 0;
    this.#buffer = NOTHING;
    this.#length = 0;
    this.#hand(kind, message);
  }

  #hand(kind: number, message: Buffer): void {
    this.#taker.data(message, (kind & ~RSV1) === BINARY, (kind & RSV1) !== 0);
  }

  #add(bytes: Buffer): void {
    const length = this.#length + bytes.length;
    if (length > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    bytes.copy(this.#buffer, this.#length);
    this.#length = length;
  }
}

const NOTHING = Buffer.alloc(0);
/** RFC 6455, section 5.2, and RFC 7692, section 6. */
const FIN = 0x80;
const RSV1 = 0x40;
const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
