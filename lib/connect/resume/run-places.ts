/**
 * Where the frames stand that a run of them has brought, from the first to the last: whole, unmasked data frames shorter than 64 KiB,
 * one behind another. Their memory is used again by the next call.
 */
export class RunPlaces {
  #starts = new Uint32Array(1_024);
  #ends = new Uint32Array(1_024);
  /** How many there are. */
  count = 0;

  /** Walks over the headers of the frames in chunk[from, to). */
  walk(chunk: Buffer, from: number, to: number): void {
    let count = 0;
    for (let offset = from; offset < to; ) {
      let length = chunk[offset + 1] as number;
      let start = offset + 2;
      // RFC 6455, section 5.2: a length of 16 bits follows.
      if (length === LENGTH_16) {
        start = offset + 4;
        length = ((chunk[offset + 2] as number) << 8) | (chunk[offset + 3] as number);
      }
      if (count === this.#starts.length) this.#grow();
      this.#starts[count] = start;
      offset = this.#ends[count] = start + length;
      count += 1;
    }
    this.count = count;
  }

  start(index: number): number {
    return this.#starts[index] as number;
  }

  end(index: number): number {
    return this.#ends[index] as number;
  }

  #grow(): void {
    const [starts, ends] = [this.#starts, this.#ends];
    this.#starts = new Uint32Array(starts.length * 2);
    this.#ends = new Uint32Array(ends.length * 2);
    this.#starts.set(starts);
    this.#ends.set(ends);
  }
}

const LENGTH_16 = 126;
