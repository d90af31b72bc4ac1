import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A file system of so many KiB, which is gone after the test. */
export function smallDisk(t: TestContext, kib: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-small-disk-'));
  execFileSync('mount', mountArguments(folder, kib));
  t.after(() => {
    // Lazily: a process that still works there is ended by a hook that comes later.
    execFileSync('umount', ['-l', folder]);
    rmdirSync(folder);
  });
  return folder;
}

/** An empty file system that nobody can write to, which is gone after the test. */
export function readOnlyDisk(t: TestContext): string {
  const folder = smallDisk(t, 1024 * 1024);
  execFileSync('mount', ['-o', 'remount,ro', folder]);
  return folder;
}

/** Why there can be no small disk here, or false. */
export function noSmallDisk(): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root on Linux can mount a small disk';
  const folder = mkdtempSync(join(tmpdir(), 'spillway-small-disk-'));
  const isMounted = spawnSync('mount', mountArguments(folder, 64)).status === 0;
  if (isMounted) execFileSync('umount', [folder]);
  rmdirSync(folder);
  return isMounted ? false : 'this machine does not allow to mount a small disk';
}

function mountArguments(folder: string, kib: number): string[] {
  return ['-t', 'tmpfs', '-o', `size=${kib}k`, 'spillway-test', folder];
}
