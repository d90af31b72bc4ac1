import { AssertionError } from 'node:assert';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { WebSocket } from 'ws';
import { optionError } from '../errors.js';
import type { Clock } from '../internal/clock.js';
import { encodeFrame, OPCODES } from './encode-frame.js';
import { Inbox } from './inbox.js';
import { type FrameSource, Outbox, type SendManyOptions, type SendOptions } from './outbox.js';
import type { ReplayLog } from './replay-log.js';
import type { UpgradeRequest } from './upgrade-request.js';

/** How a connection ended, as the server saw it. */
export interface ClosedFacts {
  /** The close code; 1005 for none given, 1006 for no close frame at all. */
  readonly code: number;
  readonly reason: string;
  /** What the client did wrong, or what happened to the socket, when there is something to say. */
  readonly error?: Error;
}

/**
 * One connection, from the server's side: what a script acts on. Whatever waits rejects with the reason of
 * {@link FeedClient.signal} when the connection ends first; a script may simply let that through.
 */
export class FeedClient {
  /** 1 for the server's first connection, 2 for the next, … */
  readonly number: number;
  /** The request that was upgraded. */
  readonly request: UpgradeRequest;
  /** The subprotocol that was agreed on; '' for none. */
  readonly protocol: string;
  /** Resolves when the connection has ended, in whatever way. */
  readonly closed: Promise<ClosedFacts>;
  readonly #ws: WebSocket;
  readonly #raw: Socket;
  readonly #socket: Duplex;
  readonly #outbox: Outbox;
  readonly #log: ReplayLog | undefined;
  readonly #received: Inbox<string | Buffer>;
  readonly #pings = new Inbox<Buffer>({ count: MAX_PINGS, option: 'nextPing' });
  readonly #pongs = new Inbox<Buffer>({ count: MAX_PINGS, option: 'nextPong' });
  readonly #ended = new AbortController();
  readonly #gone: Error;
  #isStalled = false;
  /** Whether the client, and not the server's close, is what can end the connection. */
  #wasLeft = true;

  /** @internal */
  constructor(ws: WebSocket, socket: Duplex, raw: Socket, facts: FeedClientFacts) {
    this.number = facts.number;
    this.request = facts.request;
    this.protocol = ws.protocol;
    this.#ws = ws;
    this.#log = facts.log;
    this.#socket = socket;
    this.#raw = raw;
    this.#gone = new DOMException(
      `Connection ${facts.number} has ended or is ending, so nothing more can be sent or received over it.`,
      'AbortError',
    );
    const { maxReceived, maxReceivedBytes, pongs, clock } = facts.options;
    this.#received = new Inbox({
      count: maxReceived,
      bytes: maxReceivedBytes,
      sizeOf: (message) => message.length,
      option: 'createFeedServer.maxReceived',
    });
    this.#outbox = new Outbox(socket, {
      isOpen: () => ws.readyState === WebSocket.OPEN && socket.writable,
      ended: this.#ended.signal,
      gone: this.#gone,
      isDeflated: ws.extensions.includes('permessage-deflate'),
      clock,
    });
    this.closed = this.#watch();
    this.#listen(pongs);
  }

  /** Whether messages can still be sent. */
  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN && this.#socket.writable;
  }

  /** Aborted when the connection has ended: for whatever else a script waits for. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** The latest messages from the client: strings for text, Buffers for binary. See `maxReceived`. */
  get received(): readonly (string | Buffer)[] {
    return this.#received.items;
  }

  /** How many pings the client has sent. */
  get pings(): number {
    return this.#pings.total;
  }

  /** How many pongs the client has sent. */
  get pongs(): number {
    return this.#pongs.total;
  }

  /** The client's next message that was not received yet, as soon as it is there. */
  receive(options: { readonly signal?: AbortSignal } = {}): Promise<string | Buffer> {
    return this.#received.shift(options.signal);
  }

  /**
   * Receives as many messages as are expected.
   *
   * @throws {AssertionError} when another message comes, or the client ends the connection before all have come
   */
  async expectMessages(
    expected: readonly (string | Uint8Array)[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    for (const [i, want] of expected.entries()) {
      const actual = await this.#received.shift(options.signal).catch((error: unknown) => {
        throw error === this.#gone && this.#wasLeft
          ? this.#unmet(`the connection ended after ${i} of them`, [], expected)
          : error;
      });
      const isSame = typeof want === 'string' ? actual === want : isDeepStrictEqual(actual, Buffer.from(want));
      if (!isSame) throw this.#unmet(`message ${i + 1} is another`, actual, want);
    }
  }

  /** The next ping that was not waited for yet: its payload. */
  nextPing(options: { readonly signal?: AbortSignal } = {}): Promise<Buffer> {
    return this.#pings.shift(options.signal);
  }

  /** The next pong that was not waited for yet: its payload. */
  nextPong(options: { readonly signal?: AbortSignal } = {}): Promise<Buffer> {
    return this.#pongs.shift(options.signal);
  }

  /** Sends one message. Resolves when the socket takes more: at once, unless the client reads too slowly. */
  send(data: string | Uint8Array, options: SendOptions = {}): Promise<void> {
    return this.#outbox.send(data, options);
  }

  /**
   * Sends the frames of an iterable, text unless told otherwise, as fast as the client takes them or at a rate.
   * Resolves with how many were handed to the socket, when there are no more, the signal is aborted or the connection
   * ends; so an endless iterable is fine. Rejects when the iterable does.
   */
  sendMany(frames: FrameSource, options: SendManyOptions = {}): Promise<number> {
    return this.#outbox.sendMany(frames, options);
  }

  /**
   * Sends what the server has published behind a cursor, and goes on with what it publishes, until the connection ends. Resolves with
   * how many were sent.
   *
   * @param cursor of which record. By default the one in the client's address; without that, nothing from before is sent
   * @throws {ConfigError} when the server has no `replay`
   */
  async replay(cursor?: string | number, options: SendManyOptions = {}): Promise<number> {
    const log = this.#logOf('replay');
    return await this.sendMany(
      log.read(cursor === undefined ? log.cursorIn(this.request.url) : String(cursor)),
      options,
    );
  }

  /** Whether all that follows a cursor is still there to be replayed. @throws {ConfigError} when the server has no `replay` */
  canReplay(cursor: string | number): boolean {
    return this.#logOf('canReplay').remembers(String(cursor));
  }

  /** Sends the same frame, or the same few in turn, until the connection ends. Resolves with how many were sent. */
  flood(
    frame: string | Uint8Array | readonly (string | Uint8Array)[],
    options: Omit<SendManyOptions, 'rate'> = {},
  ): Promise<number> {
    return this.#outbox.flood(typeof frame === 'string' || frame instanceof Uint8Array ? [frame] : frame, options);
  }

  /** Sends a ping, with up to 125 bytes. */
  async ping(data: string | Uint8Array = ''): Promise<void> {
    const bytes = encodeFrame({ opcode: OPCODES.ping, payload: data });
    if (bytes.byteLength > 127) throw optionError('ping.data', 'Expected at most 125 bytes, as the protocol says.');
    await this.#outbox.write(bytes);
  }

  /** Stops reading, and so answering, while the connection stays: a peer that is there and does nothing. */
  stall(): void {
    this.#isStalled = true;
    this.#ws.pause();
  }

  /** Reads again after {@link FeedClient.stall}. */
  resume(): void {
    this.#isStalled = false;
    this.#ws.resume();
  }

  /**
   * Closes with a close frame, and resolves when the client has answered it.
   *
   * @param code 1005 sends none, as servers do that call `close()` without one
   * @throws for a code that must not be sent
   */
  close(code = 1000, reason?: string): Promise<ClosedFacts> {
    if (code === 1005) this.#ws.close();
    else this.#ws.close(code, reason);
    return this.closed;
  }

  /** Ends the TCP connection without a close frame (FIN), after what was sent before. */
  drop(): Promise<ClosedFacts> {
    this.#socket.end();
    // A stalled socket would not see that the client ends it too.
    this.resume();
    return this.closed;
  }

  /**
   * Resets the TCP connection (RST). What was sent before may never arrive; and a client that has still to read some of
   * it may see a plain end: wait for a sign of the client first if it must see the reset.
   */
  reset(): Promise<ClosedFacts> {
    this.#raw.resetAndDestroy();
    this.#socket.destroy();
    return this.closed;
  }

  /** Writes bytes to the socket as they are. {@link encodeFrame} makes frames that are, or are not, valid. */
  sendRaw(bytes: Uint8Array): Promise<void> {
    return this.#outbox.write(bytes);
  }

  /** Writes bytes that are no WebSocket frame; a client must fail the connection with code 1002. */
  sendGarbage(): Promise<void> {
    return this.#outbox.write(GARBAGE);
  }

  /** @internal Ends the connection at once, and forgives the script whatever it was waiting for. */
  terminate(): void {
    this.#wasLeft = false;
    this.#ws.terminate();
  }

  /** @internal Whether `error` only says that the connection ended. */
  isEnd(error: unknown): boolean {
    return (
      error === this.#gone || (error instanceof Error && error.name === 'AbortError' && error.cause === this.#gone)
    );
  }

  #logOf(method: string): ReplayLog {
    if (this.#log === undefined) throw optionError(method, 'The server remembers nothing: give it `replay`.');
    return this.#log;
  }

  #watch(): Promise<ClosedFacts> {
    return new Promise((resolve) => {
      let failure: Error | undefined;
      this.#ws.on('error', (error) => {
        failure ??= error;
      });
      this.#ws.once('close', (code, reason) => {
        this.#ended.abort(this.#gone);
        for (const inbox of [this.#received, this.#pings, this.#pongs]) inbox.end(this.#gone);
        resolve({ code, reason: reason.toString(), ...(failure === undefined ? {} : { error: failure }) });
      });
    });
  }

  #listen(answersPings: boolean): void {
    this.#ws.on('message', (data: Buffer, isBinary: boolean) => {
      // A copy: the message is a slice of the chunk that the socket read.
      this.#received.push(isBinary ? Buffer.from(data) : data.toString());
    });
    this.#ws.on('pong', (data) => this.#pongs.push(Buffer.from(data)));
    this.#ws.on('ping', (data) => {
      this.#pings.push(Buffer.from(data));
      // A client that pings and does not read must not fill the memory; the protocol asks only for the latest pong.
      if (answersPings && !this.#isStalled && this.isOpen && this.#socket.writableLength < MAX_UNREAD_BYTES) {
        this.#socket.write(encodeFrame({ opcode: OPCODES.pong, payload: data }));
      }
    });
  }

  #unmet(what: string, actual: unknown, expected: unknown): AssertionError {
    return new AssertionError({
      message: `Connection ${this.number} did not send the expected messages: ${what}. Expected ${show(expected)}, got ${show(actual)}.`,
      actual,
      expected,
      operator: 'expectMessages',
    });
  }
}

/** @internal */
export interface FeedClientFacts {
  readonly number: number;
  readonly request: UpgradeRequest;
  readonly log: ReplayLog | undefined;
  /** Those of its server that are about one client. */
  readonly options: {
    readonly maxReceived: number;
    readonly maxReceivedBytes: number;
    readonly pongs: boolean;
    readonly clock: Clock;
  };
}

function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}

const MAX_PINGS = 100_000;
const MAX_UNREAD_BYTES = 1024 * 1024;
const MAX_SHOWN = 200;
const GARBAGE = Buffer.alloc(16, 0xff);
