import { constants, Gunzip, Inflate, InflateRaw } from 'minizlib';
import type { Codec } from '../../internal/decompress.js';
import { inflatePool } from './inflate-pool.js';
import { ZlibStream } from './zlib-stream.js';

/** Inflates the plain case of a frame that is compressed by itself: one that is small, and as it should be. */
export class KeptInflater {
  readonly #largest: number;
  readonly #streams = new Map<Codec, ZlibStream>();

  /** @param limit the most bytes of a frame when inflated */
  constructor(limit: number) {
    this.#largest = Math.floor(limit / HIGHEST_RATIO);
  }

  /** The inflated bytes; `undefined` where more has to be looked at: one that may be too large, or is broken, or of another codec. */
  inflate(codec: Codec, data: Buffer): Buffer | undefined {
    if (data.length > this.#largest) return undefined;
    const stream = this.#streams.get(codec) ?? this.#open(codec);
    if (stream === undefined) return undefined;
    try {
      const inflated = this.#inflated(stream, data);
      stream.reset();
      return inflated;
    } catch {
      this.#streams.delete(codec);
      return undefined;
    }
  }

  /** Frees its memory. */
  close(): void {
    for (const stream of this.#streams.values()) stream.close();
    this.#streams.clear();
  }

  /** `undefined` when more follows than one compressed text. */
  #inflated(stream: ZlibStream, data: Buffer): Buffer | undefined {
    let rest = data;
    if (stream.fills) {
      const pool = inflatePool;
      pool.makeRoom();
      const { room } = pool;
      const size = stream.fill(data, 0, data.length, pool.bytes, pool.at, room);
      if (size < room) return stream.left === 0 ? pool.take(size) : undefined;
      stream.hold(pool.take(size));
      rest = data.subarray(data.length - stream.left);
    }
    const left = stream.write(rest);
    const inflated = stream.take();
    return left === 0 ? inflated : undefined;
  }

  #open(codec: Codec): ZlibStream | undefined {
    const Stream = STREAMS.get(codec);
    if (Stream === undefined) return undefined;
    // Every frame is a whole one: what ends too early is broken.
    const stream = new ZlibStream(new Stream({ flush: constants.Z_FINISH }));
    this.#streams.set(codec, stream);
    return stream;
  }
}

/** Brotli and zstd make so much of a byte that any frame may be too large. */
const STREAMS: ReadonlyMap<Codec, typeof Gunzip | typeof Inflate | typeof InflateRaw> = new Map([
  ['gzip', Gunzip],
  ['deflate', Inflate],
  ['deflate_raw', InflateRaw],
]);
/** DEFLATE makes no more of a byte: 258 bytes of two bits. */
const HIGHEST_RATIO = 1_032;
