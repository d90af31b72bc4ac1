import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { zstdChunks } from '../../lib/internal/zstd-frames.js';
import { tempFolder } from '../support/temp-folder.js';

/** RFC 8878: magic, a descriptor without checksum and size, a window; one last block that is raw. No zstd is needed to make it. */
function rawFrame(text: string): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x58, 0, 0, 0]);
  header.writeUIntLE((text.length << 3) | 1, 6, 3);
  return Buffer.concat([header, Buffer.from(text)]);
}

test('no chunk goes past the end of a frame, and what is no whole one is told', async (t) => {
  const path = join(await tempFolder(t), 'a.zst');
  const frames = ['one', 'x'.repeat(100_000), 'three'].map(rawFrame);
  for (const [rest, expected] of [
    ['', []],
    ['noise', ['no_frame']],
    [rawFrame('four').subarray(0, 10), ['cut_off']],
  ] as const) {
    await writeFile(path, Buffer.concat([...frames, Buffer.from(rest)]));
    const told: string[] = [];
    const ends: number[] = [];
    let at = 0;
    for await (const chunk of zstdChunks(path, (how) => told.push(how))) {
      at += chunk.length;
      ends.push(at);
    }
    assert.deepEqual(told, expected);
    let end = 0;
    for (const frame of frames) {
      end += frame.length;
      assert.ok(ends.includes(end), `${end} is not among ${ends}`);
    }
    assert.equal(at, end + rest.length);
  }
});
