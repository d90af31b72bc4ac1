import type { Socket } from 'node:net';
import { Answers } from './answers.js';
import { ExplainedError, type Failure } from './failures.js';
import { foreignFailure, unreadableFailure } from './foreign.js';

/** Whom a guarded socket tells. */
export interface SocketWatcher {
  /** Another answer has begun: so many by now on this socket. */
  onAnswer(count: number): void;
  /** What came is no answer of a broker. The socket is cut. */
  onForeign(failure: Failure): void;
}

/**
 * Stands between a socket and the client that reads it, which gets what a broker may send and nothing else. Without it
 * the clients keep whatever comes, up to the length that it said to have, and throw out of their listeners, where nobody
 * catches it, over a length below four or an answer that is none.
 *
 * @param socket is connected, and the client listens to it
 * @param address where it leads to
 */
export function guardSocket(socket: Socket, address: string, watcher: SocketWatcher): void {
  const answers = new Answers();
  const listeners = socket.listeners('data') as ((chunk: Buffer) => void)[];
  socket.removeAllListeners('data').on('data', (chunk: Buffer) => {
    if (socket.destroyed) return;
    const { begun } = answers;
    const sound = answers.sound(chunk);
    if (answers.begun > begun) watcher.onAnswer(answers.begun);
    try {
      if (sound > 0) for (const listener of listeners) listener.call(socket, chunk.subarray(0, sound));
    } catch (cause) {
      cut(unreadableFailure(address), cause);
    }
    if (answers.foreign !== undefined) cut(foreignFailure(address, answers.foreign));
  });
  function cut(failure: Failure, cause?: unknown): void {
    watcher.onForeign(failure);
    socket.destroy(new ExplainedError(failure, cause));
  }
}
