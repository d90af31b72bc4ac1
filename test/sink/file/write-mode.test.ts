import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayHang } from '../../../lib/sink/file/file-system.js';
import { WriteMode } from '../../../lib/sink/file/write-mode.js';

test('WriteMode writes on this thread while writes are quick, and a hundred by thread after a slow one', () => {
  const mode = new WriteMode(false);
  for (let n = 0; n < 10; n++) {
    assert.equal(mode.nextIsByThread(), false);
    mode.took(4.9);
  }
  mode.took(5.1);
  for (let n = 0; n < 100; n++) assert.equal(mode.nextIsByThread(), true);
  assert.equal(mode.nextIsByThread(), false);
});

test('WriteMode leaves every write to a thread where the disk may not answer', () => {
  const mode = new WriteMode(true);
  for (let n = 0; n < 300; n++) assert.equal(mode.nextIsByThread(), true);
});

test('a file system is trusted to answer when it is known to be on this machine', {
  skip: process.platform !== 'linux' && 'only Linux tells which one it is',
}, async () => {
  assert.equal(await mayHang('/dev/shm'), false);
  assert.equal(await mayHang('/proc/self'), true);
});
