import type { FileHandle } from 'node:fs/promises';
import type { FileEnd } from './file-end.js';
import { isWholeRecord } from './last-record.js';
import { readAt, scanBack, zerosFrom } from './scan-back.js';

/**
 * How a file of JSON lines ends. A last line without a line feed is kept when it is a whole record, and cut off otherwise;
 * zeros that a power failure left go in any case. Of a pretty file it is the last record, over all its lines.
 */
export async function plainEnd(handle: FileHandle, size: number, pretty: boolean): Promise<FileEnd> {
  const end = await zerosFrom(handle, size);
  const lastByte = end === 0 ? LF : (await readAt(handle, Buffer.alloc(1), end - 1, 1))[0];
  if (lastByte === LF && !pretty) return keep(size, end, NOTHING);
  const start = await scanBack(handle, end, pretty ? beginsRecord : beginsLine);
  const isWhole = start < 0 || (await isWholeRange(handle, start, end, lastByte === LF));
  if (isWhole) return keep(size, end, lastByte === LF ? NOTHING : LINE_FEED);
  return { kind: 'torn', size, keep: start, ending: NOTHING, saved: NOTHING, torn: { from: start, to: end } };
}

/** The records are whole up to `end`; behind it are zeros, if anything. */
function keep(size: number, end: number, lead: Buffer): FileEnd {
  if (end === size) return { kind: 'whole', lead };
  return { kind: 'torn', size, keep: end, ending: lead, saved: NOTHING, torn: NOTHING };
}

async function isWholeRange(handle: FileHandle, start: number, end: number, isEnded: boolean): Promise<boolean> {
  const length = end - start;
  // What is longer than any record is none; it is set aside, and not lost.
  if (length > LONGEST_RECORD) return false;
  return isWholeRecord(await readAt(handle, Buffer.allocUnsafe(length), start, length), isEnded);
}

function beginsLine(_byte: number, before: number): boolean {
  return before === LF || before === -1;
}

/** Indented records begin at the begin of a line; what is inside them, or closes them, does not. */
function beginsRecord(byte: number, before: number): boolean {
  return (before === LF || before === -1) && !CONTINUES.has(byte);
}

const LF = 0x0a;
const NOTHING = Buffer.alloc(0);
const LINE_FEED = Buffer.from('\n');
/** Space, tab, LF, CR, and the brackets that close. */
const CONTINUES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0x5d, 0x7d]);
const LONGEST_RECORD = 256 * 1024 * 1024;
