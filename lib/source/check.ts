import { datasetUri } from '../config/dataset-uri.js';
import type { ResolvedSourceConfig } from '../config/source-config.js';
import type { Connected, Ended, Subscribed } from '../connect/options/events.js';
import { WebSocketReadable } from '../connect/websocket-readable.js';
import { ParseError } from '../errors.js';
import { systemClock, type TimerHandle } from '../internal/clock.js';
import { type ParseOptions, resolveParseOptions } from '../parse/options.js';
import { ParseStep } from '../parse/step.js';
import { connectOptions, parseOptions, type Surroundings } from './stage-options.js';

/** What `check()` found. It rejects when no connection comes about. */
export interface CheckReport {
  /** The feed's address, without user info and query. */
  readonly url: string;
  /** Milliseconds until the subscribe messages were sent. */
  readonly connectedMs: number;
  /** The first frame; `undefined` when none came within `idle_timeout` (30 s when that is not set). */
  readonly firstFrame:
    | {
        /** Milliseconds from the start. */
        readonly afterMs: number;
        readonly bytes: number;
        readonly isBinary: boolean;
        /** Why it cannot be parsed, when it cannot. */
        readonly error: ParseError | undefined;
      }
    | undefined;
}

/** Somebody who looks on while a feed is checked. */
export interface CheckWatcher {
  /** The first frame came. */
  framed?(data: Buffer): void;
  /** How long the first frame may take, from when the subscribe messages were sent. @default `idle_timeout`, or 30 s */
  readonly firstFrameMs?: number | undefined;
  connected?(event: Connected): void;
  subscribed?(event: Subscribed): void;
  /** No frame comes any more: the server closed (`closed`), or the first one is there or took too long (`stopped`). */
  ended?(event: Ended): void;
}

/** Connects, subscribes, waits for the first frame, closes. It never reconnects. */
export async function checkFeed(
  config: ResolvedSourceConfig,
  around: Surroundings,
  watcher: CheckWatcher = {},
): Promise<CheckReport> {
  const clock = around.clock ?? systemClock;
  const { firstFrameMs = config.idleTimeoutMs ?? FIRST_FRAME_MS } = watcher;
  const startedAt = clock.monotonic();
  const frames = new WebSocketReadable(config.urls, {
    ...connectOptions(config, around),
    reconnect: false,
    // Pings must not make the wait for a frame longer, so this one has a timer of its own.
    idleTimeoutMs: undefined,
    maxDurationMs: undefined,
  });
  let connectedMs: number | undefined;
  let firstFrame: CheckReport['firstFrame'];
  let timer: TimerHandle;
  frames.on('connected', (event) => watcher.connected?.(event));
  frames.on('subscribed', (event) => {
    connectedMs = clock.monotonic() - startedAt;
    watcher.subscribed?.(event);
    // Data may come before the last step of `subscribe` is confirmed.
    if (firstFrame !== undefined) frames.stop();
    else timer = clock.setTimeout(() => frames.stop(), firstFrameMs);
  });
  frames.on('ended', (event) => watcher.ended?.(event));
  try {
    for await (const frame of frames) {
      const afterMs = clock.monotonic() - startedAt;
      if (firstFrame === undefined) watcher.framed?.(frame.data);
      firstFrame ??= {
        afterMs,
        bytes: frame.data.length,
        isBinary: frame.isBinary,
        error: parseFailure(parseOptions(config, around), frame),
      };
      if (connectedMs !== undefined) frames.stop();
    }
  } finally {
    clock.clearTimeout(timer);
  }
  return { url: datasetUri(config), connectedMs: connectedMs ?? 0, firstFrame };
}

function parseFailure(options: ParseOptions, frame: Parameters<ParseStep['one']>[0]): ParseError | undefined {
  const step = new ParseStep(resolveParseOptions({ ...options, onError: 'fail' }));
  try {
    if (step.isSingle) step.one(frame);
    else for (const _ of step.many(frame));
    return undefined;
  } catch (error) {
    // A decoder that returns what cannot be used is no finding about the feed.
    if (!(error instanceof ParseError)) throw error;
    return error;
  }
}

const FIRST_FRAME_MS = 30_000;
