import type { Writable } from 'node:stream';
import type { Page } from '../../../lib/batch/page.js';

/** Writes a page and waits until it is stored. */
export function stored(sink: Writable, page: Page): Promise<void> {
  return new Promise((resolve, reject) => {
    sink.write(page, (error) => (error ? reject(error) : resolve()));
  });
}

/** Waits until a sink is closed. */
export async function closed(sink: Writable): Promise<void> {
  if (!sink.closed) await new Promise((resolve) => sink.once('close', resolve));
}
