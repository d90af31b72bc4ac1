import { EXIT } from './exit-status.js';
import type { OpenSink } from './sinks.js';

/**
 * Gives up: ends the process with status 130, at once unless a write is under way that could hold it.
 *
 * `process.exit()` waits for file operations that are under way, and one on a device that hangs never ends. So a write
 * gets a moment; after that the process ends itself by SIGINT, which a shell shows as 130, too.
 */
export function abandon({ stream, hasThreads }: OpenSink): void {
  if (!hasThreads || stream.writableLength === 0) process.exit(EXIT.interrupted);
  const startedAt = performance.now();
  setInterval(() => {
    if (stream.writableLength === 0) process.exit(EXIT.interrupted);
    if (performance.now() - startedAt < GRACE_MS) return;
    process.removeAllListeners('SIGINT');
    process.kill(process.pid, 'SIGINT');
    // Process 1 of a container is not ended by it.
    process.exit(EXIT.interrupted);
  }, POLL_MS);
}

const GRACE_MS = 250;
const POLL_MS = 10;
