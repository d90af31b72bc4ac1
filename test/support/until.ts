import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';

/** Far more than anything takes: only what never comes gets there. `npm run mutants` ends a file after two of them. */
const LONGEST_MS = 60_000;

/** What happens in this process alone has happened by then, mostly. */
const TURNS = 100;

/**
 * Waits until `holds` says yes: turn by turn of the event loop, and what takes longer millisecond by millisecond, so that the process that
 * is waited for has the processor.
 *
 * @throws {Error} after a minute, with what it waited for
 */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUp = deadline(() => String(holds));
  for (let turn = 0; !(await holds()); turn++) {
    giveUp();
    await (turn < TURNS ? nextTurn() : pause(1));
  }
}

/**
 * Waits for a promise.
 *
 * @throws {Error} after a minute, with what it waited for
 */
export async function within<T>(what: () => string, promise: Promise<T>, longestMs = LONGEST_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooLong(what(), longestMs)), longestMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** To be called in a loop that waits: throws after a minute, with what it waited for. */
export function deadline(what: () => string, longestMs = LONGEST_MS): () => void {
  const end = performance.now() + longestMs;
  return () => {
    if (performance.now() > end) throw tooLong(what(), longestMs);
  };
}

function tooLong(what: string, ms: number): Error {
  return new Error(`Waited ${ms / 1000} s for ${what}.`);
}
