import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * The sockets, servers, look-ups and timers that keep this process alive now, counted by kind.
 * Nothing else counts: the loader of modules reads files and talks to a thread whenever it likes.
 */
export function handles(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (/^(TCP|TLS|GetAddrInfo|Timeout)/.test(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** Lets what is due happen: it takes some turns of the event loop, and waits for nothing outside this process. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await nextTurn();
}

/**
 * Says what is left of sockets, servers, look-ups and timers where there should be nothing. A timer has to be gone by now;
 * the end of a socket is told by the system, however late that is.
 */
export async function nothingIsLeft(): Promise<void> {
  await settle();
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (let held = handles(); Object.keys(held).length > 0 && held['Timeout'] === undefined; held = handles()) {
    if (performance.now() > giveUpAt) break;
    await nextTurn();
  }
  assert.deepEqual(handles(), {}, 'a socket, a server, a look-up or a timer is left');
}

const PATIENCE_MS = 30_000;
