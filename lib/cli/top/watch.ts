import { setTimeout as wait } from 'node:timers/promises';
import { visible } from '../../visible.js';
import { formatNumber } from '../report/format.js';
import { NoEvents, serverEvents } from './event-source.js';
import { Feeds } from './feeds.js';
import type { Screen } from './screen.js';
import { tableOf } from './table.js';

/** Shows a run elsewhere until it is told to stop; a run that ends, or cannot be reached any more, is waited for. */
export async function watch(
  origin: URL,
  token: string | undefined,
  { screen, signal }: { readonly screen: () => Screen; readonly signal: AbortSignal },
): Promise<void> {
  const feeds = new Feeds();
  let heardAt = 0;
  let note = '';
  let hasBegun = false;
  const draw = (): void => {
    // The clock of the run goes on while it says nothing.
    const at = feeds.at + (performance.now() - heardAt);
    const head = [
      `${visible(origin.host)}: ${formatNumber(feeds.list().length, 'feed')}, the worst first; q ends this.`,
      visible(note),
    ];
    screen().draw(head, tableOf(feeds.list(), at, screen().columns));
  };
  const onResize = (): void => {
    if (hasBegun) draw();
  };
  process.stdout.on('resize', onResize);
  try {
    while (!signal.aborted) {
      try {
        for await (const { name, data } of serverEvents(origin, token, signal)) {
          feeds.take(name, data);
          heardAt = performance.now();
          note = name === 'end' ? 'The run is over; the next one is waited for.' : '';
          hasBegun = true;
          draw();
        }
      } catch (error) {
        if (signal.aborted) return;
        // What has not been seen yet may never come: an address may be wrong.
        if (!(error instanceof NoEvents) || !hasBegun || !error.isPassing) throw error;
        if (!note.startsWith('The run')) note = error.message;
        draw();
      }
      await wait(AGAIN_MS, undefined, { signal }).catch(() => {});
    }
  } finally {
    process.stdout.off('resize', onResize);
  }
}

const AGAIN_MS = 1_000;
