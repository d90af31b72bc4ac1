import { constants } from 'node:fs';
import { access, readdir, stat, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ResolvedSpool } from '../../feed/spool-config.js';
import { systemClock } from '../../internal/clock.js';
import { holderOf } from '../../internal/folder-lock.js';
import type { SinkCheck } from '../../sink/check.js';
import { look, nearestFolder } from '../../sink/file/file-check.js';
import { firstPageOf } from '../../spool/segment.js';
import { formatBytes, formatNumber } from '../report/format.js';

/** Whether pages can wait there, and what waits by now. Nothing is written. */
export function checkSpool({ path, maxBytes }: ResolvedSpool): Promise<SinkCheck> {
  return look('spool', async () => {
    const folder = resolve(path);
    const existing = await nearestFolder(folder);
    await access(existing, constants.W_OK | constants.X_OK);
    const who = await holderOf(folder, systemClock);
    if (who !== undefined)
      return {
        detail: `${who} is using ${path}`,
        advice: 'End that run first, or give this one a `spool` of its own.',
      };
    const { bavail, bsize } = await statfs(existing);
    const { segments, bytes } = await whatWaits(folder);
    const waiting =
      segments === 0
        ? 'nothing waits there'
        : `${formatNumber(segments, 'segment')} (${formatBytes(bytes)}) wait there`;
    const free = bavail * bsize;
    const detail = `${path} can be written to, and ${waiting}; ${formatBytes(free)} free`;
    if (free + bytes >= maxBytes) return detail;
    return {
      detail: `${detail}, and \`max_bytes\` is ${formatBytes(maxBytes)}`,
      advice:
        'Free some space, give a folder on another disk, or lower `max_bytes`: a disk that is full pauses the feed, or drops what comes.',
    };
  });
}

async function whatWaits(folder: string): Promise<{ readonly segments: number; readonly bytes: number }> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.filter((name) => firstPageOf(name) !== undefined).map(async (name) => (await stat(join(folder, name))).size),
  );
  return { segments: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
