import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ResolvedState } from '../../feed/state-config.js';
import { systemClock } from '../../internal/clock.js';
import { holderOf } from '../../internal/folder-lock.js';
import { ifThere } from '../../internal/if-there.js';
import type { SinkCheck } from '../../sink/check.js';
import { look, nearestFolder, type Objection } from '../../sink/file/file-check.js';
import { decodeEntries, withoutLateMarks } from '../../state/ledger-entry.js';
import { formatBytes } from '../report/format.js';

/** Whether what is kept of the feed can be read and written there, and how far it came. Nothing is written. */
export function checkState({ path }: ResolvedState): Promise<SinkCheck> {
  return look('state', async () => {
    const folder = resolve(path);
    await access(await nearestFolder(folder), constants.W_OK | constants.X_OK);
    const who = await holderOf(folder, systemClock);
    if (who !== undefined)
      return {
        detail: `${who} is using ${path}`,
        advice: 'End that run first, or give this one a `state` of its own.',
      };
    return ledgerText(path, (await ifThere(readFile(join(folder, 'ledger')))) ?? Buffer.alloc(0));
  });
}

function ledgerText(path: string, bytes: Buffer): string | Objection {
  const { entries, damagedBytes } = decodeEntries(bytes);
  const newest = withoutLateMarks(entries).at(-1);
  const goesOn =
    newest === undefined || newest.next === 0
      ? 'a run begins anew'
      : `a run goes on at sequence ${newest.next}, behind ${new Date(newest.receivedAt).toISOString()}`;
  const isLost = newest === undefined && bytes.length > 0;
  if (damagedBytes === 0 && !isLost) return `${path} can be written to, and ${goesOn}`;
  return {
    detail: `the ledger in ${path} is damaged (${formatBytes(isLost ? bytes.length : damagedBytes)}): ${goesOn}`,
    advice: `Nothing has to be done: a run takes what it says otherwise. \`spillway verify ${path}\` says what is in its files.`,
  };
}
