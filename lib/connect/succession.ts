import type { Logger } from '../internal/logger.js';
import type { Secrets } from '../internal/secrets.js';
import type { Connection } from './connection.js';
import type { Agreed, ConnectionHandler } from './connection-handler.js';
import { Connections } from './connections.js';
import type { Ending } from './ending.js';
import type { Endpoints } from './endpoints.js';
import type { ConnectionEvents, ConnectionStats, EndCause } from './events.js';
import type { Intake } from './intake.js';
import type { ResolvedWebSocketOptions, SubscribeMessage } from './options.js';
import { type Next, Reconnects } from './reconnects.js';
import type { Rotation } from './rotation.js';
import type { NamedStep } from './subscriber.js';

/** What a {@link Succession} is made of. */
export interface SuccessionParts {
  readonly options: ResolvedWebSocketOptions;
  readonly endpoints: Endpoints;
  /** What must not be shown. */
  readonly secrets: Secrets;
  readonly rotation: Rotation;
  readonly intake: Intake;
  event<K extends keyof ConnectionEvents>(name: K, payload: ConnectionEvents[K]): void;
  /** The subscribe steps of a new connection, with `first` before them. */
  plan(first: readonly SubscribeMessage[]): readonly NamedStep[];
  /** The state of the run is another one. */
  entered(state: ConnectionStats['state']): void;
  /** The run may have ended in any call to a listener. */
  isEnded(): boolean;
  /** No connection follows. */
  over(cause: EndCause, error: Error | undefined): void;
}

/**
 * Which connection feeds a run, and which comes after it: another attempt, as {@link Reconnects} says, or the successor that a
 * {@link Rotation} has opened beside it. Never two attempts at once.
 */
export class Succession implements ConnectionHandler {
  readonly connections: Connections;
  readonly #parts: SuccessionParts;
  readonly #logger: Logger;
  readonly #rotation: Rotation;
  readonly #intake: Intake;
  readonly #reconnects: Reconnects;
  /** The connection that feeds the run. */
  #feeding: Connection | undefined;
  #sockets = 0;
  /** Whether the credentials of the last attempt at a rotation were refused. */
  #wasRefused = false;
  #rotations = 0;

  constructor(parts: SuccessionParts) {
    const { options, endpoints, secrets, rotation, intake } = parts;
    this.#parts = parts;
    this.#logger = options.logger;
    this.#rotation = rotation;
    this.#intake = intake;
    this.#reconnects = new Reconnects(options, endpoints);
    this.connections = new Connections({
      options,
      endpoints,
      secrets,
      handler: this,
      taker: intake,
      connecting: (attempt) => {
        parts.event('connecting', attempt);
        return !parts.isEnded();
      },
    });
  }

  /** Makes an attempt to connect. */
  connect(refused: boolean): void {
    this.#parts.entered('connecting');
    this.#feeding = this.connections.dial(refused);
  }

  /** Sockets that were opened. */
  get sockets(): number {
    return this.#sockets;
  }

  /** Attempts to connect after the first, without those of planned rotations. */
  get reconnects(): number {
    return Math.max(0, this.connections.attempts - this.#rotations - 1);
  }

  /** Those that subscriptions are sent on: one that is being drained takes none. */
  *talking(): Generator<Connection> {
    for (const connection of this.connections) if (connection !== this.#rotation.old) yield connection;
  }

  /** Data of this connection came. */
  fed(connection: Connection): void {
    connection.fed();
    if (connection.isSubscribed) this.#reconnects.fed();
  }

  /** The consumer caught up. One that has taken over waits for the old one to be drained. */
  goOn(): void {
    this.connections.goOn(this.#rotation.isHeirHeld ? this.#feeding : undefined);
  }

  // What the connections report.

  upgraded(agreed: Agreed, { endpoint }: Connection): number {
    this.#sockets += 1;
    this.#parts.event('connected', { url: endpoint.shownUrl, connection: this.#sockets, ...agreed });
    return this.#sockets;
  }

  opened(connection: Connection): void {
    if (connection === this.#feeding) this.#parts.entered('open');
  }

  plan(first: readonly SubscribeMessage[]): readonly NamedStep[] {
    return this.#parts.plan(first);
  }

  subscribed(messages: number, connection: Connection): void {
    const { endpoint, number } = connection;
    this.#logger.info({ url: endpoint.shownUrl, connection: number }, 'connected');
    this.#parts.event('subscribed', { connection: number, messages });
    if (this.#parts.isEnded()) return;
    if (connection === this.#rotation.successor) this.#rotation.takeOver();
    else this.#rotation.start();
  }

  closed(ending: Ending, connection: Connection): void {
    const heir = this.#feeding as Connection;
    this.connections.left(connection);
    if (connection === this.#rotation.successor) {
      this.#rotationFailed(connection, ending);
    } else if (connection === this.#rotation.old) {
      const late = this.#rotation.drained(heir, ending);
      if (late !== undefined && !this.#parts.isEnded()) this.#lost(late, heir);
    } else if (this.#rotation.old === undefined) {
      this.#lost(ending, connection);
    } else {
      this.#rotation.endLater(ending);
    }
  }

  /** The old connection goes on; another attempt to follow it comes as the reconnect table says. */
  #rotationFailed({ endpoint }: Connection, { error }: Pick<Ending, 'error'>): void {
    const { delayMs, refused } = this.#reconnects.afterRotation(error);
    this.#wasRefused = refused;
    this.#rotation.fail(delayMs);
    this.#logger.warn({ url: endpoint.shownUrl, err: error }, 'rotation failed');
    this.#parts.event('rotationFailed', { error, delayMs });
  }

  /** The connection that feeds the run has ended. */
  #lost(ending: Ending, { endpoint, number }: Connection): void {
    const { code, reason, error, wasOpen } = ending;
    const connection = wasOpen ? number : 0;
    const { shownUrl: url } = endpoint;
    this.#feeding = undefined;
    this.#rotation.stop();
    this.#logger.warn({ url, code, reason, err: error }, 'disconnected');
    this.#parts.event('disconnected', { url, connection, code, reason, error, frames: this.#intake.frames });
    // A listener may have ended the run.
    if (this.#parts.isEnded()) return;
    const next = this.#reconnects.after(ending);
    // Without a connection before and without another attempt there is only an error.
    if (next.kind === 'attempt' || (wasOpen && error !== undefined)) this.#intake.gaps.lost(connection, ending);
    if (next.kind === 'end') this.#parts.over(next.error === undefined ? 'closed' : 'failed', next.error);
    else if (this.#rotation.successor === undefined) this.#waitFor(next);
    else this.#promote();
  }

  #waitFor({ attempt, delayMs, refused }: Next & { kind: 'attempt' }): void {
    this.#parts.entered('waiting');
    this.#parts.event('reconnecting', { attempt, delayMs });
    if (!this.#parts.isEnded()) this.connections.wait(delayMs, () => this.connect(refused));
  }

  /** The run is about to end: what the new connection of a rotation has brought belongs to what was received. */
  flush(): void {
    this.#rotation.flush(this.#rotation.old ?? this.#feeding);
  }

  // What the rotation asks for.

  /** Opens a connection beside the one that feeds the run. */
  openSuccessor(): Connection | undefined {
    if (!this.#intake.isOpen || this.#feeding === undefined) return undefined;
    this.#rotations += 1;
    this.#parts.event('rotating', { connection: this.#feeding.number });
    return this.#parts.isEnded() ? undefined : this.connections.dial(this.#wasRefused);
  }

  /** The successor brought more than can wait. */
  abandon(successor: Connection): void {
    this.connections.close(successor);
    this.#rotationFailed(successor, { error: undefined });
  }

  /** So much came over both that frames may be emitted twice. */
  blurred(from: number, to: number): void {
    this.#logger.warn({ from, to }, 'more came in a rotation than could be compared: frames may have come twice');
  }

  /** The successor feeds the run from now on; the old connection is drained. */
  swap(successor: Connection): Connection {
    const old = this.#feeding as Connection;
    this.#feeding = successor;
    this.#wasRefused = false;
    this.#reconnects.rotated();
    old.drain();
    return old;
  }

  /** The connection was lost while a new one was being opened to take over: that is the next attempt. */
  #promote(): void {
    const heir = this.#rotation.promote() as Connection;
    this.#feeding = heir;
    this.#parts.entered(heir.isOpen ? 'open' : 'connecting');
    this.#rotation.release(heir);
  }
}
