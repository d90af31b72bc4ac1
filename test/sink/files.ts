import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import zlib from 'node:zlib';
import { lacksZstd } from '../../lib/internal/zstd.js';

/** A folder of the test's own. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-sink-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The text that a file holds, after decompression by its suffix; it must be whole. */
export function readText(path: string): string {
  const bytes = readFileSync(path);
  if (path.endsWith('.gz')) return zlib.gunzipSync(bytes).toString();
  return path.endsWith('.zst') ? unzstd(bytes).toString() : bytes.toString();
}

/** The text that can be read from the front of a compressed file that was cut off. */
export function readCutText(path: string): string {
  const bytes = readFileSync(path);
  return path.endsWith('.gz')
    ? zlib.gunzipSync(bytes, { finishFlush: zlib.constants.Z_SYNC_FLUSH }).toString()
    : unzstd(bytes, { finishFlush: 1 }).toString();
}

/** Why a test cannot run here, or false. */
export const noZstd = lacksZstd() && `Node ${process.versions.node} has no zstd`;

/** Why the `zstd` command cannot be asked, or false. */
export const noZstdCommand = (() => {
  try {
    execFileSync('zstd', ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'there is no `zstd` command';
  }
})();

type Unzstd = (bytes: Buffer, options?: { finishFlush: number }) => Buffer;
const unzstd: Unzstd = (bytes, options) =>
  (zlib as unknown as { zstdDecompressSync: Unzstd }).zstdDecompressSync(bytes, options);
