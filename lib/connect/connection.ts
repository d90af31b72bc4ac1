import WebSocket from 'ws';
import { AuthError, ConnectError, DisconnectedError, MessageTooLargeError, SpillwayError } from '../errors.js';
import type { TimerHandle } from '../internal/clock.js';
import { redactUrl, withoutUserInfo } from '../internal/redaction.js';
import { answerPings } from './answer-pings.js';
import { authHeaders } from './credentials.js';
import { Keepalive } from './keepalive.js';
import { isSubscribeMessages, type ResolvedWebSocketOptions, type SubscribeMessage } from './options.js';

/** What a connection tells the run that opened it. */
export interface ConnectionHandler {
  /** The upgrade succeeded. Returns the connection's number. */
  upgraded(protocol: string): number;
  /** Every subscribe message was sent. From here on data may come. */
  subscribed(messages: number): void;
  /** A data frame came. The hot path. */
  data(data: Buffer, isBinary: boolean): void;
  /** A ping or a pong came. */
  alive(): void;
  /** Frames received in the whole run so far. */
  frames(): number;
  /** It is over, however it got here. Called exactly once, unless {@link Connection.close} was called before. */
  closed(ending: Ending): void;
}

/** How a connection ended. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
  /** Absent after a close with code 1000 of a connection that was open. */
  readonly error: SpillwayError | undefined;
}

/**
 * One socket's life: credentials, upgrade, subscribe messages, data, end. It never reconnects. One timer bounds all
 * that comes before the data, another the closing handshake.
 */
export class Connection {
  readonly #url: string;
  readonly #options: ResolvedWebSocketOptions;
  readonly #handler: ConnectionHandler;
  readonly #abort = new AbortController();
  readonly #keepalive: Keepalive;
  #ws: WebSocket | undefined;
  #timer: TimerHandle;
  /** What the connect is busy with, for the message when it takes too long. */
  #step = 'the credentials';
  #isOpen = false;
  #isPaused = false;
  #error: SpillwayError | undefined;
  #onReleased: (() => void) | undefined;

  constructor(url: string, attempt: number, options: ResolvedWebSocketOptions, handler: ConnectionHandler) {
    this.#url = url;
    this.#options = options;
    this.#handler = handler;
    this.#keepalive = new Keepalive(options.clock, options.pingIntervalMs, () => this.#ws?.ping());
    this.#timer = options.clock.setTimeout(() => this.#timeOut(), options.handshakeTimeoutMs);
    this.#connect(attempt).catch((error: unknown) => this.#fail(error));
  }

  /** Stops reading from the socket. What is in the chunk that was read already still comes. */
  pause(): void {
    this.#isPaused = true;
    if (this.#isOpen) this.#ws?.pause();
  }

  /** Goes on reading. */
  resume(): void {
    this.#isPaused = false;
    if (this.#isOpen) this.#ws?.resume();
  }

  /**
   * Ends it from our side: with a close frame of code 1000 where the upgrade succeeded. Nothing is reported to the
   * handler any more. `onReleased` is called when the socket and every timer are gone.
   */
  close(onReleased: () => void): void {
    this.#abort.abort();
    this.#keepalive.stop();
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
    this.#timer = this.#options.clock.setTimeout(() => ws.terminate(), this.#options.closeTimeoutMs);
    ws.close(1000);
    // A paused socket would never see the server's answer.
    ws.resume();
  }

  async #connect(attempt: number): Promise<void> {
    const { credentials } = this.#options;
    const request = { url: withoutUserInfo(this.#url), attempt, signal: this.#abort.signal };
    const headers = authHeaders(
      typeof credentials === 'function' ? await this.#ask(() => credentials(request)) : credentials,
    );
    if (this.#abort.signal.aborted) return;
    this.#step = 'the upgrade';
    const options = this.#options;
    const ws = new WebSocket(this.#url, [...options.protocols], {
      ...options.tls,
      ...(options.agent === undefined ? {} : { agent: options.agent }),
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
    ws.on('close', (code, reason) => this.#closed(code, reason.toString()));
    ws.on('unexpected-response', (_request, response) => {
      this.#refused(response.statusCode ?? 0, response.headers['retry-after']);
      response.destroy();
      ws.terminate();
    });
    ws.on('open', () => {
      this.#upgraded(ws).catch((error: unknown) => this.#fail(error));
    });
  }

  async #upgraded(ws: WebSocket): Promise<void> {
    // Nothing is read before the subscribe messages are out; what came with the upgrade waits, too.
    ws.pause();
    const { subscribeMessages } = this.#options;
    const connection = this.#handler.upgraded(ws.protocol);
    this.#step = 'the subscribe messages';
    const request = { connection, url: withoutUserInfo(this.#url) };
    const messages =
      typeof subscribeMessages === 'function' ? await this.#ask(() => subscribeMessages(request)) : subscribeMessages;
    if (!isSubscribeMessages(messages)) {
      throw new ConnectError(
        'The function of `subscribeMessages` returned something else than an array of strings and Buffers.',
        this.#place(),
      );
    }
    await Promise.all(messages.map((message) => send(ws, message)));
    if (this.#abort.signal.aborted) return;
    this.#options.clock.clearTimeout(this.#timer);
    this.#isOpen = true;
    this.#keepalive.start();
    const handler = this.#handler;
    ws.on('message', (data, isBinary) => handler.data(data as Buffer, isBinary));
    ws.on('ping', () => handler.alive());
    ws.on('pong', () => handler.alive());
    handler.subscribed(messages.length);
    if (!this.#isPaused) ws.resume();
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
    const ms = this.#options.handshakeTimeoutMs;
    this.#fail(
      new ConnectError(
        `No connection to ${redactUrl(this.#url)} within ${ms} ms: ${this.#step} took too long. Raise \`handshake_timeout\` (handshakeTimeoutMs) if that is expected.`,
        this.#place(),
      ),
    );
  }

  #fail(cause: unknown): void {
    if (this.#onReleased !== undefined) return;
    this.#error ??= cause instanceof SpillwayError ? cause : this.#failure(cause);
    this.#abort.abort();
    if (this.#ws === undefined) this.#closed(1006, '');
    else this.#ws.terminate();
  }

  #failure(cause: unknown): SpillwayError {
    if (this.#step === 'the credentials') {
      return new AuthError(`The credential provider failed${because(cause)}. No connection was tried.`, { cause });
    }
    return new ConnectError(`${this.#step} for ${redactUrl(this.#url)} failed${because(cause)}.`.replace(/^t/, 'T'), {
      ...this.#place(),
      cause,
    });
  }

  #refused(status: number, retryAfter: string | undefined): void {
    const where = redactUrl(this.#url);
    this.#error =
      status === 401 || status === 403
        ? new AuthError(`${where} refused the credentials with status ${status}. Check \`auth\` (credentials).`, {
            status,
          })
        : new ConnectError(
            `${where} answered the WebSocket upgrade with status ${status} in place of 101. Check the address, or wait until the server accepts connections.`,
            { ...this.#place(), status, ...(retryAfter === undefined ? {} : { retryAfter }) },
          );
  }

  /** `ws` reports errors before it reports the close: the first is the cause. */
  #keep(error: Error & { code?: string }): void {
    if (this.#error !== undefined || this.#onReleased !== undefined) return;
    if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
      this.#error = new MessageTooLargeError({
        url: redactUrl(this.#url),
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
      this.#error = new ConnectError(
        `No connection to ${redactUrl(this.#url)}${because(error)}. Check the address, and that the server is up.`,
        { ...this.#place(), cause: error },
      );
    }
  }

  #closed(code: number, reason: string): void {
    this.#keepalive.stop();
    this.#options.clock.clearTimeout(this.#timer);
    this.#abort.abort();
    if (this.#onReleased !== undefined) {
      this.#released();
      return;
    }
    const isClean = this.#isOpen && code === 1000 && this.#error === undefined;
    this.#error ??= isClean ? undefined : this.#lost(code, reason);
    this.#handler.closed({ code, reason, error: this.#error });
  }

  #lost(code: number, reason: string): SpillwayError {
    if (this.#isOpen)
      return new DisconnectedError({ ...this.#place(), closeCode: code, reason, frames: this.#handler.frames() });
    return new ConnectError(
      `${redactUrl(this.#url)} closed the connection with code ${code} before the subscribe messages were sent.`,
      this.#place(),
    );
  }

  #released(): void {
    this.#options.clock.clearTimeout(this.#timer);
    const onReleased = this.#onReleased;
    this.#onReleased = () => {};
    onReleased?.();
  }

  #place(): { url: string } {
    return { url: redactUrl(this.#url) };
  }
}

async function send(ws: WebSocket, message: SubscribeMessage): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    ws.send(message, (error) => (error == null ? resolve() : reject(error)));
  });
}

function because(cause: unknown): string {
  return cause instanceof Error && cause.message !== '' ? `: ${cause.message.replace(/[.\s]+$/, '')}` : '';
}
