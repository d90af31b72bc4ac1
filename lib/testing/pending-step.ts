/**
 * Waits for the next value of an async iterator, and no longer than until `stop` is aborted. What was collected before
 * is flushed when the value is not there within one turn of the event loop, so that a slow source holds nothing back.
 */
export class PendingStep {
  readonly #stop: AbortSignal;
  readonly #flush: () => Promise<void>;
  readonly #onStop = (): void => this.#wake?.();
  #wake: (() => void) | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #flushing: Promise<void> | undefined;

  constructor(stop: AbortSignal, flush: () => Promise<void>) {
    this.#stop = stop;
    this.#flush = flush;
    // One listener for the whole run: one a step would cost more than the step.
    stop.addEventListener('abort', this.#onStop);
  }

  /** The step's result; `undefined` when stopped. Nothing must be collected before it is settled. */
  async settle<T>(step: PromiseLike<T>, hasCollected: boolean): Promise<T | undefined> {
    if (hasCollected) this.#immediate ??= setImmediate(this.#flushSoon);
    const result = await new Promise<T | undefined>((resolve, reject) => {
      this.#wake = () => resolve(undefined);
      if (this.#stop.aborted) this.#wake();
      step.then(resolve, reject);
    });
    if (this.#flushing !== undefined) await this.#flushing;
    return result;
  }

  release(): void {
    this.#stop.removeEventListener('abort', this.#onStop);
    clearImmediate(this.#immediate);
  }

  readonly #flushSoon = (): void => {
    this.#immediate = undefined;
    this.#flushing = this.#flush().finally(() => {
      this.#flushing = undefined;
    });
  };
}
