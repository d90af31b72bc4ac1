import WebSocket from 'ws';
import { type Moment, now } from '../../frame/gap.js';
import { functionFailed, wrongResult } from '../../internal/given-function.js';
import { kindOf } from '../../internal/options.js';
import type { Secrets } from '../../secrets/secrets.js';
import { pinged, ponged } from '../../telemetry/channels.js';
import type { Silence } from '../connection/end-cause.js';
import type { FrameHandler, Origin } from '../intake/frame-handler.js';
import type { ResolvedWebSocketOptions } from '../options/options.js';
import type { SubscribeMessage, SubscribeRequest } from '../options/subscribe-options.js';
import type { FeedSocket } from '../socket/feed-socket.js';
import type { FrameRun } from '../socket/frame-run.js';
import { InflateQueue, type InflateQueueHandler } from '../socket/inflate-queue.js';
import type { InflatedRun } from '../socket/inflated-run.js';
import { ControlFrames, type Joining } from './control-frames.js';
import { Liveness } from './liveness.js';
import { messageSecrets } from './message-secrets.js';
import { type NamedStep, SubscribeSteps } from './subscribe-steps.js';

/** What a {@link Session} is made of. */
export interface SessionParts {
  readonly ws: FeedSocket;
  /** The connection that it belongs to. */
  readonly origin: Origin;
  readonly options: ResolvedWebSocketOptions;
  /** What must not be shown. */
  readonly secrets: Pick<Secrets, 'hide' | 'meet'>;
  readonly taker: FrameHandler;
  /** Calls a function of the user's, and gives up on it when the connection is over. */
  ask<T>(question: () => T | Promise<T>): Promise<T>;
  /** Data came. Told once for all the frames of a chunk. */
  onFed(): void;
  /** The connection is of no use any more. */
  onLost(lost: { readonly cause: unknown; readonly watchdog?: Silence }): void;
}

/**
 * What is said on an upgraded socket: subscribe steps, pings, heartbeats and replies; and which frames answer them. It takes
 * frames from {@link start} on, and hands on all that are no answers.
 */
export class Session {
  readonly #parts: SessionParts;
  readonly #ws: FeedSocket;
  readonly #liveness: Liveness;
  readonly #control: ControlFrames;
  /** Those of it, from the first one on. */
  #subscribeSteps: SubscribeSteps | undefined;
  #inflateQueue: InflateQueue | undefined;
  /** When the chunk at hand arrived, while there is one. */
  #arrival: Moment | undefined;
  readonly #forgetArrival = (): void => {
    this.#arrival = undefined;
  };
  /** When the oldest ping was sent that is not answered; `undefined` also where its answer could not be seen in time. */
  #pingedAt: number | undefined;
  #isHeld = false;
  #isStopped = false;

  constructor(parts: SessionParts) {
    const { ws, options } = parts;
    const { heartbeat, reply } = options;
    this.#parts = parts;
    this.#ws = ws;
    this.#liveness = new Liveness(options, {
      onPing: (isHeld) => this.#ping(isHeld),
      onBeat: () => this.#say('heartbeat.message', () => textOf(heartbeat?.message)),
      onSilence: (watchdog) => parts.onLost({ cause: undefined, watchdog }),
    });
    this.#control = new ControlFrames(
      heartbeat,
      reply,
      {
        isAnswer: (frame) => this.#subscribeSteps?.consumes(frame) === true,
        isBeatOwed: () => this.#liveness.isBeatOwed,
        onBeaten: () => this.#liveness.beaten(),
        onAsked: (make) => this.#say('reply.send', make),
      },
      this.#joining(),
    );
  }

  /** What a server may say that is to go on from somewhere. */
  #joining(): Joining | undefined {
    const { origin, options, onLost } = this.#parts;
    const { cursor } = origin;
    const { expired, caughtUp } = options.resume ?? {};
    const forgotten = expired?.match;
    if (cursor?.asked === undefined || (forgotten ?? caughtUp) === undefined) return undefined;
    return {
      ...{ forgotten, caughtUp },
      isJoining: () => cursor.isJoining,
      onForgotten: () => {
        cursor.isExpired = true;
        onLost({ cause: new Error('the server cannot go on from where it was asked to') });
      },
      onCaughtUp: () => {
        cursor.caughtUp();
        options.logger.info({ url: origin.endpoint.shownUrl, connection: origin.number }, 'caught up');
      },
    };
  }

  /** From here on frames are taken. */
  start(): void {
    this.#liveness.start();
    const { origin, taker } = this.#parts;
    const control = this.#control;
    // The hot path.
    const onFrame = (data: Buffer, isBinary: boolean): void => {
      if (control.isNeeded && control.consumes(data)) taker.onControl(data, isBinary, origin);
      else taker.onFrame(data, isBinary, this.#arrival ?? this.#arrive(), origin);
    };
    const onRun = (run: FrameRun): void => {
      if (!control.isNeeded) taker.onRun(run, this.#arrival ?? this.#arrive(), origin);
    };
    const takesRuns = taker.takesRuns && origin.inflater === undefined;
    if (origin.inflater === undefined && !this.#ws.isDeflated) {
      this.#ws.onData = onFrame;
      this.#ws.onRun = takesRuns ? onRun : undefined;
    } else this.#inflateFirst(onFrame, takesRuns ? onRun : undefined);
    this.#ws.on('ping', () => taker.onAlive());
    this.#ws.on('pong', () => {
      this.#ponged();
      taker.onAlive();
    });
  }

  /** Frames are inflated before they are taken, and wait for that as long as there is no room. */
  #inflateFirst(onFrame: InflateQueueHandler['onFrame'], onRun: InflateQueueHandler['onRun']): void {
    const ws = this.#ws;
    const control = this.#control;
    const inflateRun =
      onRun &&
      ((chunk: Buffer, offset: number): InflatedRun | undefined =>
        control.isNeeded ? undefined : ws.inflateRun(chunk, offset));
    const queue = new InflateQueue({
      inflate: (data, isBinary, isDeflated) => this.#inflate(data, isBinary, isDeflated),
      onFrame,
      onRun,
      inflateRun,
    });
    this.#inflateQueue = queue;
    ws.queue = queue;
    ws.onData = (data, isBinary, isDeflated) => queue.add(data, isBinary, isDeflated);
    ws.onRun = onRun && ((run) => (queue.isOpen ? onRun(run) : undefined));
    ws.onDeflatedRun = inflateRun && ((chunk, offset) => (queue.isOpen ? inflateRun(chunk, offset) : undefined));
  }

  /** A slow consumer holds the socket: what comes cannot be seen. */
  pause(): void {
    this.#liveness.pause();
    this.#pingedAt = undefined;
    this.#isHeld = true;
    this.#subscribeSteps?.pause();
    this.#inflateQueue?.pause();
  }

  /** The socket is read again. Frames that wait are taken first, and may make it {@link pause} once more. */
  resume(): void {
    this.#isHeld = false;
    if (!this.#isStopped) {
      this.#liveness.resume();
      this.#subscribeSteps?.resume();
    }
    this.#inflateQueue?.resume();
  }

  /** Whether frames that were read wait until it goes on. */
  get isWaiting(): boolean {
    return this.#inflateQueue?.isWaiting === true;
  }

  /** The run is about to end: frames that wait are taken, whether there is room or not. */
  readRest(): void {
    this.#inflateQueue?.inflateRest();
  }

  /** Nothing more is said; frames are taken all the same. */
  stop(): void {
    this.#isStopped = true;
    this.#liveness.stop();
    this.#subscribeSteps?.stop();
  }

  /** Nobody takes frames any more. */
  end(): void {
    this.stop();
    this.#inflateQueue?.clear();
    this.#ws.release();
    this.#parts.origin.inflater?.close();
  }

  /**
   * Takes subscribe steps, after those that were given before.
   *
   * @throws {SubscribeError} when one is rejected or not confirmed in time, or its function fails
   */
  subscribe(steps: readonly NamedStep[]): Promise<void> {
    this.#subscribeSteps ??= this.#newSubscribeSteps();
    return this.#subscribeSteps.add(steps);
  }

  /** Forgets a subscribe step that was not sent yet. Returns whether it was not. */
  withdraw(step: NamedStep): boolean {
    return this.#subscribeSteps?.withdraw(step) === true;
  }

  /** Sends a message; resolves when the socket has it. */
  send(message: SubscribeMessage): Promise<void> {
    this.#parts.secrets.meet(messageSecrets(message), 'messages');
    return new Promise((resolve, reject) => {
      this.#ws.send(message, PLAIN, (error) => (error == null ? resolve() : reject(error)));
    });
  }

  #newSubscribeSteps(): SubscribeSteps {
    const { origin, options, secrets } = this.#parts;
    const { clock, throttleMs } = options;
    const steps = new SubscribeSteps({
      clock,
      throttleMs,
      url: origin.endpoint.shownUrl,
      make: async ({ send }, option) =>
        checked(option, typeof send === 'function' ? await this.#parts.ask(() => send(requestOf(origin))) : send),
      hide: (text) => secrets.hide(text),
      send: (message) => this.send(message),
      onAwaiting: (isAwaiting) => this.#control.expectAnswer(isAwaiting),
    });
    if (this.#isHeld) steps.pause();
    if (this.#isStopped) steps.stop();
    return steps;
  }

  /** What was compressed for the WebSocket first, and what is compressed in the frame then; `undefined` when it is too large. */
  #inflate(data: Buffer, isBinary: boolean, isDeflated: boolean): Buffer | undefined {
    const message = isDeflated ? this.#ws.inflate(data) : data;
    if (message === undefined || !isBinary) return message;
    const { origin, onLost } = this.#parts;
    try {
      return origin.inflater === undefined ? message : origin.inflater.inflate(message);
    } catch (cause) {
      onLost({ cause });
      return undefined;
    }
  }

  /** The first data frame of a chunk came: the time is read once for all of them. */
  #arrive(): Moment {
    const arrival = now(this.#parts.options.clock);
    this.#arrival = arrival;
    queueMicrotask(this.#forgetArrival);
    this.#liveness.fed();
    this.#parts.onFed();
    return arrival;
  }

  /** A ping that is not sent is not answered either, and so the server's silence is found all the same. */
  #ping(isHeld: boolean): void {
    if (!this.#isHeard) return;
    this.#ws.ping();
    const { options, origin } = this.#parts;
    if (!isHeld) this.#pingedAt ??= options.clock.monotonic();
    if (pinged.hasSubscribers) pinged.publish({ feed: options.feed, connection: origin.number });
    // The server's own pings are in the socket that nobody reads: a pong that was not asked for (RFC 6455, section 5.5.3)
    // shows it that we are there.
    if (isHeld) this.#ws.pong();
  }

  #ponged(): void {
    this.#liveness.ponged();
    const { options, origin, taker } = this.#parts;
    const rttMs = this.#pingedAt === undefined ? undefined : options.clock.monotonic() - this.#pingedAt;
    this.#pingedAt = undefined;
    if (rttMs !== undefined) taker.onPong(rttMs);
    if (ponged.hasSubscribers) ponged.publish({ feed: options.feed, connection: origin.number, rttMs });
  }

  /** Whether the server reads what it is sent, as far as can be seen. */
  get #isHeard(): boolean {
    return this.#ws.readyState === WebSocket.OPEN && this.#ws.bufferedAmount <= MAX_UNSENT_BYTES;
  }

  /** Sends what need not be waited for; nothing where the server reads nothing. A function that is wrong ends the run. */
  #say(option: string, make: () => unknown): void {
    if (!this.#isHeard) return;
    const { secrets, onLost } = this.#parts;
    let message: SubscribeMessage;
    try {
      message = checked(option, make());
    } catch (cause) {
      onLost({ cause: functionFailed(option, cause, (text) => secrets.hide(text)) });
      return;
    }
    secrets.meet(messageSecrets(message), 'messages');
    this.#ws.send(message, PLAIN);
  }
}

/** What functions that make messages are told. */
export function requestOf({ number, endpoint }: Origin): SubscribeRequest {
  return { connection: number, url: endpoint.frameUrl };
}

function textOf(message: SubscribeMessage | (() => SubscribeMessage) | undefined): SubscribeMessage | undefined {
  return typeof message === 'function' ? message() : message;
}

/** `ws` would send other things, too, such as numbers. */
function checked(option: string, message: unknown): SubscribeMessage {
  if (typeof message !== 'string' && !Buffer.isBuffer(message)) {
    throw wrongResult(option, message, 'a string or a Buffer', kindOf);
  }
  return message;
}

/** What we say is short and seldom: to compress it would cost more memory than all that is inflated (RFC 7692 leaves that to us). */
const PLAIN = { compress: false };
/** A server that has read nothing of so much reads no ping, no reply and no heartbeat either. */
const MAX_UNSENT_BYTES = 1024 * 1024;
