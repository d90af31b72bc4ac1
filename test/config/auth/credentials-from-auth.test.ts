import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { AuthSpec } from '../../../lib/config/auth/auth-spec.js';
import { credentialsFromAuth } from '../../../lib/config/auth/credentials-from-auth.js';
import type { Credentials } from '../../../lib/connect/options/credentials.js';
import { oauth2 } from '../../../lib/connect/reach/oauth2.js';
import { refreshToken } from '../../../lib/connect/reach/refresh-token.js';
import { tokenEndpoint } from '../../../lib/connect/reach/token-endpoint.js';
import { AuthError, ConfigError } from '../../../lib/errors.js';
import { tempFolder } from '../../support/temp-folder.js';

const PROVIDERS = { oauth2, refreshToken, tokenEndpoint };
const VALUES: readonly [AuthSpec, Credentials][] = [
  [{ type: 'none' }, { type: 'none' }],
  [
    { type: 'bearer', config: { token: 't' } },
    { type: 'bearer', token: 't' },
  ],
  [
    { type: 'basic', config: { username: 'u', password: 'p' } },
    { type: 'basic', username: 'u', password: 'p' },
  ],
  [
    { type: 'custom', config: { headers: { 'X-Key': 'k' } } },
    { type: 'custom', headers: { 'X-Key': 'k' } },
  ],
  [
    { type: 'static', config: { token: 't' } },
    { type: 'bearer', token: 't' },
  ],
  [
    { type: 'static', config: { header: 'X-Key', value: 'k' } },
    { type: 'custom', headers: { 'X-Key': 'k' } },
  ],
  [
    { type: 'static', config: { username: 'u', password: 'p' } },
    { type: 'basic', username: 'u', password: 'p' },
  ],
];

for (const [auth, expected] of VALUES) {
  test(`${JSON.stringify(auth)} becomes credentials of its own`, () => {
    assert.deepEqual(credentialsFromAuth(auth, {}, PROVIDERS), expected);
  });
}

for (const [what, entry, expected] of [
  ['a specification', { type: 'bearer', config: { token: 't' } }, { type: 'bearer', token: 't' }],
  ['credentials', { type: 'bearer', token: 't' }, { type: 'bearer', token: 't' }],
  ['none', { type: 'none' }, { type: 'none' }],
] as const) {
  test(`A reference is followed to ${what} in the catalogue`, () => {
    assert.deepEqual(credentialsFromAuth({ ref: 'a' }, { a: entry }, PROVIDERS), expected);
  });
}

test('A reference to a provider gives that very provider', () => {
  const provider = (): Credentials => ({ type: 'none' });
  assert.equal(credentialsFromAuth({ ref: 'a' }, { a: provider }, PROVIDERS), provider);
});

for (const [ref, catalogue, message] of [
  [
    'exchang',
    { exchange: { type: 'none' }, other: { type: 'none' } },
    'auth.ref: No credentials have this name. Did you mean `exchange`? Known are: `exchange`, `other`.',
  ],
  ['x', { exchange: { type: 'none' } }, 'auth.ref: No credentials have this name. Known are: `exchange`.'],
  ['x', {}, 'auth.ref: No credentials have a name here. Add them to the `auth` catalogue, or write them out.'],
  ['constructor', { exchange: { type: 'none' } }, 'auth.ref: No credentials have this name. Known are: `exchange`.'],
  ['a', { a: { ref: 'a' } }, 'auth.ref: Expected credentials or a provider under this name, but found another `ref`.'],
] as const) {
  test(`A reference to ${ref} in a catalogue of ${Object.keys(catalogue)} is an error`, () => {
    assert.throws(
      () => credentialsFromAuth({ ref }, catalogue, PROVIDERS),
      (error) => error instanceof ConfigError && error.message === message,
    );
  });
}

for (const [config, expected] of [
  [{}, { type: 'bearer', token: 'tok' }],
  [{ header: 'AUTHORIZATION' }, { type: 'bearer', token: 'tok' }],
  [{ scheme: 'Token' }, { type: 'custom', headers: { Authorization: 'Token tok' } }],
  [{ scheme: '' }, { type: 'custom', headers: { Authorization: 'tok' } }],
  [{ header: 'X-Api-Key' }, { type: 'custom', headers: { 'X-Api-Key': 'tok' } }],
  [
    { header: 'X-Api-Key', scheme: 'Key' },
    { type: 'custom', headers: { 'X-Api-Key': 'Key tok' } },
  ],
] as const) {
  test(`A token file with ${JSON.stringify(config)} is sent as ${JSON.stringify(expected)}`, async (t) => {
    const path = await tokenFile(t, ' tok\r\n');
    assert.deepEqual(await ask({ type: 'token_file', config: { path, ...config } }), expected);
  });
}

test('A token file is read again each time that it is asked for', async (t) => {
  const path = await tokenFile(t, 'one');
  const auth = { type: 'token_file', config: { path } } as const;
  const provider = credentialsFromAuth(auth, {}, PROVIDERS);
  assert.deepEqual(await askProvider(provider), { type: 'bearer', token: 'one' });
  await writeFile(path, 'two');
  assert.deepEqual(await askProvider(provider), { type: 'bearer', token: 'two' });
});

for (const [what, content, message] of [
  ['is empty', '', /^The token file .*\/token is empty\. Write the token into it\.$/],
  ['holds only blanks', ' \n\t\n', /^The token file .*\/token is empty\. Write the token into it\.$/],
  [
    'holds two lines',
    'S3CR3T\nS3CR3T',
    /^The token file .*\/token holds more than one line, or characters that no HTTP header can carry\./,
  ],
  [
    'is huge',
    'S3CR3T'.repeat(20_000),
    /^The token file .*\/token is larger than 65536 bytes\. Check that it is the right file\.$/,
  ],
] as const) {
  test(`A token file that ${what} is an AuthError which names the path and shows nothing of it`, async (t) => {
    const path = await tokenFile(t, content);
    await assert.rejects(ask({ type: 'token_file', config: { path } }), (error) => {
      assert.ok(error instanceof AuthError);
      assert.match(error.message, message);
      assert.ok(!error.message.includes('S3CR3T'));
      return true;
    });
  });
}

for (const [what, name] of [
  ['does not exist', 'nothing'],
  ['is a folder', '.'],
]) {
  test(`A token file that ${what} is an AuthError with its cause`, async (t) => {
    const path = join(await tempFolder(t), name!);
    await assert.rejects(ask({ type: 'token_file', config: { path } }), (error) => {
      assert.ok(error instanceof AuthError && error.cause instanceof Error);
      assert.equal(error.message, `The token file ${path} cannot be read. Check that it exists and is readable.`);
      return true;
    });
  });
}

async function ask(auth: AuthSpec): Promise<Credentials> {
  return askProvider(credentialsFromAuth(auth, {}, PROVIDERS));
}

async function askProvider(provider: ReturnType<typeof credentialsFromAuth>): Promise<Credentials> {
  assert.ok(typeof provider === 'function');
  return provider({ url: 'ws://x', attempt: 1, refused: false, signal: new AbortController().signal });
}

async function tokenFile(t: TestContext, content: string): Promise<string> {
  const path = join(await tempFolder(t), 'token');
  await writeFile(path, content);
  return path;
}
