import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { mayHang } from '../../../lib/sink/file/file-system.js';
import { workFolder } from '../../support/run-example.js';

const skip = process.platform === 'linux' ? false : 'only Linux tells of what kind a file system is';

test('a file system that nothing can be told of may hang', { skip }, async (t) => {
  assert.equal(await mayHang(join(await workFolder(t), 'nowhere')), true);
  assert.equal(await mayHang('/proc'), true);
});
