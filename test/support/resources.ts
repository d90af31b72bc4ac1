import { setImmediate as nextTurn } from 'node:timers/promises';

/** What keeps this process alive now, counted by kind: sockets, servers, timers. */
export function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind === 'PipeWrap' || kind === 'TTYWrap' || kind === 'Immediate') continue;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** The sockets, servers and timers among them; files that somebody else is reading do not count. */
export function handles(): Record<string, number> {
  return Object.fromEntries(Object.entries(resources()).filter(([kind]) => /Socket|Server|TLS|Timeout/.test(kind)));
}

/** Lets what is being closed finish closing. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await nextTurn();
}
