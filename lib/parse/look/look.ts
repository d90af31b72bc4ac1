import { isUtf8 } from 'node:buffer';
import { type Codec, codecByMagic, decompressed } from '../../internal/decompress.js';
import { lacksZstd, zstdFrameEnd } from '../../internal/zstd.js';
import { JsonCheck } from '../../json/check.js';
import { PieceReader } from '../pieces.js';
import { isCbor } from './cbor.js';
import { isMessagePack } from './message-pack.js';
import { isProtobuf } from './protobuf.js';
import { SEPARATORS } from './separators.js';

/** What bytes look like. */
export interface Look {
  /** What they are compressed with. */
  readonly codec: Codec | undefined;
  /** What they hold, or what is in them when they are compressed. */
  readonly content: Content;
}

/** `pieces`: JSON texts with one of {@link SEPARATORS} between them. */
export type Content =
  | { readonly kind: 'json' | 'text' | 'protobuf' | 'messagepack' | 'cbor' | 'unknown' }
  | { readonly kind: 'pieces'; readonly of: (typeof SEPARATORS)[number] };

/**
 * Looks at bytes of which nothing is known. JSON and text are never taken for anything else. gzip, zlib and zstd are known by how they
 * begin, and tried; raw deflate and brotli are tried, and found only when they hold text; MessagePack, CBOR and Protocol
 * Buffers are found when the bytes come out even.
 */
export function lookAt(bytes: Buffer): Look {
  const text = textIn(bytes);
  if (text !== undefined) return { codec: undefined, content: text };
  return compressedIn(bytes) ?? { codec: undefined, content: binaryIn(bytes) };
}

function textIn(bytes: Buffer): Content | undefined {
  if (!isUtf8(bytes)) return undefined;
  if (isJson(bytes, 0, bytes.length)) return { kind: 'json' };
  const of = SEPARATORS.find(({ split }) => arePieces(bytes, new PieceReader(split)));
  if (of !== undefined) return { kind: 'pieces', of };
  return bytes.some((byte) => byte < 0x20 && !TEXT_CONTROLS.has(byte)) ? undefined : { kind: 'text' };
}

function compressedIn(bytes: Buffer): Look | undefined {
  const codec = codecByMagic(bytes);
  if (codec !== undefined) {
    const content = contentOf(codec, bytes);
    if (content !== undefined) return { codec, content };
  }
  for (const unmarked of UNMARKED) {
    const content = contentOf(unmarked, bytes);
    if (content !== undefined && HOLDS_TEXT.has(content.kind)) return { codec: unmarked, content };
  }
  return undefined;
}

/** What compressed bytes hold; `undefined` when they are not compressed so. */
function contentOf(codec: Codec, bytes: Buffer): Content | undefined {
  if (codec === 'zstd' && lacksZstd()) return zstdFrameEnd(bytes, 0) === undefined ? undefined : { kind: 'unknown' };
  const result = decompressed(codec, bytes, MAX_INFLATED_BYTES);
  if ('problem' in result) return undefined;
  if ('tooLarge' in result) return { kind: 'unknown' };
  // Next to nothing comes out of many a byte that is not compressed at all.
  return result.bytes.length === 0 ? { kind: 'unknown' } : (textIn(result.bytes) ?? binaryIn(result.bytes));
}

function binaryIn(bytes: Buffer): Content {
  if (isMessagePack(bytes)) return { kind: 'messagepack' };
  if (isCbor(bytes)) return { kind: 'cbor' };
  return { kind: isProtobuf(bytes) ? 'protobuf' : 'unknown' };
}

function arePieces(bytes: Buffer, pieces: PieceReader): boolean {
  pieces.open(bytes);
  let count = 0;
  for (; pieces.next(); count += 1) if (!isJson(bytes, pieces.start, pieces.end)) return false;
  return count > 0;
}

function isJson(bytes: Buffer, start: number, end: number): boolean {
  return new JsonCheck().check(bytes, start, end);
}

/** Of these nothing in the bytes tells. */
const UNMARKED = ['deflate_raw', 'brotli'] as const;
const HOLDS_TEXT: ReadonlySet<Content['kind']> = new Set(['json', 'pieces', 'text']);
/** Tab, line feed, carriage return, and the escape of coloured logs. */
const TEXT_CONTROLS: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x1b]);
const MAX_INFLATED_BYTES = 64 * 1024 * 1024;
