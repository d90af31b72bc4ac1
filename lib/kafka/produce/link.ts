import type { Socket } from 'node:net';
import type { Clock, TimerHandle } from '../../internal/clock.js';
import { ExplainedError } from '../failures.js';
import { unreadableFailure } from '../foreign.js';
import { AnswerSplitter, FIRST_NUMBER } from './answer-splitter.js';
import type { WireErrors } from './wire-module.js';

/** A connection of the client, whose socket is used for requests of our own, too. */
export interface SharedConnection {
  readonly socket: Socket;
  isConnected(): boolean;
}

/** What a request over a link takes. */
export interface LinkRequest {
  readonly bytes: Buffer;
  /** Of {@link Link.nextNumber}; it stands in the bytes, too. */
  readonly number: number;
  /** Whether the broker answers it. */
  readonly isAnswered: boolean;
  /** The system has all of the bytes. Not called where that fails. */
  onWritten(): void;
}

/**
 * Requests of our own over a connection of the client, which connects and logs in, and speaks over it as before. `Connection.send`
 * copies what it is given into a new buffer, which takes as long as to write a batch: here the batch itself goes to the socket.
 * An answer that does not come within the time ends the connection: who waits for it sends again, over another one.
 */
export class Link {
  readonly connection: SharedConnection;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #errors: WireErrors;
  readonly #waiting = new Map<number, Waiting>();
  #number = FIRST_NUMBER;
  #failure: Error | undefined;

  constructor(
    connection: SharedConnection,
    { clock, requestTimeoutMs }: { readonly clock: Clock; readonly requestTimeoutMs: number },
    errors: WireErrors,
  ) {
    this.connection = connection;
    this.#clock = clock;
    this.#timeoutMs = requestTimeoutMs;
    this.#errors = errors;
  }

  /** Whether a request may be sent now: not before it is connected, nor while the client logs in again. */
  get isUsable(): boolean {
    return this.connection.isConnected() && this.connection.socket.writable;
  }

  /** A number for the next request. */
  nextNumber(): number {
    this.#number = this.#number === LAST_NUMBER ? FIRST_NUMBER : this.#number + 1;
    return this.#number;
  }

  /** Takes the answers to our own requests out of what comes. The socket is connected, and the client listens to it. */
  listen(): void {
    const { socket } = this.connection;
    const listeners = socket.listeners('data') as ((chunk: Buffer) => void)[];
    const splitter = new AnswerSplitter({
      onOurs: (number, body) => this.#onAnswer(number, body),
      onTheirs: (bytes) => {
        for (const listener of listeners) listener.call(socket, bytes);
      },
    });
    socket.removeAllListeners('data').on('data', (chunk: Buffer) => splitter.add(chunk));
    socket.prependListener('error', (error) => {
      this.#failure ??= error;
    });
    socket.once('close', () => {
      for (const number of [...this.#waiting.keys()]) this.#take(number)!.reject(this.#closed());
    });
  }

  /** Sends a request. Resolves to its answer, behind its number; to nothing where there is none, when the system has it. */
  send({ bytes, number, isAnswered, onWritten }: LinkRequest): Promise<Buffer> {
    // A socket that is closed by now does not say so again.
    if (!this.isUsable) return Promise.reject(this.#closed());
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimeout(() => this.#onTimeout(number), this.#timeoutMs);
      this.#waiting.set(number, { resolve, reject, timer });
      this.connection.socket.write(bytes, (error) => {
        if (error) return;
        onWritten();
        if (!isAnswered) this.#take(number)?.resolve(NOTHING);
      });
    });
  }

  #onAnswer(number: number, body: Buffer): void {
    const [oldest] = this.#waiting.keys();
    const waiting = number === oldest ? this.#take(number) : undefined;
    // Brokers answer in the order in which they were asked. Whoever guards the socket cuts it.
    if (waiting === undefined) throw new ExplainedError(unreadableFailure());
    waiting.resolve(body);
  }

  #onTimeout(number: number): void {
    this.#take(number)!.reject(this.#errors.late());
    this.connection.socket.destroy();
  }

  #take(number: number): Waiting | undefined {
    const waiting = this.#waiting.get(number);
    if (waiting !== undefined) this.#clock.clearTimeout(waiting.timer);
    this.#waiting.delete(number);
    return waiting;
  }

  #closed(): Error {
    return this.#errors.closed(this.#failure);
  }
}

interface Waiting {
  readonly resolve: (answer: Buffer) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: TimerHandle;
}

const LAST_NUMBER = 2 ** 31 - 1;
const NOTHING = Buffer.alloc(0);
