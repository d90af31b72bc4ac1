import { duration, secret } from '../../internal/options/kinds.js';
import type { GivenOf, ResolvedOf } from '../../internal/options/option.js';
import { fits, list, shapeForm, within } from '../../internal/options/shapes.js';
import { FRAME_MATCH } from '../../json/match.js';
import { match } from '../../json/option-kinds.js';
import { sendable } from './sendable.js';

/** One subscribe message: a string goes out as a text frame, a Buffer as a binary one. */
export type SubscribeMessage = string | Buffer;

/** What a function that makes subscribe messages is told. */
export interface SubscribeRequest {
  /** The number of the connection that was just opened: 1, 2, … */
  readonly connection: number;
  readonly url: string;
}

/** Makes the subscribe messages of one connection: for signatures and timestamps. */
export type SubscribeFunction = (
  request: SubscribeRequest,
) => readonly SubscribeMessage[] | Promise<readonly SubscribeMessage[]>;

const STEP_OPTIONS = {
  /**
   * A string goes out as text, a Buffer as binary; a function is asked at each connect: for signatures and timestamps.
   * Without it there must be an `expect`.
   * @default none: the step only waits for a frame, which may have come since the connect
   */
  send: sendable<SubscribeMessage | ((request: SubscribeRequest) => SubscribeMessage | Promise<SubscribeMessage>)>({
    title: 'Message',
    description: 'What is sent, as text. Without it the step only waits for `expect`, from a server that speaks first.',
  }),
  /** The frame that confirms it: a control frame, and no data. @default none: the next step follows at once */
  expect: match({ title: 'Answer', description: 'The frame that confirms it.' }),
  /** With `expect`: the frame that says no. @default none */
  reject: match({ title: 'Rejection', description: 'The frame that says no.' }),
  /** With `expect`: how long the answer may take. @default 10_000 */
  timeoutMs: duration({ title: 'Timeout', description: 'How long the answer may take.' }),
};

export const STEP_FORM = shapeForm(STEP_OPTIONS, {
  needs: { reject: 'expect', timeoutMs: 'expect' },
  oneOf: ['send', 'expect'],
});

/** One message that is sent after a connect, and the frame that confirms it; or, of a server that speaks first, the frame alone. */
export interface SubscribeStep extends GivenOf<typeof STEP_OPTIONS> {}

/** The options of subscriptions that are confirmed. */
export const SUBSCRIBE_OPTIONS = {
  /**
   * Steps that are taken in order after every connect, after `subscribeMessages`, each when the one before is confirmed: a
   * login before the subscriptions. Data that comes in between is emitted. A step that is rejected or not confirmed, or whose
   * function fails, ends the connection with `ERR_SUBSCRIBE`. @default []
   */
  subscribe: secret(
    list<SubscribeStep>(STEP_FORM, {
      title: 'Subscribe steps',
      description:
        'Taken in this order after every connect and reconnect, after `subscribe_messages`: `send` goes out, and the frame that matches `expect` (`{path, equals}`, `{path}` or `{text}`) confirms it, so that a login comes before what needs it. A step of `expect` alone waits for a server that speaks first. It is a control frame; data that comes in between is kept. One that matches `reject`, or none within `timeout` (10), is an error of the connection.',
      note: `, each with \`send\` or \`expect\`, in which \`expect\` and \`reject\` are ${FRAME_MATCH}`,
      max: 10_000,
      examples: [
        [
          {
            send: '{"op":"login"}',
            expect: { path: 'event', equals: 'login' },
            reject: { path: 'event', equals: 'error' },
          },
          { send: '{"op":"subscribe","channel":"trades"}' },
        ],
        [{ expect: { path: 'event', equals: 'welcome' } }],
      ],
    }),
  ),
  /** At least so long between two messages of `subscribeMessages`, `subscribe` and `addSubscription()`. @default none */
  throttleMs: duration({
    title: 'Throttle',
    description: 'At least so long between two messages of `subscribe_messages` and `subscribe`.',
    examples: ['250ms'],
  }),
};

/** What may be given of `SUBSCRIBE_OPTIONS`. */
export interface SubscribeOptions extends GivenOf<typeof SUBSCRIBE_OPTIONS> {}

/** {@link SubscribeOptions} with every default filled in. */
export interface ResolvedSubscribeOptions extends ResolvedOf<typeof SUBSCRIBE_OPTIONS> {}

/** How long the answer to a step may take. */
export const STEP_TIMEOUT_MS = 10_000;

/**
 * Whether it is a {@link SubscribeStep}.
 *
 * @throws {ConfigError} when a path cannot be read
 */
export function isSubscribeStep(value: unknown, option: string): value is SubscribeStep {
  return within(option, () => fits(STEP_FORM, value));
}
