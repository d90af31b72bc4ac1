import type { Duplex } from 'node:stream';
import WebSocket, { type ClientOptions } from 'ws';
import { FrameCutter } from './frame-cutter.js';

/** Options of `ws`, in which the most bytes of a message are given. */
export type FeedSocketOptions = ClientOptions & { readonly maxPayload: number };

/**
 * The socket of `ws`, with what a feed needs besides: a short way for its frames ({@link FrameCutter}); and when a close
 * frame came: `ws` has an event for the end of the TCP connection alone, and gives a server 30 s to come to that.
 */
export class FeedSocket extends WebSocket {
  /** Called with each data frame, instead of the event `message`, which some frames make none of. The hot path. */
  onData: ((data: Buffer, isBinary: boolean) => void) | undefined;
  /** Called when a close frame came: with its code, 1005 when there is none in it, and its reason. Nothing comes after it. */
  onCloseFrame: ((code: number, reason: string) => void) | undefined;

  constructor(url: string, protocols: string[], options: FeedSocketOptions) {
    super(url, protocols, options);
    this.on('message', (data: Buffer, isBinary) => this.onData?.(data, isBinary));
    this.once('upgrade', ({ socket }) => this.once('open', () => this.#cutFrames(socket, options.maxPayload)));
  }

  /**
   * What `ws` calls to answer a close frame, without arguments when it has no code; and with a code alone when the server has
   * broken the protocol. For ours there is {@link leave}.
   */
  override close(code?: number, reason?: string | Buffer): void {
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
    const cutter = new FrameCutter(maxPayload, {
      data: (data, isBinary) => this.onData?.(data, isBinary),
      rest: (bytes) => receive.call(socket, bytes),
      over: giveBack,
    });
    socket.on('data', cut).off('data', receive);
    // Before `ws` ends its receiver, and reads what is left.
    socket.prependListener('end', end).prependListener('close', end);
  }
}

/** RFC 6455, section 7.1.5. */
const NO_CODE = 1005;
