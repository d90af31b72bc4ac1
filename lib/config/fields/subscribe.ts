import type { ResolvedSubscribeOptions } from '../../connect/subscribe-options.js';
import { positiveDuration, toMs } from './duration.js';
import { type MatchConfig, matchSchema } from './match.js';

/** What is sent after a connect, and confirmed. */
export interface SubscribeConfig {
  /** Steps after every connect, each taken when the one before is confirmed. @default [] */
  readonly subscribe?:
    | readonly {
        readonly send: string;
        /** The frame that confirms it. @default none: the next step follows at once */
        readonly expect?: MatchConfig | undefined;
        /** With `expect`: the frame that says no. @default none */
        readonly reject?: MatchConfig | undefined;
        /** With `expect`: how long the answer may take. @default 10 */
        readonly timeout?: number | string | undefined;
      }[]
    | undefined;
  /** At least so long between two messages of `subscribe_messages` and `subscribe`. @default none */
  readonly throttle?: number | string | undefined;
}

/** The fields of {@link SubscribeConfig}, for the table. */
export const subscribeFields = {
  subscribe: {
    title: 'Subscribe steps',
    description:
      'Taken in this order after every connect and reconnect, after `subscribe_messages`: `send` goes out, and the frame that matches `expect` (`{path, equals}`, `{path}` or `{text}`) confirms it, so that a login comes before what needs it. It is a control frame; data that comes in between is kept. One that matches `reject`, or none within `timeout` (10), is an error of the connection.',
    type: 'array',
    $comment: 'a list of at most 10000 items',
    maxItems: 10_000,
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['send'],
      properties: {
        send: { title: 'Message', description: 'What is sent, as text.', type: 'string' },
        expect: { ...matchSchema, title: 'Answer', description: 'The frame that confirms it.' },
        reject: { ...matchSchema, title: 'Rejection', description: 'The frame that says no.' },
        timeout: { title: 'Timeout', description: 'How long the answer may take.', ...positiveDuration },
      },
      dependentRequired: { reject: ['expect'], timeout: ['expect'] },
    },
    default: [],
    examples: [
      [
        {
          send: '{"op":"login"}',
          expect: { path: 'event', equals: 'login' },
          reject: { path: 'event', equals: 'error' },
        },
        { send: '{"op":"subscribe","channel":"trades"}' },
      ],
    ],
  },
  throttle: {
    title: 'Throttle',
    description: 'At least so long between two messages of `subscribe_messages` and `subscribe`.',
    ...positiveDuration,
    examples: ['250ms'],
  },
} as const;

/** Where durations stand that must be at least 1 ms. */
export function subscribeTimers(given: Readonly<Record<string, unknown>>): (readonly (string | number)[])[] {
  const { subscribe } = given;
  const steps = Array.isArray(subscribe) ? subscribe.map((_step, index) => ['subscribe', index, 'timeout']) : [];
  return [['throttle'], ...steps];
}

/** The same in the terms of the stream classes. */
export function resolveSubscribe(given: SubscribeConfig): ResolvedSubscribeOptions {
  return {
    subscribe: (given.subscribe ?? []).map(({ send, expect, reject, timeout }) => ({
      send,
      expect,
      reject,
      timeoutMs: toMs(timeout),
    })),
    throttleMs: toMs(given.throttle),
  };
}
