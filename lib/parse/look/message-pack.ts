/**
 * Whether the bytes are one MessagePack map or array from the first to the last, whose maps have keys of text or whole numbers
 * (https://github.com/msgpack/msgpack/blob/master/spec.md).
 */
export function isMessagePack(bytes: Buffer): boolean {
  const kind = bytes.length === 0 ? undefined : kindOf(bytes[0] as number);
  return (kind === 'map' || kind === 'array') && new Walk(bytes).value(0, 0) === bytes.length;
}

/** Each step returns where the value ends; {@link NOWHERE} when there is none. */
class Walk {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  value(at: number, depth: number): number {
    const bytes = this.#bytes;
    const head = bytes[at];
    if (head === undefined || depth > MAX_DEPTH) return NOWHERE;
    if (head < 0x80 || head >= 0xe0) return at + 1;
    if (head < 0x90) return this.#pairs(at + 1, head & 0x0f, depth);
    if (head < 0xa0) return this.#items(at + 1, head & 0x0f, depth);
    if (head < 0xc0) return this.#bytesFrom(at + 1, head & 0x1f);
    const fixed = FIXED[head];
    if (fixed !== undefined) return this.#bytesFrom(at + 1, fixed);
    const sized = SIZED[head];
    if (sized === undefined) return NOWHERE;
    const [lengthBytes, extra] = sized;
    if (at + 1 + lengthBytes > bytes.length) return NOWHERE;
    const length = bytes.readUIntBE(at + 1, lengthBytes);
    const start = at + 1 + lengthBytes;
    if (head === 0xdc || head === 0xdd) return this.#items(start, length, depth);
    return head >= 0xde ? this.#pairs(start, length, depth) : this.#bytesFrom(start, length + extra);
  }

  #items(start: number, count: number, depth: number): number {
    let at = start;
    for (let i = 0; i < count && at !== NOWHERE; i++) at = this.value(at, depth + 1);
    return at;
  }

  #pairs(start: number, count: number, depth: number): number {
    let at = start;
    for (let i = 0; i < count && at !== NOWHERE; i++) {
      if (kindOf(this.#bytes[at] ?? 0xc1) !== 'key') return NOWHERE;
      at = this.#items(at, 2, depth);
    }
    return at;
  }

  #bytesFrom(start: number, length: number): number {
    return start + length <= this.#bytes.length ? start + length : NOWHERE;
  }
}

function kindOf(head: number): 'map' | 'array' | 'key' | 'other' {
  if ((head >= 0x80 && head < 0x90) || head === 0xde || head === 0xdf) return 'map';
  if ((head >= 0x90 && head < 0xa0) || head === 0xdc || head === 0xdd) return 'array';
  const isText = (head >= 0xa0 && head < 0xc0) || (head >= 0xd9 && head <= 0xdb);
  const isWhole = head < 0x80 || head >= 0xe0 || (head >= 0xcc && head <= 0xd3);
  return isText || isWhole ? 'key' : 'other';
}

/** How many bytes follow the head. */
const FIXED: { readonly [head: number]: number } = {
  // nil, false, true
  192: 0,
  194: 0,
  195: 0,
  // float
  202: 4,
  203: 8,
  // uint, int
  204: 1,
  205: 2,
  206: 4,
  207: 8,
  208: 1,
  209: 2,
  210: 4,
  211: 8,
  // fixext: a type and its bytes
  212: 2,
  213: 3,
  214: 5,
  215: 9,
  216: 17,
};

/** In how many bytes the length is, and how many are not counted in it. */
const SIZED: { readonly [head: number]: readonly [lengthBytes: number, extra: number] } = {
  // bin
  196: [1, 0],
  197: [2, 0],
  198: [4, 0],
  // ext: its type
  199: [1, 1],
  200: [2, 1],
  201: [4, 1],
  // str
  217: [1, 0],
  218: [2, 0],
  219: [4, 0],
  // array, map
  220: [2, 0],
  221: [4, 0],
  222: [2, 0],
  223: [4, 0],
};

const NOWHERE = -1;
const MAX_DEPTH = 64;
