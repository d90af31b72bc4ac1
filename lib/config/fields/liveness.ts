import type { ResolvedLivenessOptions } from '../../connect/liveness-options.js';
import { parseDuration } from '../durations.js';
import type { Finding } from '../findings.js';
import { positiveDuration, toMs } from './duration.js';
import { type MatchConfig, matchSchema } from './match.js';

/** What keeps a connection alive, and finds out that it is not. */
export interface LivenessConfig {
  /** With `ping_interval`: how long a pong may take; then the connection counts as dropped. @default none */
  readonly pong_timeout?: number | string | undefined;
  /** The connection counts as dropped after this long without a data frame. @default none */
  readonly stale_timeout?: number | string | undefined;
  /** What `idle_timeout` takes for a sign of life. @default 'any' */
  readonly idle_reset?: 'any' | 'data' | undefined;
  /** A message of your own at an interval, and the frame that answers it. @default none: nothing is sent */
  readonly heartbeat?:
    | {
        readonly interval: number | string;
        readonly message: string;
        readonly expect?: MatchConfig | undefined;
        /** With `expect`: how long the answer may take. @default the interval */
        readonly timeout?: number | string | undefined;
      }
    | undefined;
  /** Answers to a server that pings in text; `{value}` in `send` stands for the matched field. @default [] */
  readonly reply?: readonly { readonly match: MatchConfig; readonly send: string }[] | undefined;
  /** What becomes of frames that answer a heartbeat or a step of `subscribe`, or are replied to. @default 'drop' */
  readonly control_frames?: 'drop' | 'keep' | undefined;
}

/** The fields of {@link LivenessConfig}, for the table. */
export const livenessFields = {
  pong_timeout: {
    title: 'Pong timeout',
    description:
      'With `ping_interval`: a ping that is not answered for this long ends the connection, not the run. Like the two clocks below it stands still while the socket is paused for a slow sink, and begins anew afterwards.',
    ...positiveDuration,
    examples: [10, '10s'],
  },
  stale_timeout: {
    title: 'Stale timeout',
    description: 'Ends the connection, not the run, after this long without a data frame. Pings and pongs are no data.',
    ...positiveDuration,
    examples: ['2m'],
  },
  idle_reset: {
    title: 'Signs of life',
    description: 'What resets `idle_timeout`: `any` inbound frame, or `data` frames alone.',
    enum: ['any', 'data'],
    default: 'any',
    examples: ['data'],
  },
  heartbeat: {
    title: 'Heartbeat',
    description:
      'Sends `message` at this `interval`. With `expect` (`{path, equals}`, `{path}` or `{text}`) the frame that answers it is a control frame, and one that does not come within `timeout` (the interval, when that is not set) ends the connection, not the run.',
    type: 'object',
    additionalProperties: false,
    required: ['interval', 'message'],
    properties: {
      interval: { title: 'Interval', description: 'How often the message is sent.', ...positiveDuration },
      message: { title: 'Message', description: 'What is sent, as text.', type: 'string' },
      expect: { ...matchSchema, title: 'Answer', description: 'The frame that answers it.' },
      timeout: { title: 'Timeout', description: 'How long the answer may take.', ...positiveDuration },
    },
    dependentRequired: { timeout: ['expect'] },
    examples: [{ interval: '20s', message: 'ping', expect: { text: 'pong' } }],
  },
  reply: {
    title: 'Replies',
    description:
      "Answers a server that pings in messages of its own: the first `match` (`{path, equals}`, `{path}` or `{text}`) makes a frame a control frame and has `send` sent, in which `{value}` stands for the matched field's text.",
    type: 'array',
    $comment: 'a list of at most 100 items',
    maxItems: 100,
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['match', 'send'],
      properties: {
        match: { ...matchSchema, description: 'The frames that are answered.' },
        send: { title: 'Reply', description: 'What is sent, as text.', type: 'string' },
      },
    },
    default: [],
    examples: [[{ match: { path: 'ping' }, send: '{"pong":{value}}' }]],
  },
  control_frames: {
    title: 'Control frames',
    description:
      'Frames that answer a heartbeat or a step of `subscribe`, or are replied to: `drop` counts them, `keep` counts them and keeps them among the records.',
    enum: ['drop', 'keep'],
    default: 'drop',
    examples: ['keep'],
  },
} as const;

/** Where durations stand that must be at least 1 ms. */
export const LIVENESS_TIMERS = [
  ['pong_timeout'],
  ['stale_timeout'],
  ['heartbeat', 'interval'],
  ['heartbeat', 'timeout'],
] as const;

/** What is wrong beyond what the schema can say. */
export function checkLiveness(given: Readonly<Record<string, unknown>>): Finding[] {
  if (given['pong_timeout'] === undefined || given['ping_interval'] !== undefined) return [];
  const message = 'Without `ping_interval` there is no pong to wait for. Set it, too.';
  return [{ path: ['pong_timeout'], at: 'key', message }];
}

/** The same in the terms of the stream classes. */
export function resolveLiveness(given: LivenessConfig): ResolvedLivenessOptions {
  const { heartbeat } = given;
  return {
    pongTimeoutMs: toMs(given.pong_timeout),
    staleTimeoutMs: toMs(given.stale_timeout),
    idleReset: given.idle_reset ?? livenessFields.idle_reset.default,
    heartbeat:
      heartbeat === undefined
        ? undefined
        : {
            intervalMs: parseDuration(heartbeat.interval),
            message: heartbeat.message,
            expect: heartbeat.expect,
            timeoutMs: toMs(heartbeat.timeout),
          },
    reply: (given.reply ?? []).map(({ match, send }) => ({ match, send })),
    controlFrames: given.control_frames ?? livenessFields.control_frames.default,
  };
}
