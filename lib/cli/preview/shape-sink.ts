import { Writable } from 'node:stream';
import type { Page } from '../../batch/page.js';
import { Shape } from './shape.js';

/** The sink that looks at records and keeps none of them. */
export class ShapeWritable extends Writable {
  readonly shape = new Shape();
  #firstAt: number | undefined;
  #lastAt = 0;

  constructor() {
    super({ objectMode: true, highWaterMark: 1 });
  }

  /** What a sink of a run tells. */
  get stats(): { readonly records: number } {
    return this.shape;
  }

  /** How fast they were received, from the first to the last; `undefined` where that is no stretch of time. */
  get recordsPerSecond(): number | undefined {
    const ms = this.#lastAt - (this.#firstAt ?? this.#lastAt);
    return ms <= 0 ? undefined : ((this.shape.records - 1) * 1_000) / ms;
  }

  override _write(page: Page, _encoding: string, callback: () => void): void {
    for (const [index, record] of page.records.entries()) {
      const { receivedAt } = page.frame(index);
      this.#firstAt ??= receivedAt;
      this.#lastAt = receivedAt;
      this.shape.add(record, page.text(index).length);
    }
    callback();
  }
}
