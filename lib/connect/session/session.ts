import WebSocket from 'ws';
import { type Moment, now } from '../../frame/gap.js';
import { functionFailed, wrongResult } from '../../internal/given-function.js';
import { kindOf } from '../../internal/options.js';
import type { Secrets } from '../../secrets/secrets.js';
import type { Silence } from '../connection/end-cause.js';
import type { FrameHandler, Origin } from '../intake/frame-handler.js';
import type { ResolvedWebSocketOptions } from '../options/options.js';
import type { SubscribeMessage, SubscribeRequest } from '../options/subscribe-options.js';
import type { FeedSocket } from '../socket/feed-socket.js';
import { InflateQueue } from '../socket/inflate-queue.js';
import { ControlFrames } from './control-frames.js';
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
  readonly #subscribeSteps: SubscribeSteps;
  #inflateQueue: InflateQueue | undefined;
  /** When the chunk at hand arrived, while there is one. */
  #arrival: Moment | undefined;
  readonly #forgetArrival = (): void => {
    this.#arrival = undefined;
  };
  #isStopped = false;

  constructor(parts: SessionParts) {
    const { ws, origin, options, secrets } = parts;
    const { clock, throttleMs, heartbeat, reply } = options;
    const request = requestOf(origin);
    this.#parts = parts;
    this.#ws = ws;
    this.#liveness = new Liveness(options, {
      onPing: (isHeld) => this.#ping(isHeld),
      onBeat: () => this.#say('heartbeat.message', () => textOf(heartbeat?.message)),
      onSilence: (watchdog) => parts.onLost({ cause: undefined, watchdog }),
    });
    this.#control = new ControlFrames(heartbeat, reply, {
      isAnswer: (frame) => this.#subscribeSteps.consumes(frame),
      isBeatOwed: () => this.#liveness.isBeatOwed,
      onBeaten: () => this.#liveness.beaten(),
      onAsked: (make) => this.#say('reply.send', make),
    });
    this.#subscribeSteps = new SubscribeSteps({
      clock,
      throttleMs,
      url: origin.endpoint.shownUrl,
      make: async ({ send }, option) =>
        checked(option, typeof send === 'function' ? await parts.ask(() => send(request)) : send),
      hide: (text) => secrets.hide(text),
      send: (message) => this.send(message),
      onAwaiting: (isAwaiting) => this.#control.expectAnswer(isAwaiting),
    });
  }

  /** From here on frames are taken. */
  start(): void {
    this.#liveness.start();
    const { origin, taker, onLost } = this.#parts;
    const control = this.#control;
    // The hot path.
    const onFrame = (data: Buffer, isBinary: boolean): void => {
      if (control.isNeeded && control.consumes(data)) taker.onControl(data, isBinary, origin);
      else taker.onFrame(data, isBinary, this.#arrival ?? this.#arrive(), origin);
    };
    if (origin.inflater === undefined) {
      this.#ws.onData = onFrame;
      if (taker.takesRuns) {
        this.#ws.onRun = (run) => {
          if (!control.isNeeded) taker.onRun(run, this.#arrival ?? this.#arrive(), origin);
        };
      }
    } else {
      const inflateQueue = new InflateQueue(origin.inflater, { onFrame, onFailed: (cause) => onLost({ cause }) });
      this.#inflateQueue = inflateQueue;
      this.#ws.onData = (data, isBinary) => inflateQueue.add(data, isBinary);
    }
    this.#ws.on('ping', () => taker.onAlive());
    this.#ws.on('pong', () => {
      this.#liveness.ponged();
      taker.onAlive();
    });
  }

  /** A slow consumer holds the socket: what comes cannot be seen. */
  pause(): void {
    this.#liveness.pause();
    this.#subscribeSteps.pause();
    this.#inflateQueue?.pause();
  }

  /** The socket is read again. Frames that wait are taken first, and may make it {@link pause} once more. */
  resume(): void {
    if (!this.#isStopped) {
      this.#liveness.resume();
      this.#subscribeSteps.resume();
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
    this.#subscribeSteps.stop();
  }

  /** Nobody takes frames any more. */
  end(): void {
    this.stop();
    this.#inflateQueue?.clear();
  }

  /**
   * Takes subscribe steps, after those that were given before.
   *
   * @throws {SubscribeError} when one is rejected or not confirmed in time, or its function fails
   */
  subscribe(steps: readonly NamedStep[]): Promise<void> {
    return this.#subscribeSteps.add(steps);
  }

  /** Forgets a subscribe step that was not sent yet. Returns whether it was not. */
  withdraw(step: NamedStep): boolean {
    return this.#subscribeSteps.withdraw(step);
  }

  /** Sends a message; resolves when the socket has it. */
  send(message: SubscribeMessage): Promise<void> {
    this.#parts.secrets.meet(messageSecrets(message), 'messages');
    return new Promise((resolve, reject) => {
      this.#ws.send(message, (error) => (error == null ? resolve() : reject(error)));
    });
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
    // The server's own pings are in the socket that nobody reads: a pong that was not asked for (RFC 6455, section 5.5.3)
    // shows it that we are there.
    if (isHeld) this.#ws.pong();
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
    this.#ws.send(message);
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

/** A server that has read nothing of so much reads no ping, no reply and no heartbeat either. */
const MAX_UNSENT_BYTES = 1024 * 1024;
