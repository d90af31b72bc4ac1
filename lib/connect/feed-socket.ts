import WebSocket from 'ws';

/**
 * The socket of `ws`, which also tells when the server has begun to close, or has answered our close: `ws` has an event
 * for the end of the TCP connection alone, and gives a server 30 s to come to that.
 */
export class FeedSocket extends WebSocket {
  /** Called when a close frame came. */
  onCloseFrame: (() => void) | undefined;

  /** What `ws` calls when a close frame came, to answer it. For ours there is {@link leave}. */
  override close(code?: number, reason?: string | Buffer): void {
    super.close(code, reason);
    this.onCloseFrame?.();
  }

  /** Sends a close frame. */
  leave(code: number): void {
    super.close(code);
  }
}
