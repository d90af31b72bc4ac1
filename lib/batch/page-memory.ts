import type { PageBytes } from './page-bytes.js';

/** Buffers for pages: those that were given back are used again, so that the collector need not come for each. */
export class PageMemory {
  readonly #spare: PageBytes[] = [];
  #spareBytes = 0;

  /** A buffer of so many bytes, or a spare one of at least `least`, with anything in it. */
  take(size: number, least = size): PageBytes {
    const spare = this.#spare.pop();
    if (spare === undefined) return Buffer.allocUnsafeSlow(size);
    this.#spareBytes -= spare.length;
    // One that is too small goes: pages have become larger.
    return spare.length >= least ? spare : Buffer.allocUnsafeSlow(size);
  }

  /** Nobody looks at the buffer any more. */
  giveBack(buffer: PageBytes): void {
    if (this.#spare.length >= MIN_SPARE && this.#spareBytes + buffer.length > MAX_SPARE_BYTES) return;
    this.#spare.push(buffer);
    this.#spareBytes += buffer.length;
  }
}

/** As many as are under way between a fused source and its sink, whatever their size. */
const MIN_SPARE = 8;
const MAX_SPARE_BYTES = 4 * 1024 * 1024;
