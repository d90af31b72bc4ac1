import type { Connection } from './connection.js';
import type { Ending } from './ending.js';
import type { Connected } from './events.js';
import type { SubscribeMessage } from './options.js';
import type { NamedStep } from './subscriber.js';

/** What a connection tells the run that opened it. */
export interface ConnectionHandler {
  /** The upgrade succeeded. Returns the connection's number. */
  upgraded(agreed: Agreed, connection: Connection): number;
  /** It is being read: from here on frames may come. */
  opened(connection: Connection): void;
  /** The subscribe steps, with `first` before them. */
  plan(first: readonly SubscribeMessage[]): readonly NamedStep[];
  /** Every subscribe message was sent, and every step was confirmed. */
  subscribed(messages: number, connection: Connection): void;
  /** It is over, however it got here. Called exactly once, unless {@link Connection.close} was called before. */
  closed(ending: Ending, connection: Connection): void;
}

/** Where the frames of a connection go to. */
export interface FrameTaker {
  /** A data frame came. The hot path. */
  data(data: Buffer, isBinary: boolean, connection: Connection): void;
  /** A control frame came: a message that is no data. */
  control(data: Buffer, isBinary: boolean, connection: Connection): void;
  /** A ping or a pong came. */
  alive(): void;
  /** Frames received in the whole run so far. */
  readonly frames: number;
}

/** What both sides agreed on in the upgrade. */
export type Agreed = Pick<Connected, 'protocol' | 'isCompressed'>;
