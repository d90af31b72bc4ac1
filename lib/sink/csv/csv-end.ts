import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Compression } from '../file/encodings.js';
import { examineEnd } from '../file/examine-end.js';
import type { FileEnd } from '../file/file-end.js';
import { readAt, zerosFrom } from '../file/scan-back.js';

/**
 * How a file of CSV ends. A row without its line feed may have been cut off anywhere, also within a number, so it goes; so do zeros
 * that a power failure left. A line feed may stand in a quoted cell, so the file is read from its begin.
 */
export async function csvEnd(
  path: string,
  { compression, pretty }: { readonly compression: Compression; readonly pretty: boolean },
): Promise<FileEnd> {
  if (compression !== 'none') return withoutHalfRows(await examineEnd(path, { compression, pretty }));
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size === 0) return { kind: 'whole', lead: NOTHING };
  const { size } = found;
  const handle = await open(path, 'r');
  try {
    const end = await zerosFrom(handle, size);
    const keep = await lastRowEnd(handle, end);
    if (keep === size) return { kind: 'whole', lead: NOTHING };
    const torn = keep === end ? NOTHING : { from: keep, to: end };
    return { kind: 'torn', size, keep, ending: NOTHING, saved: NOTHING, torn };
  } finally {
    await handle.close();
  }
}

/** What stands behind the last flush of a compressor may end within a quoted cell. */
function withoutHalfRows(end: FileEnd): FileEnd {
  if (end.kind !== 'torn' || !Buffer.isBuffer(end.torn) || end.saved.length <= 1) return end;
  return { ...end, saved: NOTHING, torn: Buffer.concat([end.saved, end.torn]) };
}

/** Where the last row in [0, end) ends, behind its line feed. */
async function lastRowEnd(handle: FileHandle, end: number): Promise<number> {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  let rowEnd = 0;
  let isQuoted = false;
  for (let from = 0; from < end; from += PIECE_BYTES) {
    const bytes = await readAt(handle, piece, from, Math.min(PIECE_BYTES, end - from));
    for (let at = 0; at < bytes.length; at++) {
      if (bytes[at] === QUOTE) isQuoted = !isQuoted;
      else if (bytes[at] === LF && !isQuoted) rowEnd = from + at + 1;
    }
  }
  return rowEnd;
}

const NOTHING = Buffer.alloc(0);
const LF = 0x0a;
const QUOTE = 0x22;
const PIECE_BYTES = 128 * 1024;
