import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, type Zlib } from 'node:zlib';
import { MessageTooLargeError } from '../errors.js';

/** What binary frames are compressed with. `auto`: gzip or zlib, by how a frame begins; others pass as they are. */
export type Compression = (typeof COMPRESSIONS)[number];

export const COMPRESSIONS = ['gzip', 'deflate', 'deflate_raw', 'brotli', 'auto'] as const;

/**
 * Inflates the binary frames of one connection, one by one and whole: each is a compressed text of its own. One that
 * cannot be inflated stays as it came, and it is remembered why, for as long as somebody has it.
 */
export class Inflater {
  readonly #compression: Compression;
  readonly #limits: { readonly url: string; readonly limit: number };
  readonly #options: { readonly maxOutputLength: number; readonly info: true };
  readonly #failures = new WeakMap<Buffer, string>();

  /**
   * @param limit how many bytes a frame may have when inflated
   * @param url the address, as errors show it
   */
  constructor(compression: Compression, limit: number, url: string) {
    this.#compression = compression;
    this.#limits = { url, limit };
    this.#options = { maxOutputLength: limit, info: true };
  }

  /**
   * The inflated bytes; the given ones when they cannot be inflated, or are not compressed as far as `auto` can tell.
   *
   * @throws {MessageTooLargeError} when there would be more of them than may be
   */
  inflate(data: Buffer): Buffer {
    const codec = this.#compression === 'auto' ? codecOf(data) : this.#compression;
    if (codec === undefined) return data;
    try {
      // The declared types do not know of `info`.
      const { buffer, engine } = INFLATE[codec](data, this.#options) as unknown as { buffer: Buffer; engine: Zlib };
      const rest = data.length - engine.bytesWritten;
      if (rest === 0) return withoutSlack(buffer);
      this.#failures.set(data, reasonFor(codec, `more bytes follow its end: ${rest}`));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ERR_BUFFER_TOO_LARGE')
        throw new MessageTooLargeError({ ...this.#limits, inflated: true, cause: error });
      this.#failures.set(data, reasonFor(codec, message));
    }
    return data;
  }

  /** Why these bytes, which {@link inflate} returned, are still as they came; `undefined` when nothing is wrong with them. */
  failureOf(data: Buffer): string | undefined {
    return this.#failures.get(data);
  }
}

/** What a frame is compressed with, by its first two bytes (RFC 1952, section 2.3.1; RFC 1950, section 2.2). No JSON text begins so. */
function codecOf(data: Buffer): 'gzip' | 'deflate' | undefined {
  if (data.length < 2) return undefined;
  const head = data.readUInt16BE(0);
  if (head === GZIP) return 'gzip';
  const isDeflate = (head & 0x0f00) === 0x0800 && head >> 12 <= 7;
  return isDeflate && head % 31 === 0 && (head & NEEDS_DICTIONARY) === 0 ? 'deflate' : undefined;
}

/** zlib gives a piece of a buffer of 16 or 64 KiB, however small the frame is: while many wait, they would keep it all. */
function withoutSlack(inflated: Buffer): Buffer {
  return inflated.length === inflated.buffer.byteLength ? inflated : Buffer.from(inflated);
}

function reasonFor(codec: Exclude<Compression, 'auto'>, why: string): string {
  return `it cannot be inflated as \`decompress\` asks for (${codec}: ${why}),`;
}

const INFLATE = {
  gzip: gunzipSync,
  deflate: inflateSync,
  deflate_raw: inflateRawSync,
  brotli: brotliDecompressSync,
} as const;

const GZIP = 0x1f8b;
const NEEDS_DICTIONARY = 0x20;
