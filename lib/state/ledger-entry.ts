import { crc32 } from 'node:zlib';
import type { PartitionPosition } from '../batch/sink-position.js';
import type { SpoolPlace } from '../batch/spool-place.js';
import type { FeedCursor } from '../frame/feed-cursor.js';
import type { DamagedStretch } from '../frame/feed-position.js';

/** What a ledger says of one page, or of all up to one: how far the feed is stored. */
export interface LedgerEntry {
  /** The number of the page, from 1 on. */
  readonly page: number;
  /** What the next frame is numbered. */
  readonly next: number;
  /** When the last record came, in epoch milliseconds. */
  readonly receivedAt: number;
  /** From where a server is to go on behind it, with `resume`. */
  readonly cursor?: FeedCursor;
  /** Records that were added, or, of a mark, none. */
  readonly records: number;
  /** Where they stand, when they are in files. */
  readonly files?: readonly LedgerFile[];
  /** Files that are finished, and of no concern any more. */
  readonly sealed?: readonly string[];
  /** Where the last of them lie, when they are in Kafka. */
  readonly partitions?: readonly PartitionPosition[];
  /** What was found damaged when the run began, until the gap that tells it is stored. */
  readonly untold?: DamagedStretch;
  /** The last page of a spool that is stored, when pages came out of one. */
  readonly spooled?: SpoolPlace;
  /** A mark: all up to here was forced to the disk. */
  readonly isDurable?: true;
}

/** What was added to a file, and what it held then. */
export interface LedgerFile {
  readonly path: string;
  readonly start: number;
  /** Where it ended then. */
  readonly end: number;
  /** The CRC-32 of the bytes from start to end. */
  readonly crc: number;
  /** The CRC-32 of the whole file up to the end. */
  readonly whole: number;
  /** What its sink said of it, when it is to be finished one day. */
  readonly facts?: object;
}

/**
 * An entry as it stands in a ledger: `00 'L' 'G' '1'`; the CRC-32 of all that follows; the length of the JSON text that ends it, in bytes; the
 * page's number (all little-endian; four, four and eight bytes); and that text. No text of JSON has a NUL in it: so the next entry
 * can be found behind bytes that are damaged.
 */
export function encodeEntry(entry: LedgerEntry): Buffer {
  const { page, ...facts } = entry;
  const text = Buffer.from(JSON.stringify(facts));
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + text.length);
  MAGIC.copy(bytes);
  bytes.writeUInt32LE(text.length, 8);
  bytes.writeBigUInt64LE(BigInt(page), 12);
  text.copy(bytes, HEAD_BYTES);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

/** What was found in a ledger. */
export interface LedgerContent {
  /** The entries that are sound, in order. */
  readonly entries: readonly LedgerEntry[];
  /** Bytes in front of a sound entry that belong to none. */
  readonly damagedBytes: number;
  /** Bytes at the end that belong to none: an entry that was begun when its process died, or damage. */
  readonly tornBytes: number;
}

/** Reads a ledger, past all that is damaged. It never fails. */
export function decodeEntries(bytes: Buffer): LedgerContent {
  const entries: LedgerEntry[] = [];
  let damagedBytes = 0;
  let at = 0;
  for (;;) {
    const found = soundEntry(bytes, at);
    if (found === undefined) return { entries, damagedBytes, tornBytes: bytes.length - at };
    damagedBytes += found.start - at;
    entries.push(found.entry);
    at = found.end;
  }
}

/**
 * Entries without the marks that come late: behind pages that were added while the disk was waited for. They say nothing of where the
 * feed came to, nor of where its files end.
 */
export function withoutLateMarks(entries: readonly LedgerEntry[]): readonly LedgerEntry[] {
  let newest = 0;
  return entries.filter(({ page, isDurable }) => {
    if (isDurable === true && page < newest) return false;
    newest = Math.max(newest, page);
    return true;
  });
}

/** The next sound entry from `from` on. */
function soundEntry(
  bytes: Buffer,
  from: number,
): { readonly entry: LedgerEntry; readonly start: number; readonly end: number } | undefined {
  for (let start = bytes.indexOf(MAGIC, from); start >= 0; start = bytes.indexOf(MAGIC, start + 1)) {
    if (start + HEAD_BYTES > bytes.length) return undefined;
    const end = start + HEAD_BYTES + bytes.readUInt32LE(start + 8);
    if (end > bytes.length || crc32(bytes.subarray(start + 8, end)) !== bytes.readUInt32LE(start + 4)) continue;
    const page = Number(bytes.readBigUInt64LE(start + 12));
    const facts = JSON.parse(bytes.toString('utf8', start + HEAD_BYTES, end)) as Omit<LedgerEntry, 'page'>;
    return { entry: { page, ...facts }, start, end };
  }
  return undefined;
}

const MAGIC = Buffer.from('\0LG1', 'latin1');
const HEAD_BYTES = 20;
