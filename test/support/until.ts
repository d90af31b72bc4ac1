import { setImmediate as nextTurn } from 'node:timers/promises';

/** Far more than anything takes: only what never comes gets there. The runner ends a file after ten minutes. */
const LONGEST_MS = 60_000;

/**
 * Waits, turn by turn of the event loop, until `holds` says yes.
 *
 * @throws {Error} after a minute, with what it waited for
 */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUp = deadline(() => String(holds));
  while (!(await holds())) {
    giveUp();
    await nextTurn();
  }
}

/** To be called in a loop that waits: throws after a minute, with what it waited for. */
export function deadline(what: () => string): () => void {
  const end = performance.now() + LONGEST_MS;
  return () => {
    if (performance.now() > end) throw new Error(`Waited ${LONGEST_MS / 1000} s for ${what()}.`);
  };
}
