import { duration, required, secret, words } from '../../internal/options/kinds.js';
import type { GivenOf, ResolvedOf } from '../../internal/options/option.js';
import { list, shape, shapeForm } from '../../internal/options/shapes.js';
import { FRAME_MATCH } from '../../json/match.js';
import { match } from '../../json/option-kinds.js';
import { sendable } from './sendable.js';

const HEARTBEAT_OPTIONS = {
  /** How often `message` is sent. It goes out while a slow consumer holds the socket, too. */
  intervalMs: required(duration({ title: 'Interval', description: 'How often the message is sent.' })),
  /** What is sent: a string goes out as text, a Buffer as binary; a function is asked each time. */
  message: required(
    sendable<string | Buffer | (() => string | Buffer)>({ title: 'Message', description: 'What is sent, as text.' }),
  ),
  /** The frame that answers it: a control frame, and no data. @default no answer is waited for */
  expect: match({ title: 'Answer', description: 'The frame that answers it.' }),
  /** With `expect`: how long the answer may take before the connection is ended. @default intervalMs */
  timeoutMs: duration({ title: 'Timeout', description: 'How long the answer may take.' }),
};

/** What a client and a server say to each other to show that they are there, in messages of their own. */
export interface Heartbeat extends GivenOf<typeof HEARTBEAT_OPTIONS> {}

const REPLY_OPTIONS = {
  /** The frames to answer: control frames, and no data. */
  match: required(match({ title: 'Match', description: 'The frames that are answered.' })),
  /**
   * What is sent: a string goes out as text, with `{value}` in it replaced by the matched field as it stands in the frame;
   * a Buffer as binary; a function is given that text.
   */
  send: required(
    sendable<string | Buffer | ((value: string) => string | Buffer)>({
      title: 'Reply',
      description: 'What is sent, as text.',
    }),
  ),
};

/** An answer to frames in which a server asks for a sign of life. */
export interface Reply extends GivenOf<typeof REPLY_OPTIONS> {}

/** The options that keep a connection alive and find out that it is not. None of them ends a run by itself. */
export const LIVENESS_OPTIONS = {
  /**
   * With `pingIntervalMs`: how long the pong that answers a ping may take. One that does not come ends the connection,
   * which counts as a drop. The clock stands still while a slow consumer holds the socket. @default none
   */
  pongTimeoutMs: duration({
    title: 'Pong timeout',
    description:
      'With `ping_interval`: a ping that is not answered for this long ends the connection, not the run. Like the two clocks below it stands still while the socket is paused for a slow sink, and begins anew afterwards.',
    examples: [10, '10s'],
  }),
  /**
   * No data frame for so long ends the connection, which counts as a drop. Control frames, pings and pongs are no data.
   * The clock stands still while a slow consumer holds the socket. @default none
   */
  staleTimeoutMs: duration({
    title: 'Stale timeout',
    description: 'Ends the connection, not the run, after this long without a data frame. Pings and pongs are no data.',
    examples: ['2m'],
  }),
  /** What `idleTimeoutMs` takes for a sign of life: any inbound frame, or data frames alone. @default 'any' */
  idleReset: words(['any', 'data'], {
    title: 'Signs of life',
    description: 'What resets `idle_timeout`: `any` inbound frame, or `data` frames alone.',
    fallback: 'any',
    examples: ['data'],
  }),
  /** A message of your own at an interval, with or without an answer to wait for. @default none */
  heartbeat: secret(
    shape<Heartbeat>(shapeForm(HEARTBEAT_OPTIONS, { needs: { timeoutMs: 'expect' } }), {
      title: 'Heartbeat',
      description:
        'Sends `message` at this `interval`. With `expect` (`{path, equals}`, `{path}` or `{text}`) the frame that answers it is a control frame, and one that does not come within `timeout` (the interval, when that is not set) ends the connection, not the run.',
      note: `, in which \`expect\` is ${FRAME_MATCH}`,
      examples: [{ interval: '20s', message: 'ping', expect: { text: 'pong' } }],
    }),
  ),
  /** Answers to the server's pings in text: for each frame the first that matches. @default [] */
  reply: secret(
    list<Reply>(shapeForm(REPLY_OPTIONS), {
      title: 'Replies',
      description:
        "Answers a server that pings in messages of its own: the first `match` (`{path, equals}`, `{path}` or `{text}`) makes a frame a control frame and has `send` sent, in which `{value}` stands for the matched field's text.",
      note: `, in which \`match\` is ${FRAME_MATCH}`,
      max: 100,
      examples: [[{ match: { path: 'ping' }, send: '{"pong":{value}}' }]],
    }),
  ),
  /**
   * What becomes of control frames, which answer a heartbeat or a subscribe step, or are replied to: they are counted and
   * dropped, or kept among the data. @default 'drop'
   */
  controlFrames: words(['drop', 'keep'], {
    title: 'Control frames',
    description:
      'Frames that answer a heartbeat or a step of `subscribe`, or are replied to: `drop` counts them, `keep` counts them and keeps them among the records.',
    fallback: 'drop',
    examples: ['keep'],
  }),
};

/** What may be given of `LIVENESS_OPTIONS`. */
export interface LivenessOptions extends GivenOf<typeof LIVENESS_OPTIONS> {}

/** {@link LivenessOptions} with every default filled in. */
export interface ResolvedLivenessOptions extends ResolvedOf<typeof LIVENESS_OPTIONS> {}
