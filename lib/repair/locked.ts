import { systemClock } from '../internal/clock.js';
import { isLocked, lockFolder } from '../internal/folder-lock.js';
import { explainFileFailure } from '../sink/file-failure.js';
import type { RepairListener } from './repair-listener.js';

/**
 * Does something to a folder while nobody else writes there. Where a run has it, or the system refuses, that is told.
 *
 * @param isDryRun nothing is written, so that the folder is not locked
 */
export async function whileLocked(
  folder: string,
  isDryRun: boolean,
  listener: RepairListener,
  work: () => Promise<void>,
): Promise<void> {
  try {
    if (isDryRun) {
      if (await isLocked(folder, systemClock)) throw new Held('a run');
      await work();
      return;
    }
    let lost: Error | undefined;
    const lock = await lockFolder(folder, {
      clock: systemClock,
      onLost: (error) => {
        lost = error;
      },
      heldBy: (who) => new Held(who),
    });
    try {
      await work();
      if (lost !== undefined) throw lost;
    } finally {
      await lock.unlock();
    }
  } catch (cause) {
    const [reason, advice] =
      cause instanceof Held ? [`${cause.message} is using it`, 'Let that end first.'] : explainFileFailure(cause);
    listener.refused({ file: folder, message: `It cannot be mended: ${reason}. ${advice}` });
  }
}

class Held extends Error {}
