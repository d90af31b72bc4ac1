/** An AbortController that is made when somebody asks for its signal: every connection has some, and few are asked for. */
export class LateAbort {
  #controller: AbortController | undefined;
  #isAborted = false;

  /** Whether {@link abort} was called. */
  get isAborted(): boolean {
    return this.#isAborted;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isAborted) this.#controller.abort();
    return this.#controller.signal;
  }

  abort(): void {
    this.#isAborted = true;
    this.#controller?.abort();
  }
}
