import WebSocket from 'ws';
import type { Watchdog } from '../errors.js';
import { notSendable } from './connection-failures.js';
import { ControlFrames } from './control-frames.js';
import type { FeedSocket } from './feed-socket.js';
import type { Inflater } from './inflater.js';
import { Inlet } from './inlet.js';
import { Liveness } from './liveness.js';
import { messageSecrets } from './message-secrets.js';
import type { ResolvedWebSocketOptions, SubscribeMessage, SubscribeRequest } from './options.js';
import { type NamedStep, Subscriber } from './subscriber.js';

/** What a {@link Talk} tells its connection. */
export interface TalkActions {
  /** A data frame came. The hot path. */
  data(data: Buffer, isBinary: boolean): void;
  /** A control frame came: a message that is no data. */
  control(data: Buffer, isBinary: boolean): void;
  /** A ping or a pong came. */
  alive(): void;
  /** The text without secrets. */
  hide(text: string): string;
  /** These secrets are about to be sent. */
  meet(secrets: readonly string[]): void;
  /** Calls a function of the user's, and gives up on it when the connection is over. */
  ask<T>(question: () => T | Promise<T>): Promise<T>;
  /** The connection is of no use any more. */
  lose(cause: unknown, watchdog?: { readonly name: Watchdog; readonly ms: number }): void;
}

/**
 * What is said on an upgraded socket: subscribe steps, pings, heartbeats and replies; and which frames answer them. It takes
 * frames from {@link start} on, until {@link stop}.
 */
export class Talk {
  readonly #ws: FeedSocket;
  readonly #inflater: Inflater | undefined;
  readonly #actions: TalkActions;
  readonly #liveness: Liveness;
  readonly #control: ControlFrames;
  readonly #subscriber: Subscriber;
  #inlet: Inlet | undefined;
  #isStopped = false;

  /**
   * @param shownUrl the address, as errors show it
   * @param request what functions that make messages are told
   * @param inflater what binary frames go through first
   */
  constructor(
    ws: FeedSocket,
    shownUrl: string,
    request: SubscribeRequest,
    options: ResolvedWebSocketOptions,
    inflater: Inflater | undefined,
    actions: TalkActions,
  ) {
    this.#ws = ws;
    this.#inflater = inflater;
    this.#actions = actions;
    const { clock, throttleMs, heartbeat, reply } = options;
    this.#liveness = new Liveness(options, {
      ping: (isHeld) => this.#ping(isHeld),
      beat: () => this.#say(() => textOf(heartbeat?.message)),
      silent: (name, ms) => actions.lose(undefined, { name, ms }),
    });
    this.#control = new ControlFrames(heartbeat, reply, {
      isAnswer: (frame) => this.#subscriber.takes(frame),
      isBeatOwed: () => this.#liveness.isBeatOwed,
      beaten: () => this.#liveness.beaten(),
      send: (make) => this.#say(make),
    });
    this.#subscriber = new Subscriber({
      clock,
      throttleMs,
      url: shownUrl,
      make: async ({ send }) =>
        checked('send', typeof send === 'function' ? await actions.ask(() => send(request)) : send),
      hide: (text) => actions.hide(text),
      send: (message) => this.send(message),
      onAwaiting: (isAwaiting) => this.#control.expectAnswer(isAwaiting),
    });
  }

  /** From here on frames are taken. */
  start(): void {
    this.#liveness.start();
    const actions = this.#actions;
    const control = this.#control;
    // The hot path.
    const take = (data: Buffer, isBinary: boolean): void => {
      if (control.isNeeded && control.takes(data)) actions.control(data, isBinary);
      else actions.data(data, isBinary);
    };
    if (this.#inflater === undefined) {
      this.#ws.onData = take;
    } else {
      const inlet = new Inlet(this.#inflater, { take, failed: (error) => actions.lose(error) });
      this.#inlet = inlet;
      this.#ws.onData = (data, isBinary) => inlet.add(data, isBinary);
    }
    this.#ws.on('ping', () => actions.alive());
    this.#ws.on('pong', () => {
      this.#liveness.ponged();
      actions.alive();
    });
  }

  /** A slow consumer holds the socket: what comes cannot be seen. */
  hold(): void {
    this.#liveness.hold();
    this.#subscriber.hold();
    this.#inlet?.hold();
  }

  /** The socket is read again. Frames that wait are taken first, and may make it {@link hold} once more. */
  goOn(): void {
    if (!this.#isStopped) {
      this.#liveness.goOn();
      this.#subscriber.goOn();
    }
    this.#inlet?.goOn();
  }

  /** Whether frames that were read wait until it goes on. */
  get isWaiting(): boolean {
    return this.#inlet?.isWaiting === true;
  }

  /** The run is about to end: frames that wait are taken, whether there is room or not. */
  takeRest(): void {
    this.#inlet?.takeRest();
  }

  /** Nothing more is said; frames are taken all the same. */
  stop(): void {
    this.#isStopped = true;
    this.#liveness.stop();
    this.#subscriber.stop();
  }

  /** Nobody takes frames any more. */
  end(): void {
    this.stop();
    this.#inlet?.clear();
  }

  /** Data was seen. Told once for all the frames of a chunk. */
  fed(): void {
    this.#liveness.fed();
  }

  /**
   * Takes subscribe steps, after those that were given before.
   *
   * @throws {SubscribeError} when one is rejected or not confirmed in time, or its function fails
   */
  subscribe(steps: readonly NamedStep[]): Promise<void> {
    return this.#subscriber.take(steps);
  }

  /** Forgets a subscribe step that was not sent yet. Returns whether it was not. */
  withdraw(step: NamedStep): boolean {
    return this.#subscriber.withdraw(step);
  }

  /** Sends a message; resolves when the socket has it. */
  send(message: SubscribeMessage): Promise<void> {
    this.#actions.meet(messageSecrets(message));
    return new Promise((resolve, reject) => {
      this.#ws.send(message, (error) => (error == null ? resolve() : reject(error)));
    });
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

  /** Sends what need not be waited for; nothing where the server reads nothing. A function that throws ends the connection. */
  #say(make: () => unknown): void {
    if (!this.#isHeard) return;
    try {
      const message = checked('heartbeat, reply', make());
      this.#actions.meet(messageSecrets(message));
      this.#ws.send(message);
    } catch (error) {
      this.#actions.lose(error);
    }
  }
}

function textOf(message: SubscribeMessage | (() => SubscribeMessage) | undefined): SubscribeMessage | undefined {
  return typeof message === 'function' ? message() : message;
}

/** `ws` would send other things, too, such as numbers. */
function checked(option: string, message: unknown): SubscribeMessage {
  if (typeof message !== 'string' && !Buffer.isBuffer(message)) throw notSendable(option);
  return message;
}

/** A server that has read nothing of so much reads no ping, no reply and no heartbeat either. */
const MAX_UNSENT_BYTES = 1024 * 1024;
