import { readFile, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { ifThere } from './if-there.js';

/**
 * Whether the machine has run without a break since {@link noteBoot} wrote this file: what the system had then, and the disk did not, is
 * there still. What is not known is taken for a break.
 */
export async function isSameBoot(path: string): Promise<boolean> {
  const [noted, now] = [(await ifThere(readFile(path, 'utf8')))?.trim(), await boot()];
  if (noted === undefined) return false;
  if (noted === now) return true;
  const apart = Number(noted) - Number(now);
  return Math.abs(apart) < SAME_MS;
}

/** Writes down which start of the machine this is. */
export async function noteBoot(path: string): Promise<void> {
  await writeFile(path, `${await boot()}\n`);
}

/** Linux gives each start a name; elsewhere it is known by its time, in epoch milliseconds. */
async function boot(): Promise<string> {
  const id = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined);
  return id?.trim() ?? String(Math.round(Date.now() - uptime() * 1_000));
}

/** So far may two looks at the time of one start lie apart: no machine starts again within that. */
const SAME_MS = 5_000;
