import { formatBytes } from '../report/format.js';
import type { Output } from './output.js';

/** Shows on a terminal how far a file is read. */
export class ReadingStatus {
  readonly #output: Output;
  #drawnAt = performance.now();

  constructor(output: Output) {
    this.#output = output;
  }

  /** @param size of the file, where it has one */
  show(file: string, read: number, size: number | undefined): void {
    const now = performance.now();
    if (now - this.#drawnAt < DRAW_MS || !this.#output.isTerminal) return;
    this.#drawnAt = now;
    const share =
      size === undefined || size === 0 ? '' : ` of ${formatBytes(size)} (${Math.floor((100 * read) / size)} %)`;
    this.#output.status(`${file}: ${formatBytes(read)}${share}`);
  }

  /** Something else is to be said. */
  clear(): void {
    this.#output.clearStatus();
  }
}

const DRAW_MS = 200;
