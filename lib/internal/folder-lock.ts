import { readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock } from './clock.js';

/** A folder that is ours alone, until it is unlocked. */
export interface FolderLock {
  /** Lets others have the folder. May be called more than once. */
  unlock(): Promise<void>;
}

/**
 * Locks a folder, so that one run at a time writes there. What was locked by a process of this machine that is gone is
 * taken over at once, what another machine has locked once nobody has renewed it for ten seconds.
 *
 * @throws what `heldBy` makes of who has it, when somebody else does
 */
export async function lockFolder(folder: string, { clock, onLost, heldBy }: LockOptions): Promise<FolderLock> {
  const { lock } = await import('proper-lockfile');
  const lockfilePath = join(folder, 'lock');
  const holderPath = join(folder, 'holder.json');
  let renewedAt: number | undefined;
  for (let waitedMs = 0; ; ) {
    try {
      const release = await lock(folder, {
        ...{ lockfilePath, stale: STALE_MS, update: RENEW_MS, realpath: false },
        onCompromised: onLost,
      });
      held.add(folder);
      const holder: Holder = { pid: process.pid, host: hostname(), since: clock.now() };
      try {
        await writeFile(holderPath, `${JSON.stringify(holder)}\n`);
      } catch (error) {
        held.delete(folder);
        await release();
        throw error;
      }
      return {
        async unlock() {
          if (!held.delete(folder)) return;
          await rm(holderPath, { force: true });
          // Lost meanwhile: it is not ours to remove.
          await release().catch(() => {});
        },
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
    }
    const holder = await holderAt(holderPath);
    if (holder !== undefined && isGone(holder, folder)) {
      await rmdir(lockfilePath).catch(() => {});
      continue;
    }
    const found = await stat(lockfilePath).catch(() => undefined);
    const isRenewed = renewedAt !== undefined && found !== undefined && found.mtimeMs !== renewedAt;
    if (isRenewed || isHere(holder) || waitedMs > 2 * STALE_MS) throw heldBy(whoIs(holder));
    renewedAt ??= found?.mtimeMs;
    await new Promise<void>((resolve) => void clock.setTimeout(resolve, POLL_MS));
    waitedMs += POLL_MS;
  }
}

export interface LockOptions {
  readonly clock: Clock;
  /** Somebody has removed or taken the lock meanwhile. */
  readonly onLost: (error: Error) => void;
  /** The error to throw when somebody else has it: `process 12 on host, since …`. */
  readonly heldBy: (who: string) => Error;
}

/** Whether somebody has locked a folder at the moment. What a process has left behind that is gone is no lock. */
export async function isLocked(folder: string, clock: Clock): Promise<boolean> {
  const found = await stat(join(folder, 'lock')).catch(() => undefined);
  if (found === undefined) return false;
  const holder = await holderAt(join(folder, 'holder.json'));
  if (holder !== undefined && isGone(holder, folder)) return false;
  return isHere(holder) || clock.now() - found.mtimeMs < STALE_MS;
}

/** Who has a folder locked at the moment; `undefined` when nobody has. */
export async function holderOf(folder: string, clock: Clock): Promise<string | undefined> {
  return (await isLocked(folder, clock)) ? whoIs(await holderAt(join(folder, 'holder.json'))) : undefined;
}

/** Who has a lock. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: number;
}

async function holderAt(path: string): Promise<Holder | undefined> {
  try {
    const { pid, host, since } = JSON.parse(await readFile(path, 'utf8')) as Partial<Holder>;
    const isKnown = Number.isSafeInteger(pid) && typeof host === 'string' && Number.isFinite(since);
    return isKnown ? { pid: pid as number, host: host as string, since: since as number } : undefined;
  } catch {
    return undefined;
  }
}

function isHere(holder: Holder | undefined): boolean {
  return holder?.host === hostname();
}

/** Whether it is a process of this machine that does not run any more. In a container the next process often has the same number. */
function isGone(holder: Holder, folder: string): boolean {
  if (!isHere(holder)) return false;
  if (holder.pid === process.pid) return !held.has(folder);
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function whoIs(holder: Holder | undefined): string {
  if (holder === undefined) return 'another process';
  const { pid, host, since } = holder;
  const own = pid === process.pid && isHere(holder) ? ' (this very process)' : '';
  return `process ${pid} on ${host}, since ${new Date(since).toISOString()}${own}`;
}

/** Folders that this process has locked. */
const held = new Set<string>();
const STALE_MS = 10_000;
const RENEW_MS = 2_000;
const POLL_MS = 250;
