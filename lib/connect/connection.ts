import WebSocket from 'ws';
import { MessageTooLargeError } from '../errors.js';
import type { Secrets } from '../internal/secrets.js';
import { answerPings } from './answer-pings.js';
import { noMessages, refused } from './connection-failures.js';
import type { ConnectionHandler, FrameTaker } from './connection-handler.js';
import { CauseOfEnd, type Silence } from './ending.js';
import type { Endpoint } from './endpoints.js';
import { Farewell } from './farewell.js';
import { FeedSocket } from './feed-socket.js';
import { Inflater } from './inflater.js';
import { type Attempt, Opening } from './opening.js';
import { isSubscribeMessages, type ResolvedWebSocketOptions, type SubscribeRequest } from './options.js';
import type { NamedStep } from './subscriber.js';
import { Talk } from './talk.js';

/**
 * One socket's life: upgrade, subscribe messages, data, end. It never reconnects. What comes before the upgrade is the
 * {@link Opening}, what is said after it the {@link Talk}, the closing handshake the {@link Farewell}, and why it ended the
 * {@link CauseOfEnd}.
 */
export class Connection {
  /** 1, 2, … per socket of the run; 0 until the upgrade. */
  number = 0;
  /** Where it leads to. */
  readonly endpoint: Endpoint;
  /** What binary frames went through; `undefined` when they are taken as they come. */
  readonly inflater: Inflater | undefined;
  readonly #options: ResolvedWebSocketOptions;
  readonly #handler: ConnectionHandler;
  readonly #taker: FrameTaker;
  readonly #secrets: Secrets;
  readonly #opening: Opening;
  readonly #cause: CauseOfEnd;
  readonly #farewell: Farewell;
  #talk: Talk | undefined;
  #ws: FeedSocket | undefined;
  #isOpen = false;
  #subscribedAt: number | undefined;
  #isPaused = false;
  #isDrained = false;
  #isSealed = false;
  /** Whether the server sent its close frame before we sent ours. */
  #isLeft = false;
  /** What is to be done about its end, once the frames that wait are taken. */
  #lateEnd: (() => void) | undefined;
  #onReleased: (() => void) | undefined;

  constructor(
    endpoint: Endpoint,
    attempt: Attempt,
    options: ResolvedWebSocketOptions,
    secrets: Secrets,
    handler: ConnectionHandler,
    taker: FrameTaker,
  ) {
    this.endpoint = endpoint;
    const { decompress, maxMessageBytes } = options;
    this.inflater = decompress === undefined ? undefined : new Inflater(decompress, maxMessageBytes, endpoint.shownUrl);
    this.#options = options;
    this.#handler = handler;
    this.#taker = taker;
    this.#secrets = secrets;
    this.#cause = new CauseOfEnd({
      endpoint,
      maxMessageBytes,
      reconnects: options.reconnect,
      isOpen: () => this.#isOpen,
      frames: () => taker.frames,
    });
    this.#farewell = new Farewell(options.clock, options.closeTimeoutMs, () => this.#ws?.terminate());
    this.#opening = new Opening(endpoint, options, secrets, (error) => this.#fail(error));
    this.#connect(attempt).catch((error: unknown) => this.#fail(error));
  }

  /** Stops reading from the socket. What is in the chunk that was read already still comes. */
  pause(): void {
    this.#isPaused = true;
    if (!this.#isOpen) return;
    this.#talk?.hold();
    this.#farewell.hold();
    this.#ws?.pause();
  }

  /** Goes on reading. */
  resume(): void {
    this.#isPaused = false;
    if (!this.#isOpen) return;
    this.#farewell.goOn();
    this.#talk?.goOn();
    // Frames that waited may have filled the consumer again.
    if (this.#isPaused) return;
    this.#ws?.resume();
    this.#lateEnd?.();
  }

  /** Ends it from our side, but takes what the server sends until it answers. Its end is reported to the handler. */
  drain(): void {
    this.#isDrained = true;
    this.#talk?.stop();
    this.#ws?.leave(1000);
    this.#farewell.begin();
  }

  /** Being drained, it has nothing to bring that is not there already: it is cut off unless its end comes soon. */
  hurry(): void {
    this.#farewell.hurry();
  }

  /**
   * Ends it from our side, and takes nothing of what comes, but what was read already and waits for a slow consumer. Its end
   * is reported to nobody.
   */
  seal(): void {
    const ws = this.#ws;
    if (ws === undefined || !this.#isOpen) return;
    this.#isSealed = true;
    this.#talk?.stop();
    this.#sayGoodbye(ws);
  }

  /** The run is about to end: what was read is taken, whether there is room or not. */
  takeRest(): void {
    this.#talk?.takeRest();
  }

  /** Sends a subscription that came at run time, after what was to be sent before. Returns whether it came that far. */
  subscribe(step: NamedStep): boolean {
    if (!this.#isOpen) return false;
    this.#talk?.subscribe([step]).catch((error: unknown) => this.#lose(error));
    return true;
  }

  /** Forgets a subscription that was not sent yet. Returns whether it was not. */
  withdraw(step: NamedStep): boolean {
    return this.#talk?.withdraw(step) === true;
  }

  /** Whether frames that were read wait. */
  get isWaiting(): boolean {
    return this.#talk?.isWaiting === true;
  }

  /** Whether it is being read. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether every subscribe step was confirmed: it is a connection of the feed, and no mere attempt. */
  get isSubscribed(): boolean {
    return this.#subscribedAt !== undefined;
  }

  /** Data of this connection was seen. Told once for all the frames of a chunk. */
  fed(): void {
    this.#talk?.fed();
    this.#farewell.fed();
  }

  /**
   * Ends it from our side: with a close frame of code 1000 where the upgrade succeeded. Nothing is reported to the
   * handler any more. `onReleased` is called when the socket and every timer are gone; the first one counts.
   */
  close(onReleased: () => void): void {
    // Its time runs already.
    if (this.#onReleased !== undefined) return;
    this.#opening.giveUp();
    this.#talk?.end();
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
    ws.onData = undefined;
    ws.leave(1000);
    // A paused socket would never see the server's answer.
    ws.resume();
    this.#farewell.beginLast();
  }

  /** Ends the TCP connection at once. */
  cut(): void {
    this.#ws?.terminate();
  }

  async #connect(attempt: Attempt): Promise<void> {
    const options = await this.#opening.prepare(attempt);
    if (this.#opening.isGivenUp) return;
    const { url } = this.endpoint;
    const secrets = this.#secrets;
    const ws = new FeedSocket(url, [...this.#options.protocols], options);
    this.#ws = ws;
    answerPings(ws);
    // It is over with the close frame, and does not wait for the end of the TCP connection, which may be seconds later; but for
    // what the frames of the same chunk have set off, such as the confirmation of a step.
    ws.onCloseFrame = (code, reason) => {
      this.#isLeft = !this.#isDrained;
      setImmediate(() => this.#ended(code, secrets.hide(reason)));
    };
    ws.on('error', (error: Error & { code?: string }) => {
      if (this.#onReleased === undefined) this.#cause.reported(error);
      // A server that breaks the protocol is not read any further.
      if (this.#isOpen && error.code?.startsWith('WS_ERR_') === true) setImmediate(() => this.#ended(1006, ''));
    });
    ws.on('close', (code, reason) => {
      this.#farewell.over();
      if (this.#onReleased === undefined) this.#ended(code, secrets.hide(reason.toString()));
      else this.#released();
    });
    ws.on('unexpected-response', (_request, response) => {
      const retryAfter = response.headers['retry-after'];
      this.#cause.failed(refused(url, response.statusCode ?? 0, retryAfter && secrets.hide(retryAfter)));
      response.destroy();
      ws.terminate();
    });
    ws.on('open', () => {
      this.#upgraded(ws).catch((error: unknown) => (this.#isOpen ? this.#lose(error) : this.#fail(error)));
    });
  }

  async #upgraded(ws: FeedSocket): Promise<void> {
    // Nothing is read before the subscribe messages are out; what came with the upgrade waits, too.
    ws.pause();
    this.number = this.#handler.upgraded(
      { protocol: ws.protocol, isCompressed: ws.extensions.includes('permessage-deflate') },
      this,
    );
    const opening = this.#opening;
    opening.step = 'the subscribe messages';
    const talk = this.#newTalk(ws);
    this.#talk = talk;
    const { subscribeMessages, throttleMs } = this.#options;
    const messages =
      typeof subscribeMessages === 'function'
        ? await opening.ask(() => subscribeMessages(this.#request))
        : subscribeMessages;
    if (!isSubscribeMessages(messages)) throw noMessages(this.endpoint.url);
    // With a pause between them they are steps like the others: frames come meanwhile.
    const [atOnce, inSteps] = throttleMs === undefined ? [messages, []] : [[], messages];
    await Promise.all(atOnce.map((message) => talk.send(message)));
    if (opening.isGivenUp) return;
    this.#open(talk);
    const steps = this.#handler.plan(inSteps);
    if (steps.length > 0) {
      if (!this.#isPaused) ws.resume();
      await talk.subscribe(steps);
    }
    this.#subscribedAt = this.#options.clock.monotonic();
    this.#handler.subscribed(atOnce.length + steps.length, this);
    if (!this.#isPaused) ws.resume();
  }

  /** From here on frames are taken. */
  #open(talk: Talk): void {
    this.#opening.done();
    this.#isOpen = true;
    talk.start();
    this.#handler.opened(this);
    if (this.#isPaused) talk.hold();
  }

  #newTalk(ws: FeedSocket): Talk {
    const taker = this.#taker;
    return new Talk(ws, this.endpoint.shownUrl, this.#request, this.#options, this.inflater, {
      data: (data, isBinary) => taker.data(data, isBinary, this),
      control: (data, isBinary) => taker.control(data, isBinary, this),
      alive: () => taker.alive(),
      hide: (text) => this.#secrets.hide(text),
      meet: (secrets) => this.#secrets.meet(secrets, 'messages'),
      ask: (question) => this.#opening.ask(question),
      lose: (cause, watchdog) => this.#lose(cause, watchdog),
    });
  }

  /** What functions that make messages are told. */
  get #request(): SubscribeRequest {
    return { connection: this.number, url: this.endpoint.frameUrl };
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
    if (isTooLarge && this.#ws !== undefined) this.#ws.onData = undefined;
  }

  /** Ends a connection that is not open yet. */
  #fail(cause: unknown): void {
    // What is asked for the upgrade is given up on with an error of its own.
    if (this.#onReleased !== undefined || this.#opening.isGivenUp) return;
    this.#cause.failed(this.#opening.failure(cause));
    this.#opening.giveUp();
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
    this.#handler.closed({ code, reason, error, wasOpen: this.#isOpen, openMs, isServers: this.#isLeft }, this);
  }

  /** Frames wait for a slow consumer: the end is told behind them. The TCP connection does not wait for that. */
  #endLate(end: () => void): void {
    if (this.#lateEnd !== undefined) return;
    this.#lateEnd = end;
    const ws = this.#ws;
    if (ws === undefined || ws.readyState === WebSocket.CLOSED) return;
    ws.resume();
    this.#farewell.beginLast();
  }

  #released(): void {
    this.#opening.hangUp();
    const onReleased = this.#onReleased;
    this.#onReleased = () => {};
    onReleased?.();
  }
}
