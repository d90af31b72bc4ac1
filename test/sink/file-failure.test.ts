import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countRecords, explainFileFailure, fileError } from '../../lib/sink/file-failure.js';

for (const [code, reason, advice] of [
  [
    'ENOSPC',
    'the disk is full',
    /^Free some space and run again with `append: true` to go on in the same file, or give/,
  ],
  [
    'EDQUOT',
    'the disk quota is used up',
    /^Free some space or raise the quota and run again with `append: true` to go on/,
  ],
  [
    'EFBIG',
    /^the file would grow beyond what .* \(`ulimit -f`\), allows$/,
    /^Raise the limit, or give another path\.$/,
  ],
  ['EACCES', 'permission denied', /^Give this user the right to write there, or give another path\.$/],
  ['EPERM', 'the operation is not permitted', /^Give this user the right to write there, or give another path\.$/],
  ['EROFS', 'the file system is read-only', /^Give a path on another one\.$/],
  ['ENOTDIR', 'a part of the path is a file and not a folder', /^Check the path, or give another one\.$/],
  ['EEXIST', 'a part of the path is a file and not a folder', /^Check the path, or give another one\.$/],
  ['EISDIR', 'it is a folder', /^Give the path of a file\.$/],
  ['ENOENT', 'a part of the path does not exist and cannot be created', /^Check the path, or give another one\.$/],
  ['ENAMETOOLONG', 'the path is too long', /^Give a shorter one\.$/],
  ['ELOOP', 'the path goes round in a circle of symbolic links', /^Check the path, or give another one\.$/],
  ['ENXIO', 'there is no device behind it', /^Check the path, or give another one\.$/],
  ['ETXTBSY', 'it is a program that is running', /^Check the path, or give another one\.$/],
  ['EBUSY', 'it is in use by the system', /^Check the path, or give another one\.$/],
  ['EMFILE', 'this process has too many files open', /^Close some, or raise `ulimit -n`\.$/],
  ['ENFILE', 'this machine has too many files open', /^Close some, or raise the limit of the system\.$/],
  ['EIO', 'the disk reported an input/output error', /^Check the disk, and give a path on another one\.$/],
  ['CHANGING', 'somebody else is writing to it', /^Let one program at a time write to a file, or give another path\.$/],
  ['LATE', 'nobody takes what is written there', /^See that somebody reads from it\.$/],
  ['EPIPE', 'nobody reads from it any more', /^Check the path, or give another one\.$/],
] as const) {
  test(`${code} is explained, with what to do`, () => {
    const [said, told] = explainFileFailure(Object.assign(new Error('x'), { code }));
    if (typeof reason === 'string') assert.equal(said, `${reason} (${code})`);
    else assert.match(said.replace(` (${code})`, ''), reason);
    assert.match(told, advice);
  });
}

for (const [cause, reason] of [
  [Object.assign(new Error('odd. '), { code: 'EODD' }), 'odd'],
  [new Error('no code.'), 'no code'],
  ['a text', 'a text'],
  [null, 'null'],
] as const) {
  test(`of ${String(cause)}, which nobody knows, it says what the system said`, () => {
    assert.deepEqual(explainFileFailure(cause), [reason, 'See `cause` for what the system said.']);
  });
}

test('the error says what was tried, why it failed, what is safe and what to do', () => {
  const cause = Object.assign(new Error('x'), { code: 'EISDIR' });
  const error = fileError({ action: 'open', path: 'out', recordsWritten: 3, state: 'Nothing was written.', cause });
  assert.equal(
    error.message,
    'Cannot open out: it is a folder (EISDIR). Nothing was written. Give the path of a file.',
  );
  assert.deepEqual([error.target, error.recordsWritten, error.cause], ['out', 3, cause]);
  assert.deepEqual([countRecords(0), countRecords(1), countRecords(2)], ['0 records', '1 record', '2 records']);
});
