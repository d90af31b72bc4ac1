import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { encodeFrame, type FeedClient, OPCODES } from '../../../lib/testing/index.js';
import { deflater } from '../../support/deflater.js';

/** Some frames of the same kind, one after another. */
export interface Stretch {
  readonly count: number;
  /** Characters of filling in each; 0 for none. */
  readonly pad: number;
  readonly style: keyof typeof STYLES;
  /** Where each is cut into fragments, in per cent of its bytes. */
  readonly cuts: readonly number[];
  readonly isBinary: boolean;
}

/** How the frames get onto the wire. */
export type Wire =
  /** A write for each, which is waited for. */
  | { readonly kind: 'one by one' }
  /** As many as there are in one write, with pings between the fragments. */
  | { readonly kind: 'packed' }
  /** All of their bytes cut anew, at random places: within headers, too. */
  | { readonly kind: 'cut'; readonly sizes: readonly number[] };

/** One frame of a feed. */
export interface FeedFrame extends Pick<Stretch, 'cuts' | 'isBinary'> {
  readonly bytes: Buffer;
}

/** Frames that are numbered from 0 on, in the order in which they are sent. */
export function framesOf(stretches: readonly Stretch[]): FeedFrame[] {
  const frames: FeedFrame[] = [];
  for (const { count, pad, style, cuts, isBinary } of stretches) {
    for (let i = 0; i < count; i++) {
      frames.push({ bytes: Buffer.from(STYLES[style](frames.length, pad)), cuts, isBinary });
    }
  }
  return frames;
}

/** What a line holds for a frame: its bytes, without the blanks around, raw line breaks made blanks. */
export function lineOf({ bytes }: FeedFrame): string {
  return bytes
    .toString()
    .trim()
    .replace(/[\r\n]/g, ' ');
}

/** Sends the frames as `wire` says; to a client that offers permessage-deflate, most of them compressed. */
export async function play(client: FeedClient, frames: readonly FeedFrame[], wire: Wire): Promise<void> {
  const deflate = client.request.headers['sec-websocket-extensions'] === undefined ? undefined : deflater();
  const all = frames.map((frame, index) => encoded(frame, index % 5 === 4 ? undefined : deflate));
  if (wire.kind === 'one by one') {
    for (const bytes of all) await client.sendRaw(bytes);
    return;
  }
  const bytes = Buffer.concat(all);
  if (wire.kind === 'packed') {
    await client.sendRaw(bytes);
    return;
  }
  // Very small pieces only as long as there are not too many of them.
  const least = Math.ceil(bytes.length / MAX_PIECES);
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const size = Math.max(least, wire.sizes[piece % wire.sizes.length]!);
    await client.sendRaw(bytes.subarray(at, at + size));
    at += size;
    // A write that is alone in its turn is more likely to be read alone.
    await nextTurn();
  }
}

/** Resolves when the client has read everything that was sent before. */
export async function seenByClient(client: FeedClient): Promise<void> {
  await client.ping(MARK);
  while ((await client.nextPong()).toString() !== MARK);
}

function stretch(pad: { min: number; max: number }, maxCount: number): fc.Arbitrary<Stretch> {
  return fc.record({
    count: fc.integer({ min: 1, max: maxCount }),
    pad: fc.integer(pad),
    style: fc.constantFrom(...(Object.keys(STYLES) as Stretch['style'][])),
    cuts: fc.oneof(fc.constant([]), fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 4 })),
    isBinary: fc.boolean(),
  });
}

/** Sizes of all fragments but the last; some of them may be 0. */
function fragmentSizes(length: number, cuts: readonly number[]): number[] {
  const places = cuts.map((percent) => Math.floor((length * percent) / 100)).sort((a, b) => a - b);
  return places.map((place, index) => place - (places[index - 1] ?? 0));
}

function encoded({ bytes, cuts, isBinary }: FeedFrame, deflate?: (message: Buffer) => Buffer): Buffer {
  const opcode = isBinary ? OPCODES.binary : OPCODES.text;
  const rsv1 = deflate !== undefined;
  const message = deflate?.(bytes) ?? bytes;
  if (cuts.length === 0) return encodeFrame({ opcode, payload: message, rsv1 });
  const parts: Buffer[] = [];
  let at = 0;
  for (const size of fragmentSizes(message.length, cuts)) {
    const payload = message.subarray(at, at + size);
    const kind = parts.length === 0 ? { opcode, rsv1 } : { opcode: OPCODES.continuation };
    parts.push(encodeFrame({ ...kind, fin: false, payload }));
    // RFC 6455, section 5.4: control frames may stand between the fragments of a message.
    parts.push(encodeFrame({ opcode: OPCODES.ping, payload: String(at) }));
    at += size;
  }
  parts.push(encodeFrame({ opcode: OPCODES.continuation, payload: message.subarray(at) }));
  return Buffer.concat(parts);
}

/** Texts whose bytes would change if anybody parsed and printed them again. */
const STYLES = {
  plain: (n: number, pad: number) => (pad === 0 ? `{"n":${n}}` : `{"n":${n},"pad":"${'x'.repeat(pad)}"}`),
  bare: (n: number, pad: number) => `${n}${pad === 0 ? '' : `.${'0'.repeat(Math.min(pad, 300))}`}`,
  array: (n: number, pad: number) => `[${n}${',1.10'.repeat(Math.ceil(pad / 5))}]`,
  wideCharacters: (n: number, pad: number) => `{"n":${n},"pad":"${'é漢😀'.repeat(Math.ceil(pad / 9))}"}`,
  escapes: (n: number, pad: number) => `{"n":${n},"\\u0070ad":"${'\\u00e9\\n\\/'.repeat(Math.ceil(pad / 10))}"}`,
  blanks: (n: number, pad: number) => `  { "n" :\t${n},${' '.repeat(pad)}"n": 12345678901234567890 } `,
  lineBreaks: (n: number, pad: number) => `\r\n{\n"n":${n}${'\r\n'.repeat(Math.ceil(pad / 2))}\n}\n`,
} as const;

const MARK = 'all of it';
const MAX_PIECES = 1_500;

const smallStretch = stretch({ min: 0, max: 60 }, 150);
const mediumStretch = stretch({ min: 60, max: 5_000 }, 25);
/** Around the sizes at which a frame's header, and a socket's read, change. */
const borderStretch = fc.oneof(stretch({ min: 100, max: 130 }, 40), stretch({ min: 65_400, max: 65_600 }, 4));
const largeStretch = stretch({ min: 150_000, max: 600_000 }, 2);

/** Any feed. */
export const anyStretches: fc.Arbitrary<Stretch[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: smallStretch },
    { weight: 3, arbitrary: mediumStretch },
    { weight: 2, arbitrary: borderStretch },
    { weight: 1, arbitrary: largeStretch },
  ),
  { minLength: 1, maxLength: 5 },
);

/** Thousands of small frames: a socket's read brings hundreds of them. */
export const manySmallStretches: fc.Arbitrary<Stretch[]> = fc.array(stretch({ min: 0, max: 100 }, 3_000), {
  minLength: 1,
  maxLength: 3,
});

export const anyWire: fc.Arbitrary<Wire> = fc.oneof(
  fc.constant<Wire>({ kind: 'one by one' }),
  fc.constant<Wire>({ kind: 'packed' }),
  fc.record({
    kind: fc.constant('cut' as const),
    sizes: fc.array(fc.constantFrom(1, 2, 5, 13, 100, 1_000, 16_384, 65_536, 100_000), { minLength: 1, maxLength: 5 }),
  }),
);
