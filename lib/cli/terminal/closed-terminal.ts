import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * Lets the process end with its own status when its terminal was closed meanwhile. Node.js gives terminals their settings
 * back at the end, and aborts (SIGABRT, a core dump) when one that it began with refuses them, as one that is gone does;
 * of what is no longer open it expects nothing. (`ResetStdio()` in node.cc: this can go once that takes EIO.)
 */
export function endWithoutTerminal(): void {
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  process.on('exit', () => {
    for (const fd of terminals) if (!isatty(fd)) closeQuietly(fd);
  });
}

function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // It was closed before.
  }
}
