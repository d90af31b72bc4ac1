import { Socket } from 'node:net';

/**
 * The way into a pipe that is full: the system tells when it has taken what is written, and no thread waits for that. It has
 * an opening of its own, which is closed with it.
 */
export class PipeWriter {
  readonly #socket: Socket;

  /** @param fd is closed by this */
  constructor(fd: number) {
    // A write that fails is told to who wrote.
    this.#socket = new Socket({ fd, readable: false, writable: true }).on('error', () => {});
  }

  /** Resolves when the pipe has it. */
  write(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** What the pipe has not taken it does not get any more. */
  destroy(): void {
    this.#socket.destroy();
  }
}
