import { datasetUri } from '../config/dataset-uri.js';
import type { ResolvedSourceConfig } from '../config/source-config.js';
import type { WebSocketReadableOptions } from '../connect/options.js';
import { WebSocketReadable } from '../connect/websocket-readable.js';
import type { ParseError } from '../errors.js';
import type { Clock } from '../internal/clock.js';
import { type ParseOptions, resolveParseOptions } from '../parse/options.js';
import { ParseStep } from '../parse/step.js';

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

/** Connects, subscribes, waits for the first frame, closes. It never reconnects. */
export async function checkFeed(
  config: ResolvedSourceConfig,
  connect: WebSocketReadableOptions,
  parse: ParseOptions,
  clock: Clock,
): Promise<CheckReport> {
  const startedAt = clock.monotonic();
  const frames = new WebSocketReadable(config.url, {
    ...connect,
    reconnect: false,
    maxMessages: 1,
    idleTimeoutMs: config.idleTimeoutMs ?? FIRST_FRAME_MS,
  });
  let connectedMs = 0;
  let firstFrame: CheckReport['firstFrame'];
  frames.on('subscribed', () => {
    connectedMs = clock.monotonic() - startedAt;
  });
  for await (const frame of frames) {
    const afterMs = clock.monotonic() - startedAt;
    firstFrame = { afterMs, bytes: frame.data.length, isBinary: frame.isBinary, error: parseFailure(parse, frame) };
  }
  return { url: datasetUri(config), connectedMs, firstFrame };
}

function parseFailure(options: ParseOptions, frame: Parameters<ParseStep['one']>[0]): ParseError | undefined {
  const step = new ParseStep(resolveParseOptions({ ...options, onError: 'fail' }));
  try {
    if (step.isSingle) step.one(frame);
    else for (const _ of step.many(frame));
    return undefined;
  } catch (error) {
    return error as ParseError;
  }
}

const FIRST_FRAME_MS = 30_000;
