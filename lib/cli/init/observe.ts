import { WebSocketReadable } from '../../connect/websocket-readable.js';

/** What a feed sent first. */
export interface Observation {
  readonly frames: readonly { readonly data: Buffer; readonly isBinary: boolean }[];
  readonly tookMs: number;
}

/** How to look at a feed. */
export interface ObserveOptions {
  readonly subscribeMessages: readonly string[];
  /** How long frames are waited for, once the subscribe messages were sent. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Connects, and takes the first frames: as many as are needed to see what they have in common, no more bytes than some
 * MiB, and no longer than asked for.
 *
 * @throws what a run would end with when no connection comes about
 */
export async function observe(
  url: string,
  { subscribeMessages, waitMs, signal }: ObserveOptions,
): Promise<Observation> {
  const feed = new WebSocketReadable(url, {
    subscribeMessages,
    signal,
    maxFrames: MAX_FRAMES,
    // As a pipeline file does when it says nothing of it.
    proxy: 'environment',
  });
  const startedAt = performance.now();
  const frames: { data: Buffer; isBinary: boolean }[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  feed.on('subscribed', () => {
    timer = setTimeout(() => feed.stop(), waitMs);
  });
  try {
    for await (const { data, isBinary } of feed) {
      frames.push({ data, isBinary });
      bytes += data.length;
      if (bytes > MAX_BYTES) feed.stop();
    }
  } catch (error) {
    // A feed that hangs up has shown what it sends all the same.
    if (frames.length === 0 || signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  return { frames, tookMs: performance.now() - startedAt };
}

const MAX_FRAMES = 50;
const MAX_BYTES = 8 * 1024 * 1024;
