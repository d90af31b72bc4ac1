import { crc32 } from 'node:zlib';
import { combinedCrc } from '../internal/crc-combine.js';

/** What stands before each page in a segment. */
export interface EntryHead {
  /** The number of the page; of what ends a segment that of its last one. */
  readonly page: number;
  /** What it is, beside a page. */
  readonly kind: EntryKind;
  /** In bytes; the facts stand behind the head, and the body behind them. */
  readonly bodyLength: number;
  readonly factsLength: number;
  /** The CRC-32 of the facts and the body. */
  readonly contentCrc: number;
  /** Without gaps. */
  readonly records: number;
  readonly firstSequence: number;
  /** Of the last record; of a page of gaps alone that of the frame behind them. */
  readonly lastSequence: number;
  /** In epoch milliseconds. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** A page; what stands for pages that were dropped; the sum of a segment that is finished. */
export type EntryKind = 'page' | 'dropped' | 'end';

/**
 * A head as it stands in a segment: `00 'S' 'P' '1'`, the CRC-32 of what follows, and numbers, all little-endian: 72 bytes. No
 * text of JSON has a NUL in it: so the next head can be found behind bytes that are damaged.
 */
export function encodeHead(head: EntryHead): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES);
  MAGIC.copy(bytes);
  bytes.writeBigUInt64LE(BigInt(head.page), 8);
  bytes.writeUInt32LE(head.bodyLength, 16);
  bytes.writeUInt32LE(head.factsLength, 20);
  bytes.writeUInt32LE(head.contentCrc, 24);
  bytes.writeUInt32LE(head.records, 28);
  bytes.writeBigUInt64LE(BigInt(head.firstSequence), 32);
  bytes.writeBigUInt64LE(BigInt(head.lastSequence), 40);
  bytes.writeDoubleLE(head.firstAt, 48);
  bytes.writeDoubleLE(head.lastAt, 56);
  bytes.writeUInt32LE(KINDS.indexOf(head.kind), 64);
  // What the body is when nothing is compressed.
  bytes.writeUInt32LE(head.bodyLength, 68);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

/** The head that stands there; `undefined` when none does that is sound. */
export function decodeHead(bytes: Buffer, at: number): EntryHead | undefined {
  if (at + HEAD_BYTES > bytes.length || bytes.readUInt32LE(at) !== MAGIC.readUInt32LE()) return undefined;
  if (crc32(bytes.subarray(at + 8, at + HEAD_BYTES)) !== bytes.readUInt32LE(at + 4)) return undefined;
  const kind = KINDS[bytes.readUInt32LE(at + 64)];
  if (kind === undefined) return undefined;
  return {
    kind,
    page: Number(bytes.readBigUInt64LE(at + 8)),
    bodyLength: bytes.readUInt32LE(at + 16),
    factsLength: bytes.readUInt32LE(at + 20),
    contentCrc: bytes.readUInt32LE(at + 24),
    records: bytes.readUInt32LE(at + 28),
    firstSequence: Number(bytes.readBigUInt64LE(at + 32)),
    lastSequence: Number(bytes.readBigUInt64LE(at + 40)),
    firstAt: bytes.readDoubleLE(at + 48),
    lastAt: bytes.readDoubleLE(at + 56),
  };
}

/** The CRC-32 of what stands behind a head: of the facts, and of a body whose own is known. */
export function contentCrcOf(facts: Buffer, bodyLength: number, bodyCrc: number): number {
  return combinedCrc(crc32(facts), bodyCrc, bodyLength);
}

/** How many bytes the whole entry has. */
export function entryLength({ bodyLength, factsLength }: Pick<EntryHead, 'bodyLength' | 'factsLength'>): number {
  return HEAD_BYTES + factsLength + bodyLength;
}

/** What the frame behind an entry is numbered. */
export function nextSequence({ records, lastSequence }: Pick<EntryHead, 'records' | 'lastSequence'>): number {
  return records > 0 ? lastSequence + 1 : lastSequence;
}

/** What each head begins with. */
export const MAGIC = Buffer.from('\0SP1', 'latin1');
export const HEAD_BYTES = 72;
const KINDS: readonly EntryKind[] = ['page', 'dropped', 'end'];
