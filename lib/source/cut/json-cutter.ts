import type { FrameRun } from '../../connect/socket/frame-run.js';
import { JSON_FRAMES } from './json-frames.js';

/**
 * Takes frames of a run, each of them one JSON text without a line break between its tokens, in one go: their texts are checked,
 * cut out and put together, with a line feed behind each. By WebAssembly, which looks at 16 bytes at once: a record of 123
 * bytes costs a quarter less CPU time on its way into a page. Whatever it leaves is for `JsonCheck`, which knows what is wrong with it.
 *
 * All feeds of a thread share one, with 192 KiB of memory.
 */
export class JsonCutter {
  /** After {@link cut}: the texts, and where each of them ends. */
  readonly texts: Uint8Array;
  readonly ends: Uint32Array;
  /** After {@link check}. */
  start = 0;
  end = 0;
  readonly hasLineBreaks = false;
  readonly #exports: Exports;
  readonly #chunk: Uint8Array;
  readonly #capacity: number;
  /** The run whose chunk was copied last, and which of its chunks: it is copied once, however often it is gone on with. */
  #run: FrameRun | undefined;
  #turn = 0;

  constructor(exports: Exports) {
    const { buffer } = exports.memory;
    this.#exports = exports;
    this.#capacity = exports.capacity();
    this.#chunk = new Uint8Array(buffer, exports.chunkAt(), this.#capacity);
    this.texts = new Uint8Array(buffer, exports.textsAt());
    this.ends = new Uint32Array(buffer, exports.endsAt());
  }

  /**
   * Takes frames from where the run is, and has it accept them. Returns how many.
   *
   * @param most how many it may take
   * @param room how many bytes of texts there may be before the last one
   */
  cut(run: FrameRun, most: number, room: number): number {
    const { chunk, offset, kind, largest } = run;
    const size = chunk.length;
    if (most < 1 || size > this.#capacity || size - offset < WORTH_COPYING) return 0;
    if (this.#run !== run || this.#turn !== run.turn) {
      this.#chunk.set(chunk);
      this.#run = run;
      this.#turn = run.turn;
    }
    const { cut, next, last, bytes } = this.#exports;
    const count = cut(offset, size, kind, Math.min(most, size), largest, Math.min(room, this.#capacity));
    if (count > 0) run.acceptMany(count, bytes.value, last.value, next.value);
    return count;
  }

  /**
   * Whether these bytes are one JSON text without a line break between its tokens. After that `start` and `end` tell where it stands.
   * Fewer bytes than a copy pays for, and more than there is memory for, are left to others.
   */
  check(bytes: Buffer): boolean {
    const size = bytes.length;
    if (size > this.#capacity || size < WORTH_COPYING) return false;
    this.#chunk.set(bytes);
    this.#run = undefined;
    const { check, start, end } = this.#exports;
    if (check(size) === 0) return false;
    this.start = start.value;
    this.end = end.value;
    return true;
  }

  /** How many bytes the texts are that were taken, with their line feeds. */
  get used(): number {
    return this.#exports.used.value;
  }
}

/** That of this thread; `undefined` where WebAssembly, or what it needs of it, is not to be had: `node --jitless`. */
export function jsonCutter(): JsonCutter | undefined {
  shared ??= makeCutter();
  return shared ?? undefined;
}

function makeCutter(): JsonCutter | null {
  try {
    const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyGlobal }).WebAssembly;
    const { exports } = new Instance(new Module(Buffer.from(JSON_FRAMES, 'base64')));
    return new JsonCutter(exports as Exports);
  } catch {
    return null;
  }
}

/** What comes of `json-frames.as`. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly next: { readonly value: number };
  readonly last: { readonly value: number };
  readonly bytes: { readonly value: number };
  readonly used: { readonly value: number };
  readonly start: { readonly value: number };
  readonly end: { readonly value: number };
  check(size: number): number;
  capacity(): number;
  endsAt(): number;
  chunkAt(): number;
  textsAt(): number;
  cut(from: number, size: number, kind: number, most: number, largest: number, room: number): number;
}

/** What is used of `WebAssembly`, which the types of Node lack. */
interface WebAssemblyGlobal {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}

let shared: JsonCutter | null | undefined;

/** Bytes from which on a copy pays: a few short frames. */
const WORTH_COPYING = 1_024;
