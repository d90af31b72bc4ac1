import WebSocket from 'ws';
import { MessageTooLargeError } from '../../errors.js';
import { wrongResult } from '../../internal/given-function.js';
import { kindOf } from '../../internal/options.js';
import type { Secrets } from '../../secrets/secrets.js';
import type { FrameHandler, Origin } from '../intake/frame-handler.js';
import type { Connected } from '../options/events.js';
import type { ResolvedWebSocketOptions } from '../options/options.js';
import { isSubscribeMessages } from '../options/socket-options.js';
import { handshakeBroken, refused } from '../reach/connection-failures.js';
import type { Endpoint } from '../reach/endpoints.js';
import { readRefusal } from '../reach/http-refusal.js';
import type { ConnectionCursor } from '../resume/connection-cursor.js';
import { requestOf, Session } from '../session/session.js';
import type { NamedStep } from '../session/subscribe-steps.js';
import type { Subscriptions } from '../session/subscriptions.js';
import { answerPings } from '../socket/answer-pings.js';
import { FeedSocket } from '../socket/feed-socket.js';
import { Inflater } from '../socket/inflater.js';
import { CloseTimer } from './close-timer.js';
import { type ConnectionEnd, ConnectionEndCause, type Silence } from './end-cause.js';
import { type Attempt, Handshake } from './handshake.js';

/** What a {@link Connection} tells who opened it. */
export interface ConnectionHandler {
  /** The upgrade succeeded. Returns the connection's number. */
  onUpgraded(connection: Connection, agreed: Agreed): number;
  /** It is being read: from here on frames may come. */
  onOpen(connection: Connection): void;
  /** So many subscribe messages were sent, and every step was confirmed. */
  onSubscribed(connection: Connection, messages: number): void;
  /** It is over, however it got here. Called exactly once, unless {@link Connection.close} was called before. */
  onClosed(connection: Connection, ending: ConnectionEnd): void;
}

/** What both sides agreed on in the upgrade. */
export type Agreed = Pick<Connected, 'protocol' | 'offered' | 'isCompressed'>;

/** What a {@link Connection} is made of. */
export interface ConnectionParts {
  readonly endpoint: Endpoint;
  readonly attempt: Attempt;
  readonly options: ResolvedWebSocketOptions;
  /** What must not be shown. */
  readonly secrets: Secrets;
  /** What is to be sent on it. */
  readonly subscriptions: Pick<Subscriptions, 'plan'>;
  /** What it has to do with cursors, with `resume`. */
  readonly cursor: ConnectionCursor | undefined;
  readonly taker: FrameHandler;
  readonly handler: ConnectionHandler;
}

/**
 * One socket's life: upgrade, subscribe messages, data, end. It never reconnects. What comes before the upgrade is the
 * {@link Handshake}, what is said after it the {@link Session}, the closing handshake the {@link CloseTimer}, and why it ended the
 * {@link ConnectionEndCause}.
 */
export class Connection implements Origin {
  number = 0;
  readonly endpoint: Endpoint;
  readonly inflater: Inflater | undefined;
  readonly cursor: ConnectionCursor | undefined;
  readonly #parts: ConnectionParts;
  readonly #options: ResolvedWebSocketOptions;
  readonly #handler: ConnectionHandler;
  readonly #secrets: Secrets;
  readonly #handshake: Handshake;
  readonly #cause: ConnectionEndCause;
  readonly #closeTimer: CloseTimer;
  #session: Session | undefined;
  #ws: FeedSocket | undefined;
  #isOpen = false;
  #subscribedAt: number | undefined;
  /** Whether data came while it was subscribed. */
  #wasFed = false;
  #isPaused = false;
  #isDrained = false;
  #isSealed = false;
  /** Whether the server sent its close frame before we sent ours. */
  #isLeft = false;
  /** What is to be done about its end, once the frames that wait are taken. */
  #lateEnd: (() => void) | undefined;
  #onReleased: (() => void) | undefined;

  constructor(parts: ConnectionParts) {
    const { endpoint, attempt, options, secrets, handler, taker, cursor } = parts;
    this.#parts = parts;
    this.endpoint = endpoint;
    this.cursor = cursor;
    const { decompress, maxMessageBytes } = options;
    this.inflater = decompress === undefined ? undefined : new Inflater(decompress, maxMessageBytes, endpoint.shownUrl);
    this.#options = options;
    this.#handler = handler;
    this.#secrets = secrets;
    this.#cause = new ConnectionEndCause({
      endpoint,
      maxMessageBytes,
      reconnects: options.reconnect,
      cleanCodes: options.cleanCodes,
      isOpen: () => this.#isOpen,
      frames: () => taker.frames,
    });
    this.#closeTimer = new CloseTimer(options.clock, options.closeTimeoutMs, () => this.#ws?.terminate());
    this.#handshake = new Handshake({ endpoint, options, secrets, asked: cursor?.asked }, (error) => this.#fail(error));
    this.#connect(attempt).catch((error: unknown) => this.#fail(error));
  }

  /** Stops reading from the socket. What is in the chunk that was read already still comes. */
  pause(): void {
    this.#isPaused = true;
    if (!this.#isOpen) return;
    this.#session?.pause();
    this.#closeTimer.pause();
    this.#ws?.pause();
  }

  /** Goes on reading. */
  resume(): void {
    this.#isPaused = false;
    if (!this.#isOpen) return;
    this.#closeTimer.resume();
    this.#session?.resume();
    // Frames that waited may have filled the consumer again.
    if (this.#isPaused) return;
    this.#ws?.resume();
    this.#lateEnd?.();
  }

  /** Ends it from our side, but takes what the server sends until it answers. Its end is reported to the handler. */
  drain(): void {
    this.#isDrained = true;
    this.#session?.stop();
    this.#ws?.leave(1000);
    this.#closeTimer.begin();
  }

  /** Being drained, it has nothing to bring that is not there already: it is cut off unless its end comes soon. */
  hurry(): void {
    this.#closeTimer.hurry();
  }

  /**
   * Ends it from our side, and takes nothing of what comes, but what was read already and waits for a slow consumer. Its end
   * is reported to nobody.
   */
  seal(): void {
    const ws = this.#ws;
    if (ws === undefined || !this.#isOpen) return;
    this.#isSealed = true;
    this.#session?.stop();
    this.#sayGoodbye(ws);
  }

  /** The run is about to end: what was read is taken, whether there is room or not. */
  readRest(): void {
    this.#session?.readRest();
  }

  /** Sends a subscription that came at run time, after what was to be sent before. Returns whether it came that far. */
  subscribe(step: NamedStep): boolean {
    if (!this.#isOpen) return false;
    this.#session?.subscribe([step]).catch((error: unknown) => this.#lose(error));
    return true;
  }

  /** Forgets a subscription that was not sent yet. Returns whether it was not. */
  withdraw(step: NamedStep): boolean {
    return this.#session?.withdraw(step) === true;
  }

  /** Whether frames that were read wait. */
  get isWaiting(): boolean {
    return this.#session?.isWaiting === true;
  }

  /** Whether it is being read. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether every subscribe step was confirmed: it is a connection of the feed, and no mere attempt. */
  get isSubscribed(): boolean {
    return this.#subscribedAt !== undefined;
  }

  /**
   * Ends it from our side: with a close frame of code 1000 where the upgrade succeeded. Nothing is reported to the
   * handler any more. `onReleased` is called when the socket and every timer are gone; the first one counts.
   */
  close(onReleased: () => void): void {
    // Its time runs already.
    if (this.#onReleased !== undefined) return;
    this.#handshake.giveUp();
    this.#session?.end();
    this.#isOpen = false;
    const ws = this.#ws;
    this.#onReleased = onReleased;
    if (ws === undefined || ws.readyState === WebSocket.CLOSED) {
      this.#released();
      return;
    }
    if (ws.readyState === WebSocket.CONNECTING) ws.terminate();
    else this.#sayGoodbye(ws);
  }

  /** Sends a close frame, and waits for the answer; what comes before it is not taken. */
  #sayGoodbye(ws: FeedSocket): void {
    ws.ignore();
    ws.leave(1000);
    // A paused socket would never see the server's answer.
    ws.resume();
    this.#closeTimer.beginLast();
  }

  /** Ends the TCP connection at once. */
  cut(): void {
    this.#ws?.terminate();
  }

  async #connect(attempt: Attempt): Promise<void> {
    const handshake = this.#handshake;
    const { connectBudget } = this.#options;
    if (connectBudget !== undefined) {
      await handshake.enter(connectBudget);
      if (handshake.isGivenUp) return;
    }
    handshake.begin();
    await this.inflater?.load();
    const options = await handshake.prepare(attempt);
    if (handshake.isGivenUp) return;
    const { url } = handshake;
    const { clock } = this.#options;
    const secrets = this.#secrets;
    const ws = new FeedSocket(url, this.#options.protocols, options);
    this.#ws = ws;
    answerPings(ws);
    // It is over with the close frame, and does not wait for the end of the TCP connection, which may be seconds later; but for
    // what the frames of the same chunk have set off, such as the confirmation of a step.
    ws.onCloseFrame = (code, reason) => {
      this.#isLeft = !this.#isDrained;
      setImmediate(() => this.#ended(code, secrets.hide(reason)));
    };
    ws.on('error', (error: Error & { code?: string }) => {
      if (this.#onReleased === undefined) {
        if (ws.isInHandshake) this.#cause.failed(handshakeBroken(url, error));
        else this.#cause.reported(error);
      }
      // A server that breaks the protocol is not read any further.
      if (this.#isOpen && ws.isBroken) setImmediate(() => this.#ended(1006, ''));
    });
    ws.on('close', (code, reason) => {
      this.#closeTimer.over();
      if (this.#onReleased === undefined && ws.isBroken) this.#ended(1006, '');
      else if (this.#onReleased === undefined) this.#ended(code, secrets.hide(reason.toString()));
      else this.#released();
    });
    ws.on('unexpected-response', (_request, response) => {
      // What it says of that has a time of its own.
      handshake.done();
      void readRefusal(url, response, clock, secrets).then((refusal) => {
        this.#cause.failed(refused(url, refusal));
        ws.terminate();
      });
    });
    ws.on('open', () => {
      this.#upgraded(ws).catch((error: unknown) => (this.#isOpen ? this.#lose(error) : this.#fail(error)));
    });
  }

  async #upgraded(ws: FeedSocket): Promise<void> {
    // Nothing is read before the subscribe messages are out; what came with the upgrade waits, too.
    ws.pause();
    const { protocols: offered } = this.#options;
    const isCompressed = ws.extensions !== '';
    this.number = this.#handler.onUpgraded(this, { protocol: ws.agreed, offered, isCompressed });
    const handshake = this.#handshake;
    handshake.step = 'the subscribe messages';
    const session = this.#newSession(ws);
    this.#session = session;
    const { subscribeMessages, throttleMs } = this.#options;
    const messages =
      typeof subscribeMessages === 'function'
        ? await handshake.ask(() => subscribeMessages(requestOf(this)))
        : subscribeMessages;
    if (!isSubscribeMessages(messages)) {
      throw wrongResult('subscribeMessages', messages, 'an array of strings and Buffers', kindOf);
    }
    // With a pause between them they are steps like the others: frames come meanwhile.
    const [atOnce, inSteps] = throttleMs === undefined ? [messages, []] : [[], messages];
    await Promise.all(atOnce.map((message) => session.send(message)));
    if (handshake.isGivenUp) return;
    this.#open(session);
    const steps = this.#parts.subscriptions.plan(inSteps, this.cursor?.asked?.steps);
    if (steps.length > 0) {
      if (!this.#isPaused) ws.resume();
      await session.subscribe(steps);
    }
    this.#subscribedAt = this.#options.clock.monotonic();
    const sent = steps.filter(({ step }) => step.send !== undefined).length;
    this.#handler.onSubscribed(this, atOnce.length + sent);
    if (!this.#isPaused) ws.resume();
  }

  /** From here on frames are taken. */
  #open(session: Session): void {
    this.#handshake.done();
    this.#isOpen = true;
    session.start();
    this.#handler.onOpen(this);
    if (this.#isPaused) session.pause();
  }

  #newSession(ws: FeedSocket): Session {
    return new Session({
      ws,
      origin: this,
      options: this.#options,
      secrets: this.#secrets,
      taker: this.#parts.taker,
      ask: (question) => this.#handshake.ask(question),
      onFed: () => {
        this.#closeTimer.fed();
        if (this.isSubscribed) this.#wasFed = true;
      },
      onLost: ({ cause, watchdog }) => this.#lose(cause, watchdog),
    });
  }

  /** Ends an open connection, as if it had dropped. */
  #lose(cause: unknown, watchdog?: Silence): void {
    if (this.#cause.error !== undefined || this.#onReleased !== undefined) return;
    this.#cause.lost(cause, watchdog);
    const isTooLarge = cause instanceof MessageTooLargeError;
    // A server that is there after all may know that we leave; its answer is not waited for.
    this.#ws?.leave(isTooLarge ? 1009 : 1000);
    this.#ws?.terminate();
    // What else is in the chunk that was read comes behind a hole.
    if (isTooLarge) this.#ws?.ignore();
  }

  /** Ends a connection that is not open yet. */
  #fail(cause: unknown): void {
    // What is asked for the upgrade is given up on with an error of its own.
    if (this.#onReleased !== undefined || this.#handshake.isGivenUp) return;
    this.#cause.failed(this.#handshake.failure(cause));
    this.#handshake.giveUp();
    if (this.#ws === undefined) this.#ended(1006, '');
    else this.#ws.terminate();
  }

  /** Nothing more comes over it. Its handler hears of that once, and lets go of it. */
  #ended(code: number, reason: string): void {
    if (this.#onReleased !== undefined || this.#isSealed) return;
    if (this.isWaiting) {
      this.#endLate(() => this.#ended(code, reason));
      return;
    }
    this.#lateEnd = undefined;
    const since = this.#subscribedAt;
    const error = this.#cause.closed(code, reason, since !== undefined);
    const openMs = since === undefined ? undefined : this.#options.clock.monotonic() - since;
    const wasFed = this.#wasFed;
    const wasOpen = this.#isOpen;
    this.#handler.onClosed(this, { code, reason, error, wasOpen, openMs, wasFed, isServers: this.#isLeft });
  }

  /** Frames wait for a slow consumer: the end is told behind them. The TCP connection does not wait for that. */
  #endLate(end: () => void): void {
    if (this.#lateEnd !== undefined) return;
    this.#lateEnd = end;
    const ws = this.#ws;
    if (ws === undefined || ws.readyState === WebSocket.CLOSED) return;
    ws.resume();
    this.#closeTimer.beginLast();
  }

  #released(): void {
    this.#handshake.hangUp();
    const onReleased = this.#onReleased;
    this.#onReleased = () => {};
    onReleased?.();
  }
}
