import type { FileHandle } from 'node:fs/promises';
import zlib from 'node:zlib';
import { DecodedTail } from './decoded-tail.js';
import { gzipEnding, gzipTrailer } from './encodings.js';
import type { FileEnd, TornEnd } from './file-end.js';
import { readAt, zerosFrom } from './scan-back.js';
import { Squeezer } from './squeezer.js';

/**
 * How a gzip file (RFC 1952) ends: all of it is decoded once, a piece at a time. Of a member that was cut off all is kept
 * that was flushed, up to the last place at which decoded lines end; what can be decoded behind that is written anew.
 */
export async function gzipEnd(handle: FileHandle, size: number): Promise<FileEnd> {
  const asIs = await walk(handle, size);
  if (asIs.kind === 'whole') return asIs;
  const end = await zerosFrom(handle, size);
  if (end === size) return asIs;
  // A power failure leaves zeros, and they can pass for data: what comes of them would be records that nobody has sent.
  const trusted = await walk(handle, end);
  if (trusted.kind === 'bad') return trusted;
  if (trusted.kind === 'whole') {
    return { kind: 'torn', size, keep: end, ending: NOTHING, saved: trusted.lead, torn: NOTHING };
  }
  return { ...trusted, size, torn: size - end < FEW_ZEROS ? untrusted(asIs, trusted) : trusted.torn };
}

/** A few zeros may have been data: what came of them goes with what is torn. */
function untrusted(asIs: FileEnd, trusted: TornEnd): TornEnd['torn'] {
  if (asIs.kind !== 'torn' || asIs.keep !== trusted.keep || !Buffer.isBuffer(asIs.torn)) return trusted.torn;
  return Buffer.concat([asIs.saved, asIs.torn]).subarray(trusted.saved.length);
}

async function walk(handle: FileHandle, size: number): Promise<FileEnd> {
  let lastByte = -1;
  for (let at = 0; at < size; ) {
    const header = await headerBytes(handle, at, size);
    if (header === 'bad') return { kind: 'bad', reason: `there is no gzip member at byte ${at}` };
    if (header === 'cut') return torn(size, at, NOTHING, new DecodedTail());
    const member = await inflateMember(handle, at, at + header, size);
    if ('end' in member === false) return member;
    if (member.tail.lastByte !== -1) lastByte = member.tail.lastByte;
    at = member.end;
  }
  return { kind: 'whole', lead: lastByte === LF || lastByte === -1 ? NOTHING : LINE_FEED };
}

/** Decodes one member. Returns where it ends, or how the file ends in it. */
async function inflateMember(
  handle: FileHandle,
  start: number,
  dataAt: number,
  size: number,
): Promise<FileEnd | { readonly end: number; readonly tail: DecodedTail }> {
  const stream = zlib.createInflateRaw({ chunkSize: PIECE_BYTES });
  const inflater = new Squeezer(stream);
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  const tail = new DecodedTail();
  let crc = 0;
  let length = 0;
  let keep = start;
  let ending: Buffer = NOTHING;
  let at = dataAt;
  try {
    while (at < size) {
      const bytes = nextPiece(await readAt(handle, piece, at, Math.min(PIECE_BYTES, size - at)), at, size);
      const decoded = await inflater.squeeze(NOTHING, bytes);
      crc = zlib.crc32(decoded, crc);
      length += decoded.length;
      tail.add(decoded);
      at += bytes.length;
      const end = dataAt + stream.bytesWritten;
      if (end < at) return await memberEnd(handle, end, size, { crc, length, tail });
      if (!bytes.subarray(-MARK.length).equals(MARK) || !tail.isAtLineEnd) continue;
      keep = at;
      ending = gzipEnding(crc, length);
      tail.mark();
    }
  } catch (error) {
    return { kind: 'bad', reason: `it is damaged at byte ${at} at the latest (${(error as Error).message})` };
  } finally {
    inflater.close();
  }
  return torn(size, keep, ending, tail);
}

/** The data of a member ends here: its trailer follows, or the file ends before that does. */
async function memberEnd(
  handle: FileHandle,
  end: number,
  size: number,
  { crc, length, tail }: { readonly crc: number; readonly length: number; readonly tail: DecodedTail },
): Promise<FileEnd | { readonly end: number; readonly tail: DecodedTail }> {
  const trailer = gzipTrailer(crc, length);
  const found = await readAt(handle, Buffer.alloc(trailer.length), end, Math.min(trailer.length, size - end));
  if (found.equals(trailer)) return { end: end + trailer.length, tail };
  if (found.length === trailer.length) return { kind: 'bad', reason: `its checksum at byte ${end} is wrong` };
  const lead = tail.isAtLineEnd ? NOTHING : LINE_FEED;
  return { kind: 'torn', size, keep: end, ending: trailer, saved: lead, torn: NOTHING };
}

function torn(size: number, keep: number, ending: Buffer, tail: DecodedTail): FileEnd {
  if (tail.isTooLong) return { kind: 'bad', reason: 'its last member is cut off, and holds no place to go on from' };
  return { kind: 'torn', size, keep, ending, ...tail.divided() };
}

/** Up to the next place at which the compressor was flushed; if none is in sight, all that cannot be a part of one. */
function nextPiece(bytes: Buffer, at: number, size: number): Buffer {
  const mark = bytes.indexOf(MARK);
  if (mark >= 0) return bytes.subarray(0, mark + MARK.length);
  const isLast = at + bytes.length >= size;
  return isLast || bytes.length < MARK.length ? bytes : bytes.subarray(0, bytes.length - MARK.length + 1);
}

/** RFC 1952, section 2.3: how long the header is that begins here. */
async function headerBytes(handle: FileHandle, at: number, size: number): Promise<number | 'cut' | 'bad'> {
  const bytes = await readAt(handle, Buffer.alloc(LONGEST_HEADER), at, Math.min(LONGEST_HEADER, size - at));
  for (const [i, byte] of MAGIC.entries()) {
    if (i >= bytes.length) return 'cut';
    if (bytes[i] !== byte) return 'bad';
  }
  if (bytes.length < FIXED_HEADER) return 'cut';
  const flags = bytes[3]!;
  if ((flags & RESERVED) !== 0) return 'bad';
  let length = FIXED_HEADER;
  if ((flags & EXTRA) !== 0) length += 2 + (length + 2 > bytes.length ? size : bytes.readUInt16LE(length));
  for (const flag of [NAME, COMMENT]) {
    if ((flags & flag) === 0) continue;
    const end = bytes.indexOf(0, length);
    if (end === -1) return bytes.length < LONGEST_HEADER ? 'cut' : 'bad';
    length = end + 1;
  }
  if ((flags & HEADER_CRC) !== 0) length += 2;
  return at + length > size ? 'cut' : length;
}

const LF = 0x0a;
const NOTHING = Buffer.alloc(0);
const LINE_FEED = Buffer.from('\n');
/** What ends a flushed block: an empty stored one (RFC 1951, section 3.2.4). */
const MARK = Buffer.from([0x00, 0x00, 0xff, 0xff]);
const MAGIC = Buffer.from([0x1f, 0x8b, 8]);
const FIXED_HEADER = 10;
const [HEADER_CRC, EXTRA, NAME, COMMENT, RESERVED] = [0x02, 0x04, 0x08, 0x10, 0xe0];
const LONGEST_HEADER = 70 * 1024;
const PIECE_BYTES = 64 * 1024;
const FEW_ZEROS = 64;
