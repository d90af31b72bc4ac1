import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isCbor } from '../../../lib/parse/look/cbor.js';
import { isMessagePack } from '../../../lib/parse/look/message-pack.js';
import { isProtobuf } from '../../../lib/parse/look/protobuf.js';

/** The bytes of a number with the highest first. */
function big(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, index) => Math.floor(value / 2 ** (8 * (bytes - 1 - index))) % 256);
}

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}

/** Tests that these bytes are told for what they are, that none of them may be missing, and that none may follow. */
function assertWhole(is: (bytes: Buffer) => boolean, bytes: readonly number[], expected: boolean, what: string): void {
  const whole = Buffer.from(bytes);
  assert.equal(is(whole), expected, what);
  for (let end = 0; end < whole.length; end++)
    assert.equal(is(whole.subarray(0, end)), false, `${what}, cut at ${end}`);
  assert.equal(is(Buffer.from([...bytes, 0])), false, `${what}, and a byte`);
}

describe('isMessagePack()', () => {
  /** For each first byte of a value, the whole of one that begins so: two elements, pairs or bytes where it has a length. */
  function bytesOf(head: number): number[] | undefined {
    if (head <= 0x7f || head >= 0xe0) return [head];
    if (head <= 0x8f) return [head, ...zeros(2 * (head - 0x80))];
    if (head <= 0x9f) return [head, ...elements(head - 0x90)];
    if (head <= 0xbf) return [head, ...zeros(head - 0xa0)];
    const [, count, more] = FORMS.find(([first]) => first === head)!;
    if (count === undefined) return undefined;
    if (more === undefined) return [head, ...zeros(count)];
    return [head, ...big(2, count), ...(isArray(head) ? elements(2) : zeros(more))];
  }

  /** So many, of two bytes each, so that their number is not that of their bytes. */
  function elements(count: number): number[] {
    return Array.from({ length: count }, () => [0xcc, 0]).flat();
  }

  /** From 0xc0 on: how many bytes follow; or in how many the length 2 stands, and what follows that. */
  const FORMS: readonly (readonly [head: number, count: number | undefined, more?: number])[] = [
    [0xc0, 0],
    [0xc1, undefined],
    [0xc2, 0],
    [0xc3, 0],
    [0xc4, 1, 2],
    [0xc5, 2, 2],
    [0xc6, 4, 2],
    [0xc7, 1, 3],
    [0xc8, 2, 3],
    [0xc9, 4, 3],
    [0xca, 4],
    [0xcb, 8],
    [0xcc, 1],
    [0xcd, 2],
    [0xce, 4],
    [0xcf, 8],
    [0xd0, 1],
    [0xd1, 2],
    [0xd2, 4],
    [0xd3, 8],
    [0xd4, 2],
    [0xd5, 3],
    [0xd6, 5],
    [0xd7, 9],
    [0xd8, 17],
    [0xd9, 1, 2],
    [0xda, 2, 2],
    [0xdb, 4, 2],
    [0xdc, 2, 4],
    [0xdd, 4, 4],
    [0xde, 2, 4],
    [0xdf, 4, 4],
  ];

  const isWithin = (head: number, from: number, to: number): boolean => head >= from && head <= to;
  const isMap = (head: number): boolean => isWithin(head, 0x80, 0x8f) || isWithin(head, 0xde, 0xdf);
  const isArray = (head: number): boolean => isWithin(head, 0x90, 0x9f) || isWithin(head, 0xdc, 0xdd);
  const isKey = (head: number): boolean =>
    isWithin(head, 0, 0x7f) || isWithin(head, 0xe0, 0xff) || isWithin(head, 0xcc, 0xd3) || isText(head);
  const isText = (head: number): boolean => isWithin(head, 0xa0, 0xbf) || isWithin(head, 0xd9, 0xdb);

  it('takes maps and arrays, and no other value by itself', () => {
    for (let head = 0; head <= 0xff; head++) {
      const value = bytesOf(head) ?? [head];
      const expected = isMap(head) || isArray(head);
      if (expected) assertWhole(isMessagePack, value, true, hex(value));
      else assert.equal(isMessagePack(Buffer.from(value)), false, hex(value));
    }
  });

  it('takes a value of each kind as an element, and 0xc1, which is none, as nothing', () => {
    for (let head = 0; head <= 0xff; head++) {
      const value = bytesOf(head);
      if (value === undefined) assert.equal(isMessagePack(Buffer.from([0x91, head])), false);
      else assertWhole(isMessagePack, [0x91, ...value], true, hex(value));
    }
  });

  it('takes text and whole numbers as keys, and nothing else', () => {
    for (let head = 0; head <= 0xff; head++) {
      const pair = [0x81, ...(bytesOf(head) ?? [head]), 0xc0];
      if (isKey(head)) assertWhole(isMessagePack, pair, true, hex(pair));
      else assert.equal(isMessagePack(Buffer.from(pair)), false, hex(pair));
    }
  });

  it('looks 64 levels deep', () => {
    const nested = (depth: number): Buffer => Buffer.from([...Array.from({ length: depth }, () => 0x91), 0xc0]);
    assert.equal(isMessagePack(nested(64)), true);
    assert.equal(isMessagePack(nested(65)), false);
  });
});

describe('isCbor()', () => {
  const [UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
  const MAJORS = [UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE];

  /** An item whose argument is 2 where it says how much follows; `undefined` for what is not well-formed. */
  function itemOf(major: number, info: number): number[] | undefined {
    const head = major * 32 + info;
    if (info === 31) return major >= BYTES && major <= MAP ? [head, ...indefinite(major), 0xff] : undefined;
    if (info > 27) return undefined;
    const argument = info < 24 ? info : 2;
    return [head, ...(info < 24 ? [] : big(2, 2 ** (info - 24))), ...contentOf(major, argument)];
  }

  function contentOf(major: number, argument: number): number[] {
    if (major === MAP) return zeros(2 * argument);
    if (major === TAG) return [0];
    return major === BYTES || major === TEXT || major === ARRAY ? zeros(argument) : [];
  }

  function indefinite(major: number): number[] {
    return major === BYTES || major === TEXT ? [major * 32 + 1, 0] : [0, 0];
  }

  it('takes a map or an array of each size', () => {
    for (const major of [ARRAY, MAP]) {
      for (let info = 0; info < 32; info++) {
        const item = itemOf(major, info);
        if (item === undefined) assert.equal(isCbor(Buffer.from([major * 32 + info, 0, 0])), false);
        else assertWhole(isCbor, item, true, hex(item));
      }
    }
  });

  it('takes no other item by itself', () => {
    for (const major of [UNSIGNED, NEGATIVE, BYTES, TEXT, SIMPLE]) {
      for (let info = 0; info < 32; info++) {
        const item = itemOf(major, info) ?? [major * 32 + info];
        assert.equal(isCbor(Buffer.from(item)), false, hex(item));
      }
    }
  });

  it('takes a well-formed item of each kind as an element', () => {
    for (const major of MAJORS) {
      for (let info = 0; info < 32; info++) {
        const item = itemOf(major, info);
        if (item === undefined) assert.equal(isCbor(Buffer.from([0x81, major * 32 + info, 0, 0, 0xff])), false);
        else assertWhole(isCbor, [0x81, ...item], true, hex(item));
      }
    }
  });

  it('takes tags of each size before a map or an array, many of them', () => {
    for (let info = 0; info <= 27; info++) {
      const tag = [TAG * 32 + info, ...(info < 24 ? [] : zeros(2 ** (info - 24)))];
      assertWhole(isCbor, [...tag, 0x81, 1], true, hex(tag));
      assertWhole(isCbor, [...tag, ...tag, 0xa1, 1, 1], true, hex(tag));
      assert.equal(isCbor(Buffer.from([...tag, 1])), false, hex(tag));
    }
  });

  it('looks 64 levels deep, at all that nests', () => {
    for (const opening of [[0x81], [0xa1, 0x00], [0x9f], [0xc0]]) {
      const nested = (depth: number): Buffer => {
        const items = Array.from({ length: depth - 1 }, () => opening).flat();
        return Buffer.from([0x81, ...items, 0, ...(opening[0] === 0x9f ? zeros(depth - 1).fill(0xff) : [])]);
      };
      assert.equal(isCbor(nested(64)), true, hex(opening));
      assert.equal(isCbor(nested(65)), false, hex(opening));
    }
  });
});

describe('isProtobuf()', () => {
  const cases: readonly (readonly [what: string, bytes: readonly number[], is: boolean])[] = [
    ['nothing', [], false],
    ['one byte', [0x08], false],
    ['a number', [0x08, 0x01], true],
    ['a number of ten bytes', [0x08, ...Array.from({ length: 9 }, () => 0x80), 0x01], true],
    ['a number of eleven bytes', [0x08, ...Array.from({ length: 10 }, () => 0x80), 0x01], false],
    ['a number that goes on', [0x08, 0x80], false],
    ['eight bytes', [0x09, ...zeros(8)], true],
    ['seven bytes of eight', [0x09, ...zeros(7)], false],
    ['four bytes', [0x0d, ...zeros(4)], true],
    ['three bytes of four', [0x0d, ...zeros(3)], false],
    ['text', [0x0a, 2, 0x61, 0x62], true],
    ['text that is cut', [0x0a, 2, 0x61], false],
    ['text without its length', [0x0a, 0x80], false],
    ['text of a length of two bytes', [0x0a, 0x80, 0x01, ...zeros(128)], true],
    ['empty text', [0x0a, 0], true],
    ['the begin of a group', [0x0b, 0x0c], false],
    ['the end of a group', [0x0c, 0x0c], false],
    ['a sixth wire type', [0x0e, 0], false],
    ['a seventh wire type', [0x0f, 0], false],
    ['a field 0', [0x00, 0x01], false],
    ['a field 15', [0x78, 0x01], true],
    ['a field 16', [0x80, 0x01, 0x01], true],
    ['a field 20000', [...varint(20_000 * 8), 0x01], true],
    ['a field 20001', [...varint(20_001 * 8), 0x01], false],
    ['two fields', [0x08, 0x01, 0x12, 0x01, 0x61], true],
    ['two fields, the second of which is cut', [0x08, 0x01, 0x12, 0x02, 0x61], false],
    ['a field and half a tag', [0x08, 0x01, 0x80], false],
  ];
  for (const [what, bytes, is] of cases) {
    it(`takes ${what} for ${is ? 'a message' : 'none'}`, () => assert.equal(isProtobuf(Buffer.from(bytes)), is));
  }

  function varint(value: number): number[] {
    return value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...varint(Math.floor(value / 0x80))];
  }
});

function hex(bytes: readonly number[]): string {
  return Buffer.from(bytes).toString('hex');
}
