import { MessageTooLargeError } from '../../errors.js';
import { type Codec, codecByMagic, decompressed } from '../../internal/decompress.js';
import type { KeptInflater } from './kept-inflater.js';

/** What binary frames are compressed with. `auto`: gzip, zlib or zstd, by how a frame begins; others pass as they are. */
export type Compression = Codec | 'auto';

/**
 * Inflates the binary frames of one connection, one by one and whole: each is a compressed text of its own. One that
 * cannot be inflated stays as it came, and it is remembered why, for as long as somebody has it.
 */
export class Inflater {
  readonly #compression: Compression;
  readonly #limits: { readonly url: string; readonly limit: number };
  #kept: KeptInflater | undefined;
  readonly #failures = new WeakMap<Buffer, string>();

  /**
   * @param limit how many bytes a frame may have when inflated
   * @param url the address, as errors show it
   */
  constructor(compression: Compression, limit: number, url: string) {
    this.#compression = compression;
    this.#limits = { url, limit };
  }

  /** Has small frames of gzip and zlib inflated in a third of the time, until {@link close}. What that takes is loaded when it is used. */
  async load(): Promise<void> {
    if (this.#compression === 'brotli' || this.#compression === 'zstd') return;
    const { KeptInflater } = await import('./kept-inflater.js');
    this.#kept ??= new KeptInflater(this.#limits.limit);
  }

  /** Frees what {@link load} took. */
  close(): void {
    this.#kept?.close();
    this.#kept = undefined;
  }

  /**
   * The inflated bytes; the given ones when they cannot be inflated, or are not compressed as far as `auto` can tell.
   *
   * @throws {MessageTooLargeError} when there would be more of them than may be
   */
  inflate(data: Buffer): Buffer {
    const codec = this.#compression === 'auto' ? codecByMagic(data) : this.#compression;
    if (codec === undefined) return data;
    const plain = this.#kept?.inflate(codec, data);
    if (plain !== undefined) return plain;
    const result = decompressed(codec, data, this.#limits.limit);
    if ('bytes' in result) return result.bytes;
    if ('tooLarge' in result) {
      throw new MessageTooLargeError({
        ...this.#limits,
        inflated: true,
        frame: Buffer.from(data),
        cause: result.tooLarge,
      });
    }
    this.#failures.set(data, `it cannot be inflated as \`decompress\` asks for (${codec}: ${result.problem}),`);
    return data;
  }

  /** Why these bytes, which {@link inflate} returned, are still as they came; `undefined` when nothing is wrong with them. */
  failureOf(data: Buffer): string | undefined {
    return this.#failures.get(data);
  }
}
