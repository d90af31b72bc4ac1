/** Work that a client may never give up, or forget, and that is not waited for any more when this is cut. */
export class Lifeline {
  readonly #waiting = new Set<(error: unknown) => void>();

  hold<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const settled = () => this.#waiting.delete(reject);
      this.#waiting.add(reject);
      work.then(resolve, reject).then(settled, settled);
    });
  }

  cut(error: unknown): void {
    for (const reject of this.#waiting) reject(error);
  }
}
