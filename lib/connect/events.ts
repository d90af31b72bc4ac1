import type { SpillwayError, SubscribeError } from '../errors.js';
import type { Gap } from './gap.js';
import type { SequenceStats } from './sequence-check.js';

/** Why a run ended. */
export type EndCause =
  /** `maxMessages` was reached. */
  | 'max_messages'
  /** Nothing came for `idleTimeoutMs`. */
  | 'idle_timeout'
  /** The server closed with code 1000, and `reconnect` is off. */
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
  /** The subprotocol that the server chose; empty for none. */
  readonly protocol: string;
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
  rotating: Rotating;
  rotated: Rotated;
  rotationFailed: RotationFailed;
  paused: FlowChanged;
  resumed: FlowChanged;
  ended: Ended;
}

/** A snapshot of a run's counters. */
export interface ConnectionStats {
  /** `waiting` is the wait before another attempt to connect. */
  readonly state: 'idle' | 'connecting' | 'open' | 'waiting' | 'ended';
  /** Data frames received, and control frames that are kept. */
  readonly frames: number;
  /** Bytes of payload received. */
  readonly bytes: number;
  /** Frames that answered a heartbeat or a subscribe step, or were replied to: messages that are no data. */
  readonly controlFrames: number;
  /** Sockets opened; the number of the newest. */
  readonly connections: number;
  /** Attempts to connect after the first, without those of planned rotations. */
  readonly reconnects: number;
  /** Planned rotations that were made. */
  readonly rotations: number;
  /** Whether a slow consumer holds the socket now. */
  readonly paused: boolean;
  /** Milliseconds for which a slow consumer held the socket. */
  readonly pausedMs: number;
  /** Frames received and not read by the consumer yet. */
  readonly bufferedFrames: number;
  /** Their bytes. */
  readonly bufferedBytes: number;
  /** When the newest data frame came, in epoch milliseconds. */
  readonly lastFrameAt: number | undefined;
  /** Gaps so far, with one that is open now. */
  readonly gaps: number;
  /** For how long nothing could be received, in milliseconds: what the connection's gaps come to. */
  readonly gapMs: number;
  /** Frames that `overflow` dropped, since too many waited for a slow consumer. */
  readonly dropped: number;
  /** Frames that had come before, and were dropped: by `dedupe`, or as the second of two during a rotation. */
  readonly duplicates: number;
  /** What the feed's own numbers came to, with `sequence`. */
  readonly sequence: SequenceStats | undefined;
}
