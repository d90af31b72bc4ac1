import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sealBytes } from '../../../lib/sink/rolled/seal-bytes.js';
import { tempFolder } from '../../support/temp-folder.js';
import { noZstd, readText } from '../files.js';
import { lines, records } from '../pages.js';

for (const [compression, least, most, skip] of [
  ['gzip', 1, 9, false],
  ['zstd', 1, 19, noZstd],
] as const) {
  test(`a part becomes one ${compression} file of the level that is asked for, whose size and hash are told`, {
    skip,
  }, async (t) => {
    const folder = await tempFolder(t);
    const from = join(folder, 'a.part');
    const text = lines(records(3_000, 200));
    writeFileSync(from, text);
    const sizes = [];
    for (const level of [least, undefined, most]) {
      const to = join(folder, `a.${level}.${compression === 'gzip' ? 'gz' : 'zst'}`);
      const { bytes, sha256 } = await sealBytes({ from, to, compression, level });
      assert.equal(readText(to), text);
      assert.equal(sha256, createHash('sha256').update(readFileSync(to)).digest('hex'));
      assert.equal(bytes, readFileSync(to).length);
      sizes.push(bytes);
    }
    assert.ok(sizes[2]! < sizes[0]!, `${sizes}`);
  });
}
