import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setAside, TornFile } from '../../../lib/sink/file/set-aside.js';
import { temporaryFolder } from '../files.js';

test('a file that nobody can go on in gets the first name that is free', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'out');
  for (const [n, name] of ['out.bad', 'out.bad.1', 'out.bad.2'].entries()) {
    writeFileSync(path, `${n}`);
    assert.equal(await setAside(path), join(folder, name));
    assert.equal(readFileSync(join(folder, name), 'utf8'), `${n}`);
    assert.equal(existsSync(path), false);
  }
});

test('behind a symbolic link it is what the link leads to', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'real'), 'x');
  symlinkSync('real', join(folder, 'link'));
  assert.match(await setAside(join(folder, 'link')), /real\.bad$/);
  assert.deepEqual(readdirSync(folder).toSorted(), ['link', 'real.bad']);
});

test('what is not there cannot be set aside', async (t) => {
  await assert.rejects(setAside(join(temporaryFolder(t), 'none')), { code: 'ENOENT' });
});

test('what is torn stands on lines of its own, and the newest piece can be taken back', async (t) => {
  const path = join(temporaryFolder(t), 'out');
  const torn = new TornFile(path);
  assert.equal(torn.path, `${path}.torn`);
  await torn.keep(Buffer.from('one'));
  await torn.undo();
  assert.equal(existsSync(torn.path), false);
  await torn.keep(Buffer.from('two'));
  await torn.keep(Buffer.from('three'));
  assert.equal(readFileSync(torn.path, 'utf8'), 'two\nthree\n');
  await torn.undo();
  assert.equal(readFileSync(torn.path, 'utf8'), 'two\n');
  writeFileSync(path, '0123456789');
  await torn.keepRange(path, 3, 6);
  assert.equal(readFileSync(torn.path, 'utf8'), 'two\n345\n');
});
