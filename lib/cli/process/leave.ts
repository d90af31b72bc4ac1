import type { ExitStatus } from './exit-status.js';

/**
 * Ends the process with a status, whatever holds it.
 *
 * `process.exit()` waits for the threads of file operations, and one on a disk that hangs never comes back. So those get a
 * moment; after that the process ends itself by a signal, which nothing holds up.
 */
export function leave(status: ExitStatus, signal: 'SIGINT' | 'SIGKILL'): void {
  if (!hasThreads()) process.exit(status);
  const startedAt = performance.now();
  setInterval(() => {
    if (!hasThreads()) process.exit(status);
    if (performance.now() - startedAt < GRACE_MS) return;
    process.removeAllListeners('SIGINT');
    process.kill(process.pid, signal);
    // Process 1 of a container cannot be ended by a signal of its own.
    process.abort();
  }, POLL_MS);
}

/**
 * Ends the process with a status if something still holds it a moment after all is done: a file operation, or output that
 * nobody reads. By SIGKILL if need be, which no service manager takes for a good end.
 */
export function leaveIfHeld(status: ExitStatus, waitedMs = 0): void {
  setTimeout(() => {
    const isSpeaking = process.stderr.writableLength > 0 && waitedMs < SPEAKING_MS;
    if (isSpeaking) leaveIfHeld(status, waitedMs + HELD_MS);
    else leave(status, 'SIGKILL');
  }, HELD_MS).unref();
}

/** Whether file operations are under way. */
function hasThreads(): boolean {
  return process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq') || name === 'FileHandleCloseReq');
}

const GRACE_MS = 250;
const POLL_MS = 10;
const HELD_MS = 500;
const SPEAKING_MS = 5_000;
