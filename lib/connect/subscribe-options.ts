import { type Fields, field, isFunction, milliseconds } from '../internal/options.js';
import { FRAME_MATCH, type FrameMatch, isFrameMatch } from './match.js';
import type { SubscribeMessage, SubscribeRequest } from './options.js';

/** One message that is sent after a connect, and the frame that confirms it. */
export interface SubscribeStep {
  /** A string goes out as text, a Buffer as binary; a function is asked at each connect: for signatures and timestamps. */
  readonly send: SubscribeMessage | ((request: SubscribeRequest) => SubscribeMessage | Promise<SubscribeMessage>);
  /** The frame that confirms it: a control frame, and no data. @default none: the next step follows at once */
  readonly expect?: FrameMatch | undefined;
  /** With `expect`: the frame that says no. @default none */
  readonly reject?: FrameMatch | undefined;
  /** With `expect`: how long the answer may take. @default 10_000 */
  readonly timeoutMs?: number | undefined;
}

/** The options of subscriptions that are confirmed. */
export interface SubscribeOptions {
  /**
   * Steps that are taken in order after every connect, after `subscribeMessages`, each when the one before is confirmed: a
   * login before the subscriptions. Data that comes in between is emitted. A step that is rejected or not confirmed, or whose
   * function fails, ends the connection with `ERR_SUBSCRIBE`. @default []
   */
  readonly subscribe?: readonly SubscribeStep[] | undefined;
  /** At least so long between two messages of `subscribeMessages`, `subscribe` and `addSubscription()`. @default none */
  readonly throttleMs?: number | undefined;
}

/** {@link SubscribeOptions} with every default filled in. */
export interface ResolvedSubscribeOptions {
  readonly subscribe: readonly SubscribeStep[];
  readonly throttleMs: number | undefined;
}

export const SUBSCRIBE_FIELDS: Fields<ResolvedSubscribeOptions> = {
  subscribe: field<readonly SubscribeStep[]>(
    [],
    `an array of { send, expect, reject, timeoutMs }, in which \`expect\` and \`reject\` are ${FRAME_MATCH}`,
    (value) => Array.isArray(value) && value.every(isSubscribeStep),
  ),
  throttleMs: milliseconds<number | undefined>(undefined),
};

/** Whether it is a {@link SubscribeStep}. */
export function isSubscribeStep(value: unknown): value is SubscribeStep {
  if (typeof value !== 'object' || value === null) return false;
  const { send, expect, reject, timeoutMs, ...rest } = value as SubscribeStep;
  const isSendable = typeof send === 'string' || Buffer.isBuffer(send) || isFunction(send);
  const isAnswered = expect !== undefined;
  return (
    Object.keys(rest).length === 0 &&
    isSendable &&
    (!isAnswered || isFrameMatch(expect)) &&
    (reject === undefined || (isAnswered && isFrameMatch(reject))) &&
    (timeoutMs === undefined || (isAnswered && Number.isFinite(timeoutMs) && timeoutMs >= 1))
  );
}

/** How long the answer to a step may take. */
export const STEP_TIMEOUT_MS = 10_000;
