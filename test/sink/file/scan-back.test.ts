import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAt, scanBack, zerosFrom } from '../../../lib/sink/file/scan-back.js';
import { temporaryFolder } from '../files.js';

/** Of this many bytes a file is read at a time. */
const PIECE = 128 * 1024;
const PLACES = [
  0,
  1,
  2,
  PIECE - 2,
  PIECE - 1,
  PIECE,
  PIECE + 1,
  2 * PIECE - 3,
  2 * PIECE - 1,
  2 * PIECE,
  2 * PIECE + 9,
];

test('a byte is found wherever it stands, with the one before it, and nothing behind the end is looked at', async (t) => {
  const path = join(temporaryFolder(t), 'f');
  const size = 2 * PIECE + 10;
  for (const place of PLACES) {
    const bytes = Buffer.alloc(size, '.');
    bytes[place] = 0x58;
    if (place > 0) bytes[place - 1] = 0x59;
    writeFileSync(path, bytes);
    const handle = await open(path);
    try {
      const befores: number[] = [];
      const isMeant = (byte: number, before: number): boolean => {
        if (byte === 0x58) befores.push(before);
        return byte === 0x58;
      };
      assert.equal(await scanBack(handle, size, isMeant), place);
      assert.deepEqual(befores, [place === 0 ? -1 : 0x59], `at ${place}`);
      assert.equal(await scanBack(handle, place + 1, isMeant), place);
      assert.equal(await scanBack(handle, place, isMeant), -1);
    } finally {
      await handle.close();
    }
  }
});

test('every byte is looked at once, from the last to the first', async (t) => {
  const path = join(temporaryFolder(t), 'f');
  const size = PIECE + 3;
  writeFileSync(path, Buffer.from(Array.from({ length: size }, (_, n) => n % 251)));
  const handle = await open(path);
  let expected = size - 1;
  const end = await scanBack(handle, size, (byte, before) => {
    if (byte !== expected % 251 || before !== (expected === 0 ? -1 : (expected - 1) % 251))
      assert.fail(`at ${expected}`);
    expected -= 1;
    return false;
  });
  await handle.close();
  assert.deepEqual([end, expected], [-1, -1]);
});

test('zeros begin behind the last byte that is none', async (t) => {
  const path = join(temporaryFolder(t), 'f');
  for (const [data, zeros] of [
    [0, 0],
    [0, 5],
    [3, 0],
    [3, PIECE - 3],
    [3, PIECE],
    [PIECE, 1],
    [PIECE + 1, 2 * PIECE],
  ] as const) {
    writeFileSync(path, Buffer.concat([Buffer.alloc(data, 'x'), Buffer.alloc(zeros)]));
    const handle = await open(path);
    assert.equal(await zerosFrom(handle, data + zeros), data, `${data} and ${zeros}`);
    await handle.close();
  }
});

test('as much is read as there is', async (t) => {
  const path = join(temporaryFolder(t), 'f');
  writeFileSync(path, 'abcdef');
  const handle = await open(path);
  const read = async (at: number, length: number) => String(await readAt(handle, Buffer.alloc(length), at, length));
  assert.deepEqual(
    [await read(0, 6), await read(2, 3), await read(4, 10), await read(6, 1)],
    ['abcdef', 'cde', 'ef', ''],
  );
  await handle.close();
});
