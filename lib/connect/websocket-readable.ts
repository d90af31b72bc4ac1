import type { Frame } from '../frame/frame.js';
import { resolveWebSocketOptions, type WebSocketReadableOptions } from './options/options.js';
import { RunReadable } from './run-readable.js';

/**
 * A live WebSocket feed as an object-mode Readable of {@link Frame}s. It connects when somebody begins to read, pauses
 * the socket when the consumer is slow, and delivers every frame that was received before it ends or fails.
 *
 * Errors that end it: `ERR_AUTH`, `ERR_CONNECT`, `ERR_DISCONNECTED`, `ERR_RECONNECT_EXHAUSTED`,
 * `ERR_MESSAGE_TOO_LARGE`, and an AbortError from `signal`.
 *
 * @example
 * ```ts
 * for await (const frame of new WebSocketReadable('wss://example.com/feed', { maxFrames: 3 })) {
 *   console.log(frame.sequence, frame.data.toString());
 * }
 * ```
 */
export class WebSocketReadable extends RunReadable<Frame> {
  /**
   * @param url the feed's address, or several addresses of the same feed, which are tried in turn
   * @throws {ConfigError} when the address or an option is not valid
   */
  constructor(url: string | readonly string[], options: WebSocketReadableOptions = {}) {
    super(url, resolveWebSocketOptions(options));
  }

  protected override get isOfFrames(): boolean {
    return true;
  }

  protected override receive(frame: Frame): void {
    this.deliver(frame, frame.data.length, 1);
  }
}
