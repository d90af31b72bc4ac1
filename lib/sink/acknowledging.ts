import type { Writable } from 'node:stream';
import { Page } from '../batch/page.js';
import { optionError } from '../errors.js';
import { describe, isFunction } from '../internal/options.js';

/**
 * Has a Writable of pages of your own acknowledge each page when the callback of its `_write()`, or `_writev()`, says that it is stored:
 * so that `openState()`, and whoever asks by `page.whenAcknowledged()`, hears of it. Sinks of spillway do so by themselves.
 *
 * @returns the same stream
 * @throws {ConfigError} when it is no Writable
 * @example
 * ```ts
 * await pipeline(source.pages(), state.keep(), acknowledging(new MyWritable()));
 * ```
 */
export function acknowledging<W extends Writable>(sink: W): W {
  if (!isFunction((sink as Partial<Writable> | null)?._write)) {
    throw optionError('acknowledging', `Expected a Writable of pages, got ${describe(sink)}.`);
  }
  const { _write: write, _writev: writev } = sink;
  sink._write = (page, encoding, callback) =>
    write.call(sink, page, encoding, (error) => {
      if (!error) acknowledge(page);
      callback(error);
    });
  if (writev != null) {
    sink._writev = (given, callback) =>
      writev.call(sink, given, (error) => {
        if (!error) for (const { chunk } of given) acknowledge(chunk);
        callback(error);
      });
  }
  return sink;
}

function acknowledge(page: unknown): void {
  if (page instanceof Page) page.acknowledge({});
}
