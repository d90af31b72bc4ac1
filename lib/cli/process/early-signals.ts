import { hangupAskedFor } from './hangup.js';
import { isUnderNohup } from './nohup.js';

/**
 * Makes SIGINT, SIGTERM and SIGHUP end the process while no command listens for them. They would do so by themselves, but
 * not for process 1 of a container, where a signal that nobody listens for is lost; and a SIGHUP that is not to end a run
 * does not end one that is about to begin.
 *
 * @param hasNothingToLose whether the command is one that a signal ends in good order: it has just not begun yet
 */
export function endAtEarlySignals(hasNothingToLose: () => boolean): void {
  for (const [signal, status] of SIGNALS) {
    const listener = (): void => {
      // A command that listens by itself knows what to do.
      if (process.listenerCount(signal) > 1) return;
      if (signal === 'SIGHUP' && isNoEnd()) return;
      if (hasNothingToLose()) process.exit();
      process.off(signal, listener);
      process.kill(process.pid, signal);
      // Process 1 is not ended by it.
      setTimeout(() => process.exit(status), GRACE_MS);
    };
    process.on(signal, listener);
  }
}

function isNoEnd(): boolean {
  const asked = hangupAskedFor();
  return asked === undefined ? isUnderNohup() : asked !== 'stop';
}

/** The statuses are those that a shell shows for a process that a signal has ended. */
const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const;
const GRACE_MS = 50;
