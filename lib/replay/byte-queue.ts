/** Bytes that are taken off the front of a source, as many as are needed. */
export class ByteQueue {
  readonly #source: AsyncIterator<Buffer>;
  #front: Buffer = Buffer.alloc(0);
  #taken = 0;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** How many were taken so far. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether so many are there; they are read if need be. */
  async has(count: number): Promise<boolean> {
    while (this.#front.length < count) if (!(await this.#read())) return false;
    return true;
  }

  /** One of those that are there. */
  at(index: number): number {
    return this.#front[index] as number;
  }

  /** Takes so many of those that are there. */
  shift(count: number): Buffer {
    const taken = this.#front.subarray(0, count);
    this.#front = this.#front.subarray(count);
    this.#taken += taken.length;
    return taken;
  }

  /** Takes all up to the next byte of this value, and that one; `false` when there is none. */
  async shiftThrough(value: number): Promise<boolean> {
    for (;;) {
      const found = this.#front.indexOf(value);
      if (found !== -1) {
        this.shift(found + 1);
        return true;
      }
      this.shift(this.#front.length);
      if (!(await this.#read())) return false;
    }
  }

  /** Takes all up to the next place at which these bytes stand, and not them; `false` when there is none. */
  async shiftTo(bytes: Buffer): Promise<boolean> {
    for (;;) {
      const found = this.#front.indexOf(bytes);
      if (found !== -1) {
        this.shift(found);
        return true;
      }
      // The begin of them may be the end of what is there.
      this.shift(Math.max(0, this.#front.length - bytes.length + 1));
      if (await this.#read()) continue;
      this.shift(this.#front.length);
      return false;
    }
  }

  /** The next bytes, at most so many; `undefined` at the end. */
  async next(most: number): Promise<Buffer | undefined> {
    if (!(await this.has(1))) return undefined;
    return this.shift(Math.min(most, this.#front.length));
  }

  /** What was taken last goes back. */
  putBack(bytes: Buffer): void {
    this.#taken -= bytes.length;
    this.#front = this.#front.length === 0 ? bytes : Buffer.concat([bytes, this.#front]);
  }

  /** Nothing more is wanted of the source. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #read(): Promise<boolean> {
    const { done, value } = await this.#source.next();
    if (done === true) return false;
    this.#front = this.#front.length === 0 ? value : Buffer.concat([this.#front, value]);
    return true;
  }
}
