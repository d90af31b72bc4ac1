import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { credentialsFromAuth } from '../../../lib/config/auth/credentials-from-auth.js';
import { checkFilePath, checkTemplatePath, expandHome } from '../../../lib/config/files/file-path.js';
import { resolveSourceConfig } from '../../../lib/config/source-config.js';
import type { RefreshTokenOptions } from '../../../lib/connect/reach/refresh-token.js';
import { ConfigError } from '../../../lib/errors.js';
import { parsePipelineText } from '../../../lib/feed/pipeline-file.js';

const HOME = (name: string) => join(homedir(), name);

for (const [path, expected] of [
  ['~/a/b.jsonl', HOME('a/b.jsonl')],
  ['~', homedir()],
  ['a/~/b', 'a/~/b'],
  ['~a', '~a'],
  ['./~', './~'],
] as const) {
  test(`${path} is ${expected}`, () => assert.equal(expandHome(path), expandHome(expected)));
}

for (const [path, message] of [
  ['~', /^This is your home folder\. Name what is to be in it/],
  ['~/', /^This is your home folder/],
  ['~bob/a.jsonl', /^Expected `~\/` for your home folder/],
  ['out-%Y-%m.jsonl', /^Nobody fills `%Y` in here\..*`\$\{now\.strftime\.%Y\}`/],
  ['out-{symbol}.jsonl', /^Nobody fills `\{symbol\}` in here\. Write `\$\{param\.symbol\}`/],
  ['{a.b}/x', /`\$\{param\.a_b\}`/],
] as const) {
  test(`A file is not named ${path}`, () => {
    assert.match(checkFilePath(path, ['path'])[0]!.message, message);
    const stdout = { type: 'stdout' };
    const files = [
      { sink: { type: 'csv', config: { path, columns: ['a'] } } },
      // With a time in its path, they go to files that are finished one after another.
      ...(path.includes('%Y') ? [] : [{ sink: kafka({ dead_letter: path }) }]),
      { auth: refresh(path), sink: stdout },
      { auth: { ref: 'login' }, catalogue: { login: refresh(path) }, sink: stdout },
    ];
    for (const { sink, auth, catalogue } of files) {
      const config = { url: 'ws://x', unbounded: true, ...(auth && { auth }) };
      const pipeline = { source: { type: 'websocket', config }, sink };
      const text = JSON.stringify({ version: 1, ...(catalogue && { auth: catalogue }), pipeline });
      assert.throws(
        () => parsePipelineText(text),
        (error) =>
          error instanceof ConfigError && message.test(error.problems[0]!.message) && error.problems[0]!.line === 1,
      );
    }
  });
}

for (const path of [
  'a.jsonl',
  '~/a.jsonl',
  '~a.jsonl',
  'a%20b',
  '100%',
  'a{b',
  '{}',
  '{1}',
  './out/a b.jsonl.gz',
  5,
  undefined,
]) {
  test(`A file may be named ${path}`, () => assert.deepEqual(checkFilePath(path, ['path']), []));
}

test('The home folder is meant in every key that names a file', () => {
  const tls = { ca: '~/ca', cert: '~/cert', key: '~/key' };
  const { reach } = resolveSourceConfig({ url: 'wss://x', unbounded: true, tls });
  assert.deepEqual(reach.tls, { ca: HOME('ca'), cert: HOME('cert'), key: HOME('key') });
  const ssl = { type: 'ssl', config: { ca_path: '~/ca', cert_path: '/cert', key_path: '~/key' } };
  const sasl = { type: 'sasl_plain', config: { username: '~/u', password: '~/p' } };
  const { sink } = parsePipelineText(
    JSON.stringify({
      version: 1,
      pipeline: {
        source: { type: 'websocket', config: { url: 'ws://x', unbounded: true } },
        sink: kafka({ dead_letter: '~/dead', auth: { type: 'sasl_ssl', config: { sasl, ssl } } }),
      },
    }),
  );
  assert.ok(sink.type === 'kafka');
  assert.equal(sink.deadLetter?.path, HOME('dead'));
  const homed = { type: 'ssl', config: { ca_path: HOME('ca'), cert_path: '/cert', key_path: HOME('key') } };
  assert.deepEqual(sink.auth, { type: 'sasl_ssl', config: { sasl, ssl: homed } });
});

test('The home folder is meant where a refresh token is kept', () => {
  let kept: RefreshTokenOptions['persist'];
  const none = () => () => ({ type: 'none' }) as const;
  const providers = {
    oauth2: none,
    tokenEndpoint: none,
    refreshToken: ({ persist }: RefreshTokenOptions) => {
      kept = persist;
      return none();
    },
  };
  credentialsFromAuth(refresh('~/tokens'), {}, providers);
  assert.deepEqual(kept, { path: HOME('tokens'), key: 'mine' });
});

function refresh(path: string) {
  const login = { token_url: 'https://x', client_id: 'c', client_secret: 's', refresh_token: 'r' };
  return { type: 'oauth2_refresh', config: { ...login, persist: { path, key: 'mine' } } } as const;
}

function kafka(more: object) {
  return { type: 'kafka', config: { brokers: 'a:1', topic: { type: 'fixed', name: 't' }, ...more } };
}

for (const path of ['%Y-%m/%H.jsonl', 'out/{feed}-%%.jsonl', '{field:data.symbol}.jsonl']) {
  test(`Files of records may be named ${path}`, () => assert.deepEqual(checkTemplatePath(path, ['path']), []));
}

for (const path of ['~', '%Y-%S.jsonl', '{symbol}/%H.jsonl']) {
  test(`Files of records are not named ${path}`, () => assert.equal(checkTemplatePath(path, ['path']).length, 1));
}
