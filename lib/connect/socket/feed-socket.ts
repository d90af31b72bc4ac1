import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import WebSocket, { type ClientOptions } from 'ws';
import { protocolRefusal } from '../reach/connection-failures.js';
import { type Cuts, FrameCutter } from './frame-cutter.js';
import type { InflatedRun } from './inflated-run.js';
import type { InflateFailure, MessageInflater } from './message-inflater.js';
import { MessageParts } from './message-parts.js';

/** Options of `ws`, in which the most bytes of a message are given. */
export type FeedSocketOptions = Omit<ClientOptions, 'perMessageDeflate'> & {
  readonly maxPayload: number;
  /** What inflates compressed messages; without it, compression is not offered. */
  readonly MessageInflater?: typeof MessageInflater | undefined;
  /** Whether the server has to take one of the sub-protocols. @default false */
  readonly requireProtocol?: boolean;
};

/**
 * The socket of `ws`, with what a feed needs besides: a short way for its frames ({@link FrameCutter}); and when a close
 * frame came: `ws` has an event for the end of the TCP connection alone, and gives a server 30 s to come to that.
 */
export class FeedSocket extends WebSocket {
  /** Called when a close frame came: with its code, 1005 when there is none in it, and its reason. Nothing comes after it. */
  onCloseFrame: ((code: number, reason: string) => void) | undefined;

  /** Whether the server broke the protocol: then what the event `close` tells of its close frame is worth nothing. */
  isBroken = false;

  /** Whether it is between the server's answer of status 101 and the first frame: what fails there is the handshake. */
  isInHandshake = false;
  /** The sub-protocol that the server took; empty for none. */
  agreed = '';
  /** What the cutter calls, with nothing in between. */
  readonly #cuts: Cuts = {
    run: undefined,
    inflateRun: undefined,
    queue: undefined,
    data: drop,
    rest: drop,
    over: drop,
  };
  /** Makes what inflates the messages, for the first that is compressed. */
  #newInflater: (() => MessageInflater) | undefined;
  #inflater: MessageInflater | undefined;

  /** @param protocols to offer. `ws` does not hear of them: it would not go on with a server that takes none, as RFC 6455 allows */
  constructor(url: string, protocols: readonly string[], given: FeedSocketOptions) {
    const { requireProtocol = false, MessageInflater: Inflater, ...options } = given;
    const offer = protocols.length === 0 ? undefined : { 'Sec-WebSocket-Protocol': protocols.join(',') };
    const perMessageDeflate = Inflater !== undefined;
    super(url, [], { ...options, perMessageDeflate, headers: { ...options.headers, ...offer } });
    this.on('message', (data: Buffer, isBinary) => this.#cuts.data(data, isBinary, false));
    this.on('error', (error: Error & { code?: string }) => {
      if (error.code?.startsWith('WS_ERR_') === true) this.isBroken = true;
    });
    this.once('upgrade', ({ socket, headers }) => {
      this.isInHandshake = true;
      this.once('open', () => {
        this.isInHandshake = false;
        const agreed = this.extensions === '' ? undefined : headers['sec-websocket-extensions'];
        if (agreed !== undefined && Inflater !== undefined) {
          this.#newInflater = () => new Inflater(agreed, options.maxPayload);
        }
        this.#cutFrames(socket, options.maxPayload);
      });
      this.#agree(headers, protocols, requireProtocol);
    });
  }

  /** Whether messages may come compressed. */
  get isDeflated(): boolean {
    return this.#newInflater !== undefined;
  }

  /** Called with each message, instead of the event `message`, which some frames make none of. The hot path. */
  get onData(): Cuts['data'] | undefined {
    return this.#cuts.data;
  }

  set onData(listener) {
    this.#cuts.data = listener ?? drop;
  }

  /** Called with frames that stand one behind another, before {@link onData} is called with those that it does not accept. */
  get onRun(): Cuts['run'] {
    return this.#cuts.run;
  }

  set onRun(listener) {
    this.#cuts.run = listener;
  }

  /**
   * Inflates a message that came to {@link onData} compressed. All of them have to be, in their order. `undefined` for one that
   * cannot be: then the connection has failed, and nothing else comes to `onData`.
   */
  inflate(message: Buffer): Buffer | undefined {
    try {
      return this.#openInflater?.inflate(message);
    } catch (error) {
      this.ignore();
      this.isBroken = true;
      const { closeCode } = error as InflateFailure;
      super.close(closeCode);
      this.emit('error', error);
      return undefined;
    }
  }

  /** The same for frames that stand one behind another, as many as it can. What it leaves comes to {@link onData}. */
  inflateRun(chunk: Buffer, offset: number): InflatedRun | undefined {
    return this.#openInflater?.inflateRun(chunk, offset);
  }

  /** Asked, with what {@link onRun} takes, for frames that are compressed, before they come one by one. */
  get onDeflatedRun(): Cuts['inflateRun'] {
    return this.#cuts.inflateRun;
  }

  set onDeflatedRun(listener) {
    this.#cuts.inflateRun = listener;
  }

  /** Given, before {@link onRun} and {@link onData}, frames that have to wait. */
  get queue(): Cuts['queue'] {
    return this.#cuts.queue;
  }

  set queue(queue) {
    this.#cuts.queue = queue;
  }

  /** Nobody is called with what comes, one by one or many at once, but with close frames. */
  ignore(): void {
    this.onData = undefined;
    this.onRun = undefined;
    this.onDeflatedRun = undefined;
    this.queue = undefined;
  }

  /** No message is to be inflated any more: frees what that takes. */
  release(): void {
    this.#inflater?.close();
    this.#inflater = undefined;
  }

  get #openInflater(): MessageInflater | undefined {
    this.#inflater ??= this.#newInflater?.();
    return this.#inflater;
  }

  /** Looks at the answer to what was offered, and takes it away from `ws`, which knows of no offer. */
  #agree(headers: IncomingHttpHeaders, offered: readonly string[], isRequired: boolean): void {
    const answered = headers['sec-websocket-protocol'] ?? '';
    delete headers['sec-websocket-protocol'];
    if (answered === '' ? !isRequired : offered.includes(answered)) {
      this.agreed = answered;
      return;
    }
    this.emit('error', protocolRefusal(this.url, offered, answered));
    this.terminate();
  }

  /**
   * What `ws` calls to answer a close frame, without arguments when it has no code; and with a code alone when the server has
   * broken the protocol. For ours there is {@link leave}. Whether the reason is UTF-8, as RFC 6455, section 5.5.1 asks for, is
   * looked at here: `ws` could be told to look at that of messages and reasons alone together.
   */
  override close(code?: number, reason?: string | Buffer): void {
    if (typeof reason === 'object' && !isUtf8(reason)) {
      super.close(NO_UTF8);
      this.emit('error', Object.assign(new Error('Invalid WebSocket frame: invalid UTF-8 sequence'), BAD_REASON));
      return;
    }
    super.close(code, reason);
    if (code === undefined || reason !== undefined) this.onCloseFrame?.(code ?? NO_CODE, `${reason ?? ''}`);
  }

  /** Sends a close frame. */
  leave(code: number): void {
    super.close(code);
  }

  /** Puts a cutter before the listener by which `ws` reads the socket, if there is that one listener. */
  #cutFrames(socket: Duplex, maxPayload: number): void {
    const [receive, ...others] = socket.listeners('data') as ((this: Duplex, bytes: Buffer) => void)[];
    if (receive === undefined || others.length > 0) return;
    const cut = (chunk: Buffer): void => cutter.add(chunk);
    const giveBack = (): void => {
      socket.on('data', receive).off('data', cut).off('end', end).off('close', end);
    };
    const end = (): void => {
      giveBack();
      cutter.end();
    };
    const cutter = new FrameCutter(maxPayload, this.#cuts, this.isDeflated ? new MessageParts(this.#cuts) : undefined);
    this.#cuts.rest = (bytes) => receive.call(socket, bytes);
    this.#cuts.over = giveBack;
    socket.on('data', cut).off('data', receive);
    // Before `ws` ends its receiver, and reads what is left.
    socket.prependListener('end', end).prependListener('close', end);
  }
}

function drop(): void {}

/** RFC 6455, section 7.1.5. */
const NO_CODE = 1005;
/** RFC 6455, section 7.4.1. */
const NO_UTF8 = 1007;
/** As `ws` says it. */
const BAD_REASON = { code: 'WS_ERR_INVALID_UTF8' };
