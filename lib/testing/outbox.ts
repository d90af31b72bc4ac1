import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { constants, deflateRawSync } from 'node:zlib';
import { optionError } from '../errors.js';
import type { Clock } from '../internal/clock.js';
import { encodeFrame, FIN, OPCODES, RSV1 } from './encode-frame.js';
import { CHUNK_BYTES, FrameChunk } from './frame-chunk.js';
import { Pace } from './pace.js';
import { PendingStep } from './pending-step.js';

/** How `client.send()` sends one message. */
export interface SendOptions {
  /** Sends a binary message. Without it, strings and buffers alike are text. @default false */
  readonly binary?: boolean;
  /**
   * Cuts the message into this many frames of about the same size; or the sizes in bytes of its first frames, with the
   * rest in a last one. @default 1
   */
  readonly fragments?: number | readonly number[];
}

/** How `client.sendMany()` sends its messages. */
export interface SendManyOptions {
  /** Sends binary messages. Without it, strings and buffers alike are text. @default false */
  readonly binary?: boolean;
  /** Frames per second, by the server's clock. @default as many as the client takes */
  readonly rate?: number;
  /** Ends the sending; what was sent until then is counted. */
  readonly signal?: AbortSignal;
}

/**
 * The one way out to a client: encodes frames itself and writes them to the socket, so that they keep their order and
 * many small ones cost one write. Nothing is written while the socket holds more than its high-water mark.
 */
export class Outbox {
  readonly #socket: Duplex;
  readonly #facts: OutboxFacts;
  #draining: Promise<void> | undefined;

  constructor(socket: Duplex, facts: OutboxFacts) {
    this.#socket = socket;
    this.#facts = facts;
  }

  /** Writes bytes as they are; resolves when the socket takes more. */
  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#socket.writable) throw this.#facts.gone;
    if (this.#socket.write(bytes)) return;
    await (this.#draining ??= this.#drained());
  }

  async send(data: string | Uint8Array, options: SendOptions = {}): Promise<void> {
    if (!this.#facts.isOpen()) throw this.#facts.gone;
    const { payload, first } = this.#message(data, options.binary ?? false);
    const pieces = split(payload, options.fragments ?? 1);
    const frames = pieces.map((piece, i) =>
      encodeFrame({
        opcode: i === 0 ? first & 0x0f : OPCODES.continuation,
        rsv1: i === 0 && (first & RSV1) !== 0,
        fin: i === pieces.length - 1,
        payload: piece,
      }),
    );
    await this.write(frames.length === 1 ? frames[0]! : Buffer.concat(frames));
  }

  async sendMany(frames: FrameSource, options: SendManyOptions = {}): Promise<number> {
    const { ended, clock, isOpen } = this.#facts;
    const stop = options.signal === undefined ? ended : AbortSignal.any([ended, options.signal]);
    const pace = options.rate === undefined ? undefined : new Pace(options.rate, clock);
    const iterator = Symbol.asyncIterator in frames ? frames[Symbol.asyncIterator]() : frames[Symbol.iterator]();
    const chunk = new FrameChunk();
    const pending = new PendingStep(stop, () => this.#flush(chunk));
    let sent = 0;
    let isExhausted = false;
    try {
      while (!stop.aborted && isOpen()) {
        if (pace !== undefined && pace.waitMs(sent) > 0) {
          await this.#flush(chunk);
          await pace.waitFor(sent, stop);
          continue;
        }
        const step = iterator.next();
        const result = 'then' in step ? await pending.settle(step, chunk.length > 0) : step;
        if (result === undefined) break;
        if (result.done) {
          isExhausted = true;
          break;
        }
        const { payload, first } = this.#message(result.value, options.binary ?? false);
        if (!chunk.append(payload, first)) {
          await this.#flush(chunk);
          if (!isOpen()) break;
          if (!chunk.append(payload, first)) await this.#flushed(encodeFrame({ ...bitsOf(first), payload }));
        }
        sent += 1;
      }
    } catch (error) {
      isExhausted = true;
      throw error;
    } finally {
      pending.release();
      // Not waited for: a generator that waits for its own next value would never answer.
      if (!isExhausted) Promise.resolve(iterator.return?.()).catch(() => {});
      await this.#flush(chunk);
    }
    return sent;
  }

  /** Sends the same frames again and again, encoded once. */
  async flood(frames: readonly (string | Uint8Array)[], options: Omit<SendManyOptions, 'rate'> = {}): Promise<number> {
    if (frames.length === 0) throw optionError('flood', 'Expected at least one frame.');
    const { ended, isOpen } = this.#facts;
    const stop = options.signal === undefined ? ended : AbortSignal.any([ended, options.signal]);
    const round = Buffer.concat(
      frames.map((frame) => {
        const { payload, first } = this.#message(frame, options.binary ?? false);
        return encodeFrame({ ...bitsOf(first), payload });
      }),
    );
    const rounds = Math.max(1, Math.floor(CHUNK_BYTES / round.byteLength));
    const bytes = Buffer.alloc(rounds * round.byteLength, round);
    let sent = 0;
    while (!stop.aborted && isOpen()) {
      await this.#flushed(bytes);
      sent += rounds * frames.length;
    }
    return sent;
  }

  #message(data: string | Uint8Array, binary: boolean): { payload: string | Uint8Array; first: number } {
    const first = FIN | (binary ? OPCODES.binary : OPCODES.text);
    return this.#facts.isDeflated ? { payload: deflate(data), first: first | RSV1 } : { payload: data, first };
  }

  async #flush(chunk: FrameChunk): Promise<void> {
    if (chunk.length === 0) return;
    const bytes = chunk.view();
    chunk.reset();
    if (this.#facts.isOpen()) await this.#flushed(bytes);
  }

  /** Resolves when the socket is done with `bytes`, which may then be written over, or is closed. */
  async #flushed(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#socket.off('close', done);
        resolve();
      };
      this.#socket.once('close', done);
      this.#socket.write(bytes, done);
    });
    // A client that takes everything at once would otherwise keep this process from reading its pings and its close.
    await nextTurn();
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#socket.off('drain', done);
        this.#socket.off('close', done);
        this.#draining = undefined;
        resolve();
      };
      this.#socket.on('drain', done);
      this.#socket.on('close', done);
    });
  }
}

/** Frames to send: payloads, as they come. */
export type FrameSource = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/** What an {@link Outbox} must know of its connection. */
export interface OutboxFacts {
  /** Whether messages can still be sent. */
  isOpen(): boolean;
  /** Aborted when the connection has ended. */
  readonly ended: AbortSignal;
  /** What a caller gets who sends too late. */
  readonly gone: Error;
  /** Whether `permessage-deflate` was agreed on. */
  readonly isDeflated: boolean;
  readonly clock: Clock;
}

function bitsOf(first: number): { opcode: number; rsv1: boolean } {
  return { opcode: first & 0x0f, rsv1: (first & RSV1) !== 0 };
}

/** Each message by itself, without the context of the one before: what any receiver of RFC 7692 understands. */
function deflate(data: string | Uint8Array): Buffer {
  const bytes = deflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH, windowBits: SMALLEST_WINDOW_BITS });
  return bytes.subarray(0, -4);
}

function split(data: string | Uint8Array, fragments: number | readonly number[]): (string | Uint8Array)[] {
  if (fragments === 1) return [data];
  const payload = typeof data === 'string' ? Buffer.from(data) : data;
  const sizes = typeof fragments === 'number' ? equalSizes(payload.byteLength, fragments) : [...fragments];
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.some((size) => !Number.isSafeInteger(size) || size < 0) || total > payload.byteLength) {
    throw optionError(
      'send.fragments',
      `Expected sizes that fit the message's ${payload.byteLength} bytes, got ${sizes.join(', ')}.`,
    );
  }
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) pieces.push(payload.subarray(at, (at += size)));
  if (at < payload.byteLength || pieces.length === 0) pieces.push(payload.subarray(at));
  return pieces;
}

function equalSizes(bytes: number, count: number): number[] {
  if (!Number.isSafeInteger(count) || count < 1 || count > MAX_FRAGMENTS) {
    throw optionError(
      'send.fragments',
      `Expected a whole number from 1 to ${MAX_FRAGMENTS}, or sizes in bytes, got ${count}.`,
    );
  }
  return Array.from(
    { length: count },
    (_, i) => Math.floor((bytes * (i + 1)) / count) - Math.floor((bytes * i) / count),
  );
}

/** Fits whatever window the client asked for, since a smaller one than agreed is always allowed. */
const SMALLEST_WINDOW_BITS = 9;
const MAX_FRAGMENTS = 1_000_000;
