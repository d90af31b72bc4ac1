import type { Socket } from 'node:net';
import { type KafkaAuth, saslOf } from './auth.js';
import type { ClientOptions } from './client-options.js';
import {
  classify,
  ExplainedError,
  explanationIn,
  type Failure,
  isFromBroker,
  isHopeless,
  isUnreadable,
} from './failures.js';
import { endedFailure, handshakeFailure, noLoginFailure, unreadableFailure } from './foreign.js';
import { guardSocket } from './guarded-socket.js';

/**
 * The addresses of a cluster: those that were given, and those that it names itself, which is where its clients then go.
 * They tell which of them were tried and never answered, which the errors of the clients do not.
 */
export class Addresses {
  readonly #given: ReadonlySet<string>;
  readonly #onForeign: (error: ExplainedError) => void;
  /** The most answers that a connection to an address has brought. */
  readonly #answered = new Map<string, number>();
  /** What was tried in vain, the newest last. */
  readonly #silent = new Map<string, Tried>();

  readonly #auth: KafkaAuth;

  /** @param onForeign is told when something else than a broker answers, for what waits for an answer of it */
  constructor(
    { brokers, auth }: Pick<ClientOptions, 'brokers' | 'auth'>,
    onForeign: (error: ExplainedError) => void = () => {},
  ) {
    this.#given = new Set(brokers);
    this.#auth = auth;
    this.#onForeign = onForeign;
  }

  /** Watches a socket of a client, from before it is connected. */
  watch(socket: Socket, address: string): void {
    if (!this.#answered.has(address)) this.#note(address, this.#silent.get(address)?.failure, false);
    const hasTls = this.#auth.type === 'ssl' || this.#auth.type === 'sasl_ssl';
    let isOpen = false;
    // Before the client hears of it, which may ask at once what to make of it.
    socket.prependOnceListener('error', (error) => {
      const failure = hasTls && !isOpen ? handshakeFailure(address, error) : undefined;
      if (failure === undefined) this.failed(address, error);
      else this.#note(address, failure);
    });
    socket.prependOnceListener('end', () => {
      // A client that comes back asks what the broker understands no second time.
      const isRefused = this.#answered.get(address) === 1 && saslOf(this.#auth) === undefined;
      if (isRefused) this.#note(address, noLoginFailure(address));
      else this.#lost(address, endedFailure(address, hasTls));
    });
    socket.once(hasTls ? 'secureConnect' : 'connect', () => {
      isOpen = true;
      guardSocket(socket, address, {
        onAnswer: (count) => {
          this.#answered.set(address, Math.max(count, this.#answered.get(address) ?? 0));
          this.#silent.delete(address);
        },
        onForeign: (failure) => {
          this.#note(address, failure);
          this.#onForeign(new ExplainedError(failure));
        },
      });
    });
  }

  /** No connection came about, or it was lost. */
  failed(address: string, error: unknown): void {
    // What was explained was noted, too.
    if (isFromBroker(error) || explanationIn(error) !== undefined) return;
    this.#lost(address, { ...classify(error), kind: isHopeless(error) ? 'fatal' : 'retriable' });
  }

  /** A client's error; in its place another one where an address explains it. */
  explain(error: unknown): unknown {
    if (isFromBroker(error) || !(error instanceof Error)) return error;
    const failure = this.#failure() ?? (isUnreadable(error) ? unreadableFailure() : undefined);
    return failure === undefined ? error : new ExplainedError(failure, error);
  }

  /** What became of an address, with which address that is, and how clients came to try it. */
  judge(address: string, failure: Failure | undefined): Failure | undefined {
    const known = [...this.#given].find((one) => this.#answered.has(one));
    if (!this.#given.has(address) && known !== undefined) return advertisedFailure(known, address, failure);
    if (failure === undefined || failure.reason.includes(address)) return failure;
    return { ...failure, reason: `${address} cannot be reached: ${failure.reason}` };
  }

  #failure(): Failure | undefined {
    const newest = [...this.#silent].at(-1);
    return newest === undefined ? undefined : this.judge(newest[0], newest[1].failure);
  }

  #lost(address: string, failure: Failure): void {
    // It is down, and its address is right: what did not answer before it explains nothing any more.
    if (this.#answered.has(address)) this.#silent.clear();
    // The client tells it once more, and knows less.
    else if (this.#silent.get(address)?.isOver !== true) this.#note(address, failure);
  }

  #note(address: string, failure: Failure | undefined, isOver = true): void {
    this.#silent.delete(address);
    this.#silent.set(address, { failure, isOver });
  }
}

interface Tried {
  /** What became of it the last time, as far as that is known: a try that is under way has no say yet. */
  readonly failure: Failure | undefined;
  /** Whether that is of the last try, and not of one before it. */
  readonly isOver: boolean;
}

/**
 * A broker that cannot be reached where the cluster says that it is.
 *
 * @param known an address that was given, and answers
 * @param address the one that the cluster names
 * @param failure what became of it; `undefined` when nothing came of it yet
 */
export function advertisedFailure(known: string, address: string, failure: Failure | undefined): Failure {
  const { kind = 'retriable', name = '', reason = 'nothing answers there' } = failure ?? {};
  const whose = isLoopback(address) && !isLoopback(known) ? ', which is this machine itself' : '';
  return {
    kind,
    name,
    reason: `${known} answers, and sends its clients on to ${address}${whose}, which does not work: ${reason}`,
    advice: ADVERTISED,
  };
}

function isLoopback(address: string): boolean {
  return /^(localhost|127\.[\d.]+|\[?::1\]?):\d+$/i.test(address);
}

const ADVERTISED =
  'The brokers tell that address themselves: set `advertised.listeners` on the broker to one that is reachable from here, or make this one reachable.';
