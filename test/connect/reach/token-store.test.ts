import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { storeKey, TokenStore } from '../../../lib/connect/reach/token-store.js';
import { AuthError } from '../../../lib/errors.js';
import { temporaryFolder } from '../../sink/files.js';

test('what was written last is read, by a later run, too; before that there is nothing', async (t) => {
  const path = join(temporaryFolder(t), 'a/b');
  const store = new TokenStore({ path, key: 'k', seed: 's' });
  assert.equal(await store.read(), undefined);
  await store.write('r1');
  await store.write('r2');
  assert.equal(await new TokenStore({ path, key: 'k', seed: 's' }).read(), 'r2');
  // No draft is left behind.
  assert.deepEqual(readdirSync(path), ['k.json']);
});

test('a token belongs to the login that the configuration holds', async (t) => {
  const path = temporaryFolder(t);
  await new TokenStore({ path, key: 'k', seed: 'first' }).write('r1');
  assert.equal(await new TokenStore({ path, key: 'k', seed: 'second' }).read(), undefined);
});

test('the file is its owner’s alone, and keeps no seed but its FNV-1a', {
  skip: process.platform === 'win32',
}, async (t) => {
  const path = join(temporaryFolder(t), 'tokens');
  await new TokenStore({ path, key: 'k', seed: 'foobar' }).write('r1');
  assert.equal(statSync(path).mode & 0o777, 0o700);
  assert.equal(statSync(join(path, 'k.json')).mode & 0o777, 0o600);
  // By http://www.isthe.com/chongo/tech/comp/fnv/
  assert.deepEqual(JSON.parse(readFileSync(join(path, 'k.json'), 'utf8')), {
    refresh_token: 'r1',
    seed: '85944171f73967e8',
  });
});

for (const [what, content, token] of [
  ['no JSON', 'half {', undefined],
  ['no object', 'null', undefined],
  ['a text', '"r"', undefined],
  ['no token', '{}', undefined],
  ['an empty token', '{"refresh_token":""}', undefined],
  ['a token that is a number', '{"refresh_token":1}', undefined],
  ['a token of nobody knows which login', '{"refresh_token":"r"}', 'r'],
] as const) {
  test(`of a file that holds ${what} ${token === undefined ? 'nothing' : 'that'} is taken`, async (t) => {
    const path = temporaryFolder(t);
    writeFileSync(join(path, 'k.json'), content);
    assert.equal(await new TokenStore({ path, key: 'k', seed: 's' }).read(), token);
  });
}

test('what cannot be read or written says which file, why, and what to check', async (t) => {
  const path = temporaryFolder(t);
  mkdirSync(join(path, 'k.json'));
  const store = new TokenStore({ path, key: 'k', seed: 's' });
  for (const [work, done] of [
    [() => store.read(), 'read \\(EISDIR\\)'],
    [() => store.write('r'), 'written \\(E[A-Z]+\\)'],
  ] as const) {
    await assert.rejects(work(), (error) => {
      assert.ok(error instanceof AuthError);
      assert.match(
        error.message,
        new RegExp(`^The refresh token in ${join(path, 'k.json')} cannot be ${done}\\. Check \`per`),
      );
      return true;
    });
  }
  assert.deepEqual(readdirSync(path), ['k.json']);
});

test('each login at each endpoint has a file of its own', () => {
  const keys = [
    storeKey('https://a/token', 'id', 'r'),
    storeKey('https://b/token', 'id', 'r'),
    storeKey('https://a/token', 'other', 'r'),
    storeKey('https://a/token', 'id', 'q'),
  ];
  assert.equal(new Set(keys).size, 4);
  for (const key of keys) assert.match(key, /^oauth2_refresh_[0-9a-f]{16}$/);
  assert.equal(storeKey('https://a/token', 'id', 'r'), keys[0]);
});
