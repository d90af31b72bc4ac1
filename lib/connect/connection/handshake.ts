import { SpillwayError } from '../../errors.js';
import type { TimerHandle } from '../../internal/clock.js';
import { wrongResult } from '../../internal/given-function.js';
import { LateAbort } from '../../internal/late-abort.js';
import { kindOf } from '../../internal/options.js';
import type { Secrets } from '../../secrets/secrets.js';
import { authHeaders, isCredentials } from '../options/credentials.js';
import type { ResolvedWebSocketOptions } from '../options/options.js';
import type { ConnectBudget } from '../reach/connect-budget.js';
import { type ConnectStep, stepFailed, tooSlow } from '../reach/connection-failures.js';
import type { Endpoint } from '../reach/endpoints.js';
import { reach } from '../reach/reach.js';
import { credentialSecrets, headerSecrets, tlsSecrets } from '../reach/secrets.js';
import type { Asked } from '../resume/asked.js';
import type { FeedSocketOptions } from '../socket/feed-socket.js';

/** Which attempt of a run a connection is. */
export interface Attempt {
  /** 1, 2, … */
  readonly attempt: number;
  /** Whether the server refused the credentials of the attempt before. */
  readonly refused: boolean;
}

/** What a {@link Handshake} is made of. */
export interface HandshakeParts {
  readonly endpoint: Endpoint;
  readonly options: ResolvedWebSocketOptions;
  /** Where those go that come up here. */
  readonly secrets: Secrets;
  /** From where the server is to go on, where it is asked to. */
  readonly asked: Asked | undefined;
}

/**
 * The time before a connection is open: what it is busy with, and one timer that bounds all of it. It asks what has to
 * be known for the upgrade, and gives up on functions of the user's when the connection is over.
 */
export class Handshake {
  /** What the connect is busy with, for the message when it fails or takes too long. */
  step: ConnectStep = 'the credentials';
  /** What is connected to. */
  readonly url: string;
  readonly #endpoint: Endpoint;
  readonly #options: ResolvedWebSocketOptions;
  readonly #secrets: Secrets;
  readonly #asked: Asked | undefined;
  readonly #abort = new LateAbort();
  /** Ends a talk with a proxy, which is none of the request's sockets yet. */
  readonly #dialling = new LateAbort();
  /** Functions of the user's that have not answered: how they are given up on. */
  #unanswered: readonly (() => void)[] = NONE;
  readonly #onLate: (error: SpillwayError) => void;
  #timer: TimerHandle;
  /** Lets the next one in, where connects share a budget. */
  #leave: (() => void) | undefined;

  /** @param onLate it has taken longer than `handshakeTimeoutMs` */
  constructor({ endpoint, options, secrets, asked }: HandshakeParts, onLate: (error: SpillwayError) => void) {
    this.#endpoint = endpoint;
    this.#asked = asked;
    this.url = asked?.url ?? endpoint.url;
    this.#options = options;
    this.#secrets = secrets;
    this.#onLate = onLate;
  }

  /** Waits until a budget lets it in, or it is given up. */
  async enter(budget: ConnectBudget): Promise<void> {
    const leave = await budget.enter(this.url, this.#abort.signal);
    if (this.isGivenUp) leave();
    else this.#leave = leave;
  }

  /** Its time begins. */
  begin(): void {
    const { clock, handshakeTimeoutMs } = this.#options;
    const onLate = (): void => this.#onLate(tooSlow(this.url, this.step, handshakeTimeoutMs));
    this.#timer = clock.setTimeout(onLate, handshakeTimeoutMs);
  }

  /** Asks for the credentials and for the way to the server: what the upgrade request is made of. */
  async prepare(attempt: Attempt): Promise<FeedSocketOptions> {
    const options = this.#options;
    const { credentials: given } = options;
    const url = this.#endpoint.frameUrl;
    const credentials =
      typeof given === 'function'
        ? await this.ask(() => given({ url, ...attempt, signal: this.#abort.signal }))
        : given;
    if (!isCredentials(credentials)) {
      throw wrongResult('credentials', credentials, CREDENTIAL_FORMS, kindOf);
    }
    const headers = authHeaders(credentials);
    this.#secrets.meet(credentialSecrets(credentials));
    if (this.#asked !== undefined) this.#secrets.meet(headerSecrets(this.#asked.headers));
    const MessageInflater = options.perMessageDeflate ? await loadMessageInflater() : undefined;
    this.step = 'the way to the server';
    const around = {
      signal: () => this.#dialling.signal,
      timeoutMs: options.handshakeTimeoutMs,
      clock: options.clock,
      secrets: this.#secrets,
      onTunnel: (proxy: string | undefined) => {
        this.step = proxy === undefined ? 'the upgrade' : `the proxy ${proxy}`;
      },
    };
    const way = await this.ask(() => reach(this.url, options, around));
    this.#secrets.meet(tlsSecrets(way));
    this.step = 'the upgrade';
    return {
      ...way,
      headers: { ...options.headers, ...this.#asked?.headers, ...headers },
      requireProtocol: options.requireProtocol,
      maxPayload: options.maxMessageBytes,
      MessageInflater,
      // The check of the bytes refuses what is not UTF-8, and a raw string has it replaced: once is enough.
      skipUTF8Validation: true,
      autoPong: false,
      // The closing handshake has a clock of ours, which stands still while a slow consumer holds the socket. (The declared
      // types do not know of this option.)
      closeTimeout: CLOSE_TIMEOUT_MS,
    } as FeedSocketOptions;
  }

  /** Calls a function of the user's, and gives up on it when the connection is over. */
  async ask<T>(question: () => T | Promise<T>): Promise<T> {
    let giveUp = (): void => {};
    try {
      return await new Promise<T>((resolve, reject) => {
        giveUp = () => reject(this.#abort.signal.reason);
        this.#unanswered = [...this.#unanswered, giveUp];
        Promise.resolve().then(question).then(resolve, reject);
      });
    } finally {
      const others = this.#unanswered.filter((one) => one !== giveUp);
      this.#unanswered = others.length === 0 ? NONE : others;
    }
  }

  /** The connection is open: it may take as long as it likes from here on. */
  done(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#leave?.();
    this.#leave = undefined;
  }

  /** The connection is over, or nobody wants it any more. */
  giveUp(): void {
    this.done();
    if (this.isGivenUp) return;
    this.#abort.abort();
    for (const giveUp of this.#unanswered) giveUp();
  }

  /** The socket is gone. */
  hangUp(): void {
    this.giveUp();
    this.#dialling.abort();
  }

  /** Whether {@link giveUp} was called. */
  get isGivenUp(): boolean {
    return this.#abort.isAborted;
  }

  /** The error for something of ours that failed. */
  failure(cause: unknown): SpillwayError {
    return cause instanceof SpillwayError ? cause : stepFailed(this.url, this.step, cause, this.#secrets);
  }
}

/** Loaded when it is used: few feeds are compressed. */
async function loadMessageInflater(): Promise<FeedSocketOptions['MessageInflater']> {
  return (await import('../socket/message-inflater.js')).MessageInflater;
}

const CREDENTIAL_FORMS =
  "credentials: `{ type: 'none' }`, `{ type: 'bearer', token }`, `{ type: 'basic', username, password }` or `{ type: 'custom', headers }`, with texts that a header can carry";
const NONE: readonly never[] = [];
const CLOSE_TIMEOUT_MS = 2 ** 31 - 1;
