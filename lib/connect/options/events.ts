import type { SpillwayError, SubscribeError } from '../../errors.js';
import type { Gap } from '../../frame/gap.js';

/** Why a run ended. */
export type EndCause =
  /** `maxFrames` of `WebSocketReadable`, or `max_messages` of a configuration, was reached. */
  | 'max_messages'
  /** The records have come to `max_bytes`. */
  | 'max_bytes'
  /** The record came that `stop_when` describes. */
  | 'stop_when'
  /** `maxDurationMs` is over. */
  | 'max_duration'
  /** Nothing came for `idleTimeoutMs`. */
  | 'idle_timeout'
  /** The server closed with one of `cleanCodes`, and `reconnect` is off. */
  | 'closed'
  /** `stop()` was called. */
  | 'stopped'
  /** The `signal` was aborted. */
  | 'aborted'
  /** The consumer destroyed the stream, or left its loop. */
  | 'destroyed'
  /** An error ended it. */
  | 'failed';

/** An attempt to connect starts. */
export interface Connecting {
  /** The address, without user info and query. */
  readonly url: string;
  /** 1 for the run's first attempt, 2 for the next, … */
  readonly attempt: number;
}

/** The upgrade succeeded. */
export interface Connected {
  readonly url: string;
  /** 1, 2, … per socket: what its frames carry. */
  readonly connection: number;
  /** The sub-protocol that the server took; empty for none. */
  readonly protocol: string;
  /** Those that it was offered. */
  readonly offered: readonly string[];
  /** Whether both sides compress messages (`perMessageDeflate`). */
  readonly isCompressed: boolean;
}

/**
 * Every subscribe message was handed to the socket, and every step confirmed. Emitted without any, too. Without steps and
 * `throttleMs` frames flow from here on; with them they came before, too.
 */
export interface Subscribed {
  readonly connection: number;
  /** How many subscribe messages were sent. */
  readonly messages: number;
}

/** A subscription that was added at run time failed. It is sent no more, and the connection goes on without it. */
export interface SubscriptionFailed {
  /** The name that it was added by. */
  readonly subscription: string;
  readonly error: SubscribeError;
}

/** A connection ended, or an attempt to connect failed. */
export interface Disconnected {
  readonly url: string;
  /** The connection's number; 0 when the attempt never got as far as a connection. */
  readonly connection: number;
  /** The close code: 1005 for none given, 1006 for no close frame at all. */
  readonly code: number;
  readonly reason: string;
  /** What went wrong; absent after a clean close. */
  readonly error: SpillwayError | undefined;
  /** Frames received in the whole run so far. */
  readonly frames: number;
}

/** Another attempt to connect will be made. */
export interface Reconnecting {
  /** 1, 2, …: consecutive, counted anew after a data frame. */
  readonly attempt: number;
  readonly delayMs: number;
}

/** A hole of the sequence was seen to by `backfill`, and what came behind it goes on. */
export interface Backfilled {
  /** Who was asked, without user info and query. */
  readonly url: string;
  /** The feed's own numbers around the hole; a `bigint` past 2^53. */
  readonly afterSequence: number | bigint;
  readonly beforeSequence: number | bigint;
  readonly key: string | undefined;
  /** Records that took their place. */
  readonly records: number;
  /** Numbers that stay missing. */
  readonly missing: number | bigint;
  readonly durationMs: number;
  /** Why some stay missing, where that is known: a clause. */
  readonly why: string | undefined;
}

/** A planned rotation begins: a new connection is opened beside this one. */
export interface Rotating {
  readonly connection: number;
}

/** A new connection has taken over, and the old one is closed. */
export interface Rotated {
  readonly from: number;
  readonly to: number;
}

/** The new connection failed. The old one goes on, and another attempt to rotate will be made. */
export interface RotationFailed {
  readonly error: SpillwayError | undefined;
  readonly delayMs: number;
}

/** A slow consumer made the socket stop reading, or made it go on. */
export interface FlowChanged {
  readonly bufferedFrames: number;
  readonly bufferedBytes: number;
}

/** No further frame will come. What was received is still being delivered. */
export interface Ended {
  readonly cause: EndCause;
  readonly error: Error | undefined;
}

/** What happens on a run's connections: facts in the past tense, `-ing` for what starts. */
export interface ConnectionEvents {
  connecting: Connecting;
  connected: Connected;
  subscribed: Subscribed;
  subscriptionFailed: SubscriptionFailed;
  disconnected: Disconnected;
  reconnecting: Reconnecting;
  /** A gap is over: told when data flows again, or at the end of the run. */
  gap: Gap;
  backfilled: Backfilled;
  rotating: Rotating;
  rotated: Rotated;
  rotationFailed: RotationFailed;
  paused: FlowChanged;
  resumed: FlowChanged;
  ended: Ended;
}
