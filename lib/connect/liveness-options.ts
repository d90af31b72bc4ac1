import { type Fields, field, isFunction, milliseconds, oneOf } from '../internal/options.js';
import { FRAME_MATCH, type FrameMatch, isFrameMatch } from './match.js';

/** What a client and a server say to each other to show that they are there, in messages of their own. */
export interface Heartbeat {
  /** How often `message` is sent. It goes out while a slow consumer holds the socket, too. */
  readonly intervalMs: number;
  /** What is sent: a string goes out as text, a Buffer as binary; a function is asked each time. */
  readonly message: string | Buffer | (() => string | Buffer);
  /** The frame that answers it: a control frame, and no data. @default no answer is waited for */
  readonly expect?: FrameMatch | undefined;
  /** With `expect`: how long the answer may take before the connection is ended. @default intervalMs */
  readonly timeoutMs?: number | undefined;
}

/** An answer to frames in which a server asks for a sign of life. */
export interface Reply {
  /** The frames to answer: control frames, and no data. */
  readonly match: FrameMatch;
  /**
   * What is sent: a string goes out as text, with `{value}` in it replaced by the matched field as it stands in the frame;
   * a Buffer as binary; a function is given that text.
   */
  readonly send: string | Buffer | ((value: string) => string | Buffer);
}

/** The options that keep a connection alive and find out that it is not. None of them ends a run by itself. */
export interface LivenessOptions {
  /**
   * With `pingIntervalMs`: how long the pong that answers a ping may take. One that does not come ends the connection,
   * which counts as a drop. The clock stands still while a slow consumer holds the socket. @default none
   */
  readonly pongTimeoutMs?: number | undefined;
  /**
   * No data frame for so long ends the connection, which counts as a drop. Control frames, pings and pongs are no data.
   * The clock stands still while a slow consumer holds the socket. @default none
   */
  readonly staleTimeoutMs?: number | undefined;
  /** What `idleTimeoutMs` takes for a sign of life: any inbound frame, or data frames alone. @default 'any' */
  readonly idleReset?: 'any' | 'data' | undefined;
  /** A message of your own at an interval, with or without an answer to wait for. @default none */
  readonly heartbeat?: Heartbeat | undefined;
  /** Answers to the server's pings in text: for each frame the first that matches. @default [] */
  readonly reply?: readonly Reply[] | undefined;
  /**
   * What becomes of control frames, which answer a heartbeat or a subscribe step, or are replied to: they are counted and
   * dropped, or kept among the data. @default 'drop'
   */
  readonly controlFrames?: 'drop' | 'keep' | undefined;
}

/** {@link LivenessOptions} with every default filled in. */
export interface ResolvedLivenessOptions {
  readonly pongTimeoutMs: number | undefined;
  readonly staleTimeoutMs: number | undefined;
  readonly idleReset: 'any' | 'data';
  readonly heartbeat: Heartbeat | undefined;
  readonly reply: readonly Reply[];
  readonly controlFrames: 'drop' | 'keep';
}

export const LIVENESS_FIELDS: Fields<ResolvedLivenessOptions> = {
  pongTimeoutMs: milliseconds<number | undefined>(undefined),
  staleTimeoutMs: milliseconds<number | undefined>(undefined),
  idleReset: oneOf<'any' | 'data'>('any', ['any', 'data']),
  heartbeat: field<Heartbeat | undefined>(
    undefined,
    `{ intervalMs, message, expect, timeoutMs }, in which \`expect\` is ${FRAME_MATCH}`,
    isHeartbeat,
  ),
  reply: field<readonly Reply[]>(
    [],
    `an array of { match, send }, in which \`match\` is ${FRAME_MATCH}`,
    (value) => Array.isArray(value) && value.every(isReply),
  ),
  controlFrames: oneOf<'drop' | 'keep'>('drop', ['drop', 'keep']),
};

function isHeartbeat(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { intervalMs, message, expect, timeoutMs, ...rest } = value as Heartbeat;
  const isTimeout = timeoutMs === undefined || (isSpan(timeoutMs) && expect !== undefined);
  const isExpected = expect === undefined || isFrameMatch(expect);
  return Object.keys(rest).length === 0 && isSpan(intervalMs) && isSendable(message) && isExpected && isTimeout;
}

function isReply(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { match, send, ...rest } = value as Reply;
  return Object.keys(rest).length === 0 && isFrameMatch(match) && isSendable(send);
}

function isSendable(value: unknown): boolean {
  return typeof value === 'string' || Buffer.isBuffer(value) || isFunction(value);
}

function isSpan(value: unknown): boolean {
  return Number.isFinite(value) && (value as number) >= 1;
}
