import type { Writable } from 'node:stream';
import type { Page } from '../../../lib/batch/page.js';
import { within } from '../../support/until.js';

/** Writes a page and waits until it is stored. */
export function stored(sink: Writable, page: Page): Promise<void> {
  const storing = new Promise<void>((resolve, reject) => {
    sink.write(page, (error) => (error ? reject(error) : resolve()));
  });
  return within(() => 'a page to be stored', storing);
}

/** Waits until a sink is closed. */
export async function closed(sink: Writable): Promise<void> {
  if (sink.closed) return;
  await within(() => 'a sink to close', new Promise((resolve) => sink.once('close', resolve)));
}
