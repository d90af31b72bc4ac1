import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { storeKey } from '../../../lib/connect/reach/token-store.js';
import { AuthError, type CredentialProvider, type RefreshTokenOptions, refreshToken } from '../../../lib/index.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, run } from '../../support/arrangements.js';
import { feed, sends } from '../../support/feed.js';
import { signal } from '../../support/signal.js';
import { tempFolder } from '../../support/temp-folder.js';
import { type TokenRequest, tokenServer } from '../../support/token-server.js';

const ID = { clientId: 'me', clientSecret: 'planted-secret', refreshToken: 'planted-r0' };

/** Takes each refresh token once, and gives `planted-r1`, `planted-r2`, … */
function rotating(t: TestContext) {
  let valid = 'planted-r0';
  let turns = 0;
  return tokenServer(t, ({ form }: TokenRequest) => {
    if (form.get('refresh_token') !== valid) {
      return (response) =>
        void response
          .writeHead(400)
          .end(JSON.stringify({ error: 'invalid_grant', error_description: `${form.get('refresh_token')} is spent` }));
    }
    turns += 1;
    valid = `planted-r${turns}`;
    return { access_token: `t${turns}`, token_type: 'Bearer', expires_in: 100, refresh_token: valid };
  });
}

for (const arrangement of ARRANGEMENTS) {
  test(`auth: oauth2_refresh gives a feed a bearer token, and the next run the refresh token that came with it (${arrangement})`, async (t) => {
    const path = join(await tempFolder(t), 'not/there/yet');
    const tokens = await rotating(t);
    const server = await feed(t, sends('1'));
    const auth = {
      type: 'oauth2_refresh',
      config: {
        token_url: tokens.url,
        client_id: 'me',
        client_secret: 's',
        refresh_token: 'planted-r0',
        persist: { path },
      },
    } as const;
    for (const expected of ['t1', 't2', 't3']) {
      const { error, values } = await run(arrangement, { url: server.url, unbounded: true, auth });
      assert.equal(error, undefined);
      assert.deepEqual(values, [1]);
      assert.equal(server.requests.at(-1)?.headers.authorization, `Bearer ${expected}`);
    }
    assert.deepEqual(
      tokens.requests.map(({ form }) => [form.get('grant_type'), form.get('refresh_token'), form.get('scope')]),
      [
        ['refresh_token', 'planted-r0', null],
        ['refresh_token', 'planted-r1', null],
        ['refresh_token', 'planted-r2', null],
      ],
    );
  });
}

test('The refresh token is kept as a file that its owner alone can read, in the form and under the name of faucet', async (t) => {
  const folder = await tempFolder(t);
  const path = join(folder, 'tokens');
  const tokens = await rotating(t);
  await ask(make(tokens.url, { persist: { path } }));
  const name = `${storeKey(tokens.url, 'me', 'planted-r0')}.json`;
  assert.match(name, /^oauth2_refresh_[\da-f]{16}\.json$/);
  assert.deepEqual(await readdir(path), [name]);
  const kept = JSON.parse(await readFile(join(path, name), 'utf8')) as object;
  // FNV-1a of the first refresh token: which login it is, and not what it is.
  assert.deepEqual(kept, { refresh_token: 'planted-r1', seed: '7a28da41a4c8b0a8' });
  if (process.platform !== 'win32') {
    assert.equal((await stat(join(path, name))).mode & 0o777, 0o600);
    assert.equal((await stat(path)).mode & 0o777, 0o700);
  }
});

test('A name of its own keeps apart what shares a folder, and a token of another login is left alone', async (t) => {
  const path = await tempFolder(t);
  await writeFile(join(path, 'mine.json'), JSON.stringify({ refresh_token: 'planted-other', seed: '0'.repeat(16) }));
  const tokens = await rotating(t);
  assert.equal(await ask(make(tokens.url, { persist: { path, key: 'mine' } })), 't1');
  assert.equal(tokens.requests[0]?.form.get('refresh_token'), 'planted-r0');
});

for (const [what, text] of [
  ['is empty', ''],
  ['is no JSON', '{"refresh'],
  ['holds none', '{"refresh_token":7}'],
] as const) {
  test(`A file that ${what} counts as none`, async (t) => {
    const path = await tempFolder(t);
    await writeFile(join(path, 'k.json'), text);
    const tokens = await rotating(t);
    assert.equal(await ask(make(tokens.url, { persist: { path, key: 'k' } })), 't1');
  });
}

test('Without persist the newest refresh token is used within a run', async (t) => {
  const clock = createFakeClock();
  const tokens = await rotating(t);
  const provider = make(tokens.url, { clock });
  assert.equal(await ask(provider), 't1');
  assert.equal(await ask(provider), 't1');
  await clock.advance(100_000);
  assert.equal(await ask(provider), 't2');
  assert.equal(await ask(provider, undefined, true), 't3');
});

test('A refresh token that cannot be kept is an error, and is kept before it is used again', async (t) => {
  const path = join(await tempFolder(t), 'tokens');
  await writeFile(path, 'a file where a folder should be');
  const tokens = await rotating(t);
  const provider = make(tokens.url, { persist: { path, key: 'k' } });
  await assert.rejects(ask(provider), (error: Error) => {
    assert.ok(error instanceof AuthError);
    assert.match(error.message, /The refresh token in .*k\.json cannot be (read|written) \(ENOTDIR|EEXIST\)/);
    assert.doesNotMatch(inspect(error), /planted/);
    return true;
  });
});

test('A folder that cannot be written to leaves the newest token in memory, and is tried again', {
  skip: process.getuid?.() === 0,
}, async (t) => {
  const path = await tempFolder(t);
  await chmod(path, 0o500);
  const tokens = await rotating(t);
  const provider = make(tokens.url, { persist: { path, key: 'k' } });
  await assert.rejects(ask(provider), /cannot be written/);
  await chmod(path, 0o700);
  assert.equal(await ask(provider), 't2');
  assert.deepEqual(
    tokens.requests.map(({ form }) => form.get('refresh_token')),
    ['planted-r0', 'planted-r1'],
  );
});

test('A token that another process has spent meanwhile is read anew', async (t) => {
  const path = await tempFolder(t);
  const tokens = await rotating(t);
  const clock = createFakeClock();
  const persist = { path, key: 'k' };
  const [one, two] = [make(tokens.url, { persist, clock }), make(tokens.url, { persist, clock })];
  assert.equal(await ask(one), 't1');
  assert.equal(await ask(two), 't2');
  await clock.advance(100_000);
  assert.equal(await ask(one), 't3');
});

test('A refresh token that is spent ends the login, with what to do, and is hidden in what the server says', async (t) => {
  const tokens = await rotating(t);
  const provider = make(tokens.url, { refreshToken: 'planted-old' });
  await assert.rejects(ask(provider), (error: Error) => {
    assert.ok(error instanceof AuthError);
    assert.equal(error.reason, 'token_refused');
    assert.equal(error.tokenError, 'invalid_grant');
    assert.match(
      error.message,
      /was refused with status 400 \(invalid_grant\): "\*\*\* is spent"\. The refresh token is spent/,
    );
    assert.doesNotMatch(inspect(error), /planted/);
    return true;
  });
});

test('A request that nobody waits for any more is seen to its end, since the server may have taken the token', async (t) => {
  const asked = signal();
  const answered = signal();
  const tokens = await tokenServer(t, async () => {
    asked.give();
    await answered.given;
    return { access_token: 't1', expires_in: 100, refresh_token: 'planted-r1' };
  });
  const path = await tempFolder(t);
  const provider = make(tokens.url, { persist: { path, key: 'k' } });
  const abort = new AbortController();
  const waiting = ask(provider, abort.signal);
  await asked.given;
  abort.abort();
  await assert.rejects(waiting, { name: 'AbortError' });
  const again = ask(provider);
  answered.give();
  assert.equal(await again, 't1');
  assert.equal(tokens.requests.length, 1);
  assert.match(await readFile(join(path, 'k.json'), 'utf8'), /planted-r1/);
});

test('Many that wait share one request', async (t) => {
  const tokens = await rotating(t);
  const provider = make(tokens.url);
  assert.deepEqual(await Promise.all([ask(provider), ask(provider), ask(provider)]), ['t1', 't1', 't1']);
  assert.equal(tokens.requests.length, 1);
});

test('A folder that is there already is used', async (t) => {
  const path = join(await tempFolder(t), 'there');
  await mkdir(path);
  const tokens = await rotating(t);
  assert.equal(await ask(make(tokens.url, { persist: { path } })), 't1');
  assert.equal((await readdir(path)).length, 1);
});

for (const [wrong, message] of [
  [{ refreshToken: '' }, /refreshToken\.refreshToken: Expected text that is not empty/],
  [{ persist: { path: '' } }, /refreshToken\.persist: Expected \{ path, key \}/],
  [{ persist: { path: 'x', key: '../y' } }, /refreshToken\.persist: Expected \{ path, key \}/],
  [{ expiryRatio: 2 }, /refreshToken\.expiryRatio: Expected a number above 0 and up to 1/],
  [{ expiryRatio: 0.5, expiryMarginMs: 1 }, /refreshToken\.expiryRatio: It does not go together/],
] as const) {
  test(`${JSON.stringify(wrong)} is refused, and no secret shown`, () => {
    assert.throws(
      () => make('https://id.example.com/token', wrong),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'ERR_CONFIG');
        assert.match(error.message, message);
        assert.doesNotMatch(inspect(error), /planted/);
        return true;
      },
    );
  });
}

function make(tokenUrl: string, more: Partial<RefreshTokenOptions> = {}): CredentialProvider {
  return refreshToken({ tokenUrl, ...ID, ...more });
}

async function ask(
  provider: CredentialProvider,
  aborted: AbortSignal = new AbortController().signal,
  refused = false,
): Promise<string> {
  const credentials = await provider({ url: 'ws://x', attempt: 1, refused, signal: aborted });
  return credentials.type === 'bearer' ? credentials.token : credentials.type;
}
