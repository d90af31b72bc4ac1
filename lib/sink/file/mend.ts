import { type TornEnd, tornBytes } from './file-end.js';
import type { FileNotices } from './file-notices.js';
import type { PageFile } from './page-file.js';
import { TornFile } from './set-aside.js';

/**
 * Cuts a torn end off a file, and has it go on behind what is whole. What is torn, and what is still to be written anew, is
 * in a file beside it first, so that a crash in between loses nothing.
 */
export async function mendEnd(path: string, pages: PageFile, end: TornEnd, notices: FileNotices): Promise<void> {
  const aside = new TornFile(path);
  const { saved, torn } = end;
  if (!Buffer.isBuffer(torn)) await aside.keepRange(path, torn.from, torn.to);
  else if (saved.length + torn.length > 0) await aside.keep(Buffer.concat([saved, torn]));
  await pages.mend(end);
  if (saved.length > 0 && Buffer.isBuffer(torn)) {
    await aside.undo();
    if (torn.length > 0) await aside.keep(torn);
  }
  notices.mended({
    cut: end.size - end.keep,
    rewritten: linesIn(saved),
    torn: tornBytes(end),
    aside: tornBytes(end) === 0 ? undefined : aside.path,
  });
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  // A line feed that begins it ends a record that stays.
  for (let at = bytes.indexOf(LF, 1); at >= 0; at = bytes.indexOf(LF, at + 1)) lines += 1;
  return lines;
}

const LF = 0x0a;
