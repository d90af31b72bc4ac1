import WebSocket from 'ws';
import { DisconnectedError, MessageTooLargeError, SpillwayError, SubscribeError, type Watchdog } from '../errors.js';
import type { TimerHandle } from '../internal/clock.js';
import { answerPings } from './answer-pings.js';
import {
  type ConnectStep,
  closedEarly,
  noMessages,
  refused,
  stepFailed,
  tooSlow,
  unreachable,
} from './connection-failures.js';
import { authHeaders } from './credentials.js';
import type { Endpoint } from './endpoints.js';
import type { Connected } from './events.js';
import { Inflater } from './inflater.js';
import {
  isSubscribeMessages,
  type ResolvedWebSocketOptions,
  type SubscribeMessage,
  type SubscribeRequest,
} from './options.js';
import { reach } from './reach.js';
import type { NamedStep } from './subscriber.js';
import { Talk } from './talk.js';

/** What a connection tells the run that opened it. */
export interface ConnectionHandler {
  /** The upgrade succeeded. Returns the connection's number. */
  upgraded(agreed: Agreed, connection: Connection): number;
  /** It is being read: from here on frames may come. */
  opened(connection: Connection): void;
  /** The subscribe steps, with `first` before them. */
  plan(first: readonly SubscribeMessage[]): readonly NamedStep[];
  /** Every subscribe message was sent, and every step was confirmed. */
  subscribed(messages: number, connection: Connection): void;
  /** A data frame came. The hot path. */
  data(data: Buffer, isBinary: boolean, connection: Connection): void;
  /** A control frame came: a message that is no data. */
  control(data: Buffer, isBinary: boolean, connection: Connection): void;
  /** A ping or a pong came. */
  alive(): void;
  /** Frames received in the whole run so far. */
  frames(): number;
  /** It is over, however it got here. Called exactly once, unless {@link Connection.close} was called before. */
  closed(ending: Ending, connection: Connection): void;
}

/** What both sides agreed on in the upgrade. */
export type Agreed = Pick<Connected, 'protocol' | 'isCompressed'>;

/** How a connection ended. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
  /** Absent after a close with code 1000 of a connection that was subscribed. */
  readonly error: SpillwayError | undefined;
  /** Whether frames could come. */
  readonly wasOpen: boolean;
  /** For how long it was subscribed; `undefined` when it never was. */
  readonly openMs: number | undefined;
}

/** Which attempt of a run a connection is. */
export interface Attempt {
  /** 1, 2, … */
  readonly attempt: number;
  /** Whether the server refused the credentials of the attempt before. */
  readonly refused: boolean;
}

/**
 * One socket's life: credentials, upgrade, subscribe messages, data, end. It never reconnects. One timer bounds all
 * that comes before the data, another the closing handshake.
 */
export class Connection {
  /** 1, 2, … per socket of the run; 0 until the upgrade. */
  number = 0;
  /** Where it leads to. */
  readonly endpoint: Endpoint;
  /** What binary frames went through; `undefined` when they are taken as they come. */
  readonly inflater: Inflater | undefined;
  readonly #url: string;
  readonly #options: ResolvedWebSocketOptions;
  readonly #handler: ConnectionHandler;
  readonly #abort = new AbortController();
  #talk: Talk | undefined;
  #ws: WebSocket | undefined;
  #timer: TimerHandle;
  /** What the connect is busy with, for the message when it takes too long. */
  #step: ConnectStep = 'the credentials';
  #isOpen = false;
  #subscribedAt: number | undefined;
  #isPaused = false;
  #isDraining = false;
  #error: SpillwayError | undefined;
  #onReleased: (() => void) | undefined;

  constructor(endpoint: Endpoint, attempt: Attempt, options: ResolvedWebSocketOptions, handler: ConnectionHandler) {
    this.endpoint = endpoint;
    const { decompress, maxMessageBytes } = options;
    this.inflater = decompress === undefined ? undefined : new Inflater(decompress, maxMessageBytes, endpoint.shownUrl);
    this.#url = endpoint.url;
    this.#options = options;
    this.#handler = handler;
    this.#timer = options.clock.setTimeout(() => this.#timeOut(), options.handshakeTimeoutMs);
    this.#connect(attempt).catch((error: unknown) => this.#fail(error));
  }

  /** Stops reading from the socket. What is in the chunk that was read already still comes. */
  pause(): void {
    this.#isPaused = true;
    if (!this.#isOpen) return;
    this.#talk?.hold();
    this.#ws?.pause();
    // Nobody can see the server's answer to our close.
    if (this.#isDraining) this.#options.clock.clearTimeout(this.#timer);
  }

  /** Goes on reading. */
  resume(): void {
    this.#isPaused = false;
    if (!this.#isOpen) return;
    if (this.#isDraining) this.#boundClose();
    else this.#talk?.goOn();
    this.#ws?.resume();
  }

  /** Ends it from our side, but takes what the server sends until it answers. Its end is reported to the handler. */
  drain(): void {
    this.#isDraining = true;
    this.#talk?.stop();
    this.#ws?.close(1000);
    if (!this.#isPaused) this.#boundClose();
  }

  /** Sends a subscription that came at run time, after what was to be sent before. Returns whether it came that far. */
  subscribe(step: NamedStep): boolean {
    if (!this.#isOpen) return false;
    this.#talk?.subscribe([step]).catch((error: unknown) => this.#lose(error));
    return true;
  }

  /** Whether it is being read. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether every subscribe step was confirmed: it is a connection of the feed, and no mere attempt. */
  get isSubscribed(): boolean {
    return this.#subscribedAt !== undefined;
  }

  /** Data of this connection was seen. Told once for all the frames of a chunk. */
  fed(): void {
    this.#talk?.fed();
  }

  /**
   * Ends it from our side: with a close frame of code 1000 where the upgrade succeeded. Nothing is reported to the
   * handler any more. `onReleased` is called when the socket and every timer are gone.
   */
  close(onReleased: () => void): void {
    this.#abort.abort();
    this.#talk?.stop();
    this.#options.clock.clearTimeout(this.#timer);
    const ws = this.#ws;
    this.#onReleased = onReleased;
    if (ws === undefined || ws.readyState === WebSocket.CLOSED) {
      this.#released();
      return;
    }
    ws.removeAllListeners('message');
    if (ws.readyState === WebSocket.CONNECTING) {
      ws.terminate();
      return;
    }
    this.#boundClose();
    ws.close(1000);
    // A paused socket would never see the server's answer.
    ws.resume();
  }

  /** A server that does not answer our close is cut off after a while. */
  #boundClose(): void {
    const { clock, closeTimeoutMs } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(() => this.#ws?.terminate(), closeTimeoutMs);
  }

  async #connect(attempt: Attempt): Promise<void> {
    const { credentials } = this.#options;
    const request = { url: this.endpoint.frameUrl, ...attempt, signal: this.#abort.signal };
    const headers = authHeaders(
      typeof credentials === 'function' ? await this.#ask(() => credentials(request)) : credentials,
    );
    this.#step = 'the way to the server';
    const options = this.#options;
    const dialling = new AbortController();
    const way = await this.#ask(() => reach(this.#url, options, dialling.signal));
    if (this.#abort.signal.aborted) return;
    this.#step = 'the upgrade';
    const ws = new WebSocket(this.#url, [...options.protocols], {
      ...way,
      headers: { ...options.headers, ...headers },
      maxPayload: options.maxMessageBytes,
      perMessageDeflate: options.perMessageDeflate,
      // The check of the bytes refuses what is not UTF-8, and a raw string has it replaced: once is enough.
      skipUTF8Validation: true,
      autoPong: false,
    });
    this.#ws = ws;
    answerPings(ws);
    ws.on('error', (error) => this.#keep(error));
    ws.on('close', (code, reason) => {
      // A talk with a proxy that is still going on is none of the request's sockets yet.
      dialling.abort();
      this.#closed(code, reason.toString());
    });
    ws.on('unexpected-response', (_request, response) => {
      this.#error = refused(this.#url, response.statusCode ?? 0, response.headers['retry-after']);
      response.destroy();
      ws.terminate();
    });
    ws.on('open', () => {
      this.#upgraded(ws).catch((error: unknown) => (this.#isOpen ? this.#lose(error) : this.#fail(error)));
    });
  }

  async #upgraded(ws: WebSocket): Promise<void> {
    // Nothing is read before the subscribe messages are out; what came with the upgrade waits, too.
    ws.pause();
    this.number = this.#handler.upgraded(
      { protocol: ws.protocol, isCompressed: ws.extensions.includes('permessage-deflate') },
      this,
    );
    this.#step = 'the subscribe messages';
    const request = { connection: this.number, url: this.endpoint.frameUrl };
    const talk = this.#newTalk(ws, request);
    this.#talk = talk;
    const { subscribeMessages, throttleMs } = this.#options;
    const messages =
      typeof subscribeMessages === 'function' ? await this.#ask(() => subscribeMessages(request)) : subscribeMessages;
    if (!isSubscribeMessages(messages)) throw noMessages(this.#url);
    // With a pause between them they are steps like the others: frames come meanwhile.
    const [atOnce, inSteps] = throttleMs === undefined ? [messages, []] : [[], messages];
    await Promise.all(atOnce.map((message) => talk.send(message)));
    if (this.#abort.signal.aborted) return;
    this.#open(talk);
    const steps = this.#handler.plan(inSteps);
    if (steps.length > 0) {
      if (!this.#isPaused) ws.resume();
      await talk.subscribe(steps);
    }
    this.#subscribedAt = this.#options.clock.monotonic();
    this.#handler.subscribed(atOnce.length + steps.length, this);
    if (!this.#isPaused) ws.resume();
  }

  /** From here on frames are taken. */
  #open(talk: Talk): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#isOpen = true;
    talk.start();
    this.#handler.opened(this);
    if (this.#isPaused) talk.hold();
  }

  #newTalk(ws: WebSocket, request: SubscribeRequest): Talk {
    const handler = this.#handler;
    return new Talk(ws, this.endpoint.shownUrl, request, this.#options, this.inflater, {
      data: (data, isBinary) => handler.data(data, isBinary, this),
      control: (data, isBinary) => handler.control(data, isBinary, this),
      alive: () => handler.alive(),
      ask: (question) => this.#ask(question),
      lose: (cause, watchdog) => this.#lose(cause, watchdog),
    });
  }

  /** Ends an open connection, as if it had dropped. */
  #lose(cause: unknown, watchdog?: { readonly name: Watchdog; readonly ms: number }): void {
    if (this.#error !== undefined || this.#onReleased !== undefined) return;
    const frames = this.#handler.frames();
    const facts = { ...this.#place(), closeCode: 1006, reason: '', frames, cause };
    const isTooLarge = cause instanceof MessageTooLargeError;
    this.#error =
      isTooLarge || cause instanceof SubscribeError
        ? cause
        : new DisconnectedError(watchdog === undefined ? facts : { ...facts, watchdog });
    // A server that is there after all may know that we leave; its answer is not waited for.
    this.#ws?.close(isTooLarge ? 1009 : 1000);
    this.#ws?.terminate();
    // What else is in the chunk that was read comes behind a hole.
    if (isTooLarge) this.#ws?.removeAllListeners('message');
  }

  /** Calls a function of the user's, and gives up on it when the connect is over. */
  async #ask<T>(question: () => T | Promise<T>): Promise<T> {
    const { signal } = this.#abort;
    return await new Promise<T>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      Promise.resolve().then(question).then(resolve, reject);
    });
  }

  #timeOut(): void {
    this.#fail(tooSlow(this.#url, this.#step, this.#options.handshakeTimeoutMs));
  }

  #fail(cause: unknown): void {
    if (this.#onReleased !== undefined) return;
    this.#error ??= cause instanceof SpillwayError ? cause : stepFailed(this.#url, this.#step, cause);
    this.#abort.abort();
    if (this.#ws === undefined) this.#closed(1006, '');
    else this.#ws.terminate();
  }

  /** `ws` reports errors before it reports the close: the first is the cause. */
  #keep(error: Error & { code?: string }): void {
    if (this.#error !== undefined || this.#onReleased !== undefined) return;
    if (error instanceof SpillwayError) {
      this.#error = error;
    } else if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
      this.#error = new MessageTooLargeError({
        url: this.endpoint.shownUrl,
        limit: this.#options.maxMessageBytes,
        cause: error,
      });
    } else if (this.#isOpen) {
      this.#error = new DisconnectedError({
        ...this.#place(),
        closeCode: 1006,
        reason: '',
        frames: this.#handler.frames(),
        cause: error,
      });
    } else {
      this.#error = unreachable(this.#url, error);
    }
  }

  #closed(code: number, reason: string): void {
    this.#talk?.stop();
    this.#options.clock.clearTimeout(this.#timer);
    this.#abort.abort();
    if (this.#onReleased !== undefined) {
      this.#released();
      return;
    }
    const isClean = this.isSubscribed && code === 1000 && this.#error === undefined;
    this.#error ??= isClean ? undefined : this.#lost(code, reason);
    const since = this.#subscribedAt;
    const openMs = since === undefined ? undefined : this.#options.clock.monotonic() - since;
    this.#handler.closed({ code, reason, error: this.#error, wasOpen: this.#isOpen, openMs }, this);
  }

  #lost(code: number, reason: string): SpillwayError {
    if (this.#isOpen)
      return new DisconnectedError({ ...this.#place(), closeCode: code, reason, frames: this.#handler.frames() });
    return closedEarly(this.#url, code);
  }

  #released(): void {
    this.#options.clock.clearTimeout(this.#timer);
    const onReleased = this.#onReleased;
    this.#onReleased = () => {};
    onReleased?.();
  }

  #place(): { url: string } {
    return { url: this.endpoint.shownUrl };
  }
}
