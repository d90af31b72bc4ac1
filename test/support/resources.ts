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

/** Lets what is being closed finish closing. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await nextTurn();
}
