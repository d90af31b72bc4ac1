import { createPrivateKey } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { SourceConfig } from '../../lib/index.js';
import type { FeedServerOptions } from '../../lib/testing/index.js';
import { makeCertificate } from './certificates.js';
import { tempFiles, tempFolder } from './temp-folder.js';
import { tokenServer } from './token-server.js';

/** Text that nothing else holds, with characters that are encoded in addresses. */
export const SECRET = 'hush-hush/5ecret';

const PASSPHRASE = 'the passphrase of a key';

/** Every kind of secret, planted in a configuration; and how a server could say it back. */
export const PLANTED: Readonly<
  Record<string, (t: TestContext, url: string) => Promise<{ readonly config: SourceConfig; readonly said?: string }>>
> = {
  [PASSPHRASE]: async (t, url) => {
    const { cert, key } = makeCertificate({ subject: 'me' });
    const cipher = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: SECRET } as const;
    const files = await tempFiles(t, { cert, key: createPrivateKey(key).export(cipher).toString() });
    return { config: { ...plain(url), tls: { ...files, passphrase: SECRET, reject_unauthorized: false } } };
  },
  'a bearer token': async (_t, url) => ({
    config: { ...plain(url), auth: { type: 'bearer', config: { token: SECRET } } },
  }),
  'the password of basic': async (_t, url) => ({ config: { ...plain(url), auth: BASIC } }),
  'the password of basic as it is sent': async (_t, url) => ({
    config: { ...plain(url), auth: BASIC },
    said: Buffer.from(`me:${SECRET}`).toString('base64'),
  }),
  'a custom header': async (_t, url) => ({
    config: { ...plain(url), auth: { type: 'custom', config: { headers: { 'X-Access': `Token ${SECRET}` } } } },
  }),
  'a header that says where to go on': async (_t, url) => ({
    config: {
      ...plain(url),
      resume: { values: { seq: { path: 'seq' } }, into: { headers: { Cookie: SECRET, After: '{seq}' } } },
    },
  }),
  'a header whose name tells': async (_t, url) => ({ config: { ...plain(url), headers: { Cookie: SECRET } } }),
  'a token from a file': async (t, url) => {
    const path = join(await tempFolder(t), 'token');
    await writeFile(path, `${SECRET}\n`);
    return { config: { ...plain(url), auth: { type: 'token_file', config: { path } } } };
  },
  'the client secret of OAuth 2': async (t, url) => ({
    config: { ...plain(url), auth: await oauth2(t, { client_secret: SECRET }, 'another-token') },
  }),
  'a token that OAuth 2 fetched': async (t, url) => ({
    config: { ...plain(url), auth: await oauth2(t, { client_secret: 'another-secret' }, SECRET) },
  }),
  'a refresh token': async (t, url) => ({
    config: { ...plain(url), auth: await refreshing(t, SECRET, 'another-token') },
  }),
  'a token that a refresh token fetched': async (t, url) => ({
    config: { ...plain(url), auth: await refreshing(t, 'another-refresh', SECRET) },
  }),
  'what a token endpoint is sent': async (t, url) => ({
    config: { ...plain(url), auth: await endpoint(t, { api_key: SECRET }, 'another-token') },
  }),
  'what a token endpoint is sent under a name that tells nothing': async (t, url) => ({
    config: { ...plain(url), auth: await endpoint(t, { a: [SECRET] }, 'another-token') },
  }),
  'a token of a token endpoint, in a header of its own': async (t, url) => ({
    config: { ...plain(url), auth: await endpoint(t, { a: 1 }, SECRET) },
  }),
  'a static token': async (_t, url) => ({
    config: { ...plain(url), auth: { type: 'static', config: { token: SECRET } } },
  }),
  'a static header': async (_t, url) => ({
    config: { ...plain(url), auth: { type: 'static', config: { header: 'X-A', value: SECRET } } },
  }),
  'a static password as it is sent': async (_t, url) => ({
    config: { ...plain(url), auth: { type: 'static', config: { username: 'me', password: SECRET } } },
    said: Buffer.from(`me:${SECRET}`).toString('base64'),
  }),
  'a query string': async (_t, url) => ({ config: plain(`${url}/?token=${encodeURIComponent(SECRET)}`) }),
  'a query string as it is sent': async (_t, url) => ({
    config: plain(`${url}/?token=${encodeURIComponent(SECRET)}`),
    said: encodeURIComponent(SECRET),
  }),
  'user info': async (_t, url) => ({ config: plain(withLogin(url)) }),
  'user info as it is sent': async (_t, url) => ({
    config: plain(withLogin(url)),
    said: Buffer.from(`me:${SECRET}`).toString('base64'),
  }),
  'what a log-in message says': async (_t, url) => ({
    config: { ...plain(url), subscribe_messages: [`{"op":"login","password":"${SECRET}"}`] },
  }),
  'what a step of the log-in says': async (_t, url) => ({
    config: { ...plain(url), subscribe: [{ send: `{"op":"login","password":"${SECRET}"}` }] },
  }),
  'the bare `key` of a step': async (_t, url) => ({
    config: { ...plain(url), subscribe: [{ send: `{"op":"subscribe","key":"${SECRET}"}` }] },
  }),
  'an argument of a log-in': async (_t, url) => ({
    config: { ...plain(url), subscribe: [{ send: `{"op":"auth","args":["another-key","${SECRET}"]}` }] },
  }),
  'what a log-in holds deep inside': async (_t, url) => ({
    config: { ...plain(url), subscribe_messages: [`{"method":"user.logon","params":{"a":{"b":["${SECRET}"]}}}`] },
  }),
  'a telling name in a message': async (_t, url) => ({
    config: { ...plain(url), subscribe: [{ send: `{"op":"subscribe","jwt":"${SECRET}"}` }] },
  }),
  'what a heartbeat says': async (_t, url) => ({
    config: { ...plain(url), heartbeat: { interval: 60, message: `{"op":"ping","sig":"${SECRET}"}` } },
  }),
  'what a reply says': async (_t, url) => ({
    config: { ...plain(url), reply: [{ match: { text: 'ping' }, send: `{"pong":{value},"pwd":"${SECRET}"}` }] },
  }),
  'a long value in a header, under any name': async (_t, url) => ({
    config: { ...plain(url), headers: { 'X-Place': SECRET } },
  }),
  'a long value in a query, under any name': async (_t, url) => ({
    config: plain(`${url}/?access=${encodeURIComponent(SECRET)}`),
  }),
};

/** What the server of that kind needs. */
export function serverOptions(what: string): FeedServerOptions {
  return what === PASSPHRASE ? { tls: makeCertificate({ subject: 'the feed', hosts: ['127.0.0.1'] }) } : {};
}

const BASIC = { type: 'basic', config: { username: 'me', password: SECRET } } as const;

function plain(url: string): SourceConfig {
  return { url, unbounded: true };
}

function withLogin(url: string): string {
  return url.replace('ws://', `ws://me:${encodeURIComponent(SECRET)}@`);
}

async function oauth2(t: TestContext, config: { client_secret: string }, token: string) {
  const { url } = await tokenServer(t, () => ({ access_token: token, token_type: 'Bearer', expires_in: 3600 }));
  return { type: 'oauth2', config: { token_url: url, client_id: 'capture', ...config } } as const;
}

async function refreshing(t: TestContext, refreshToken: string, token: string) {
  const { url } = await tokenServer(t, () => ({ access_token: token, token_type: 'Bearer', expires_in: 3600 }));
  const config = { token_url: url, client_id: 'capture', client_secret: 'another-secret', refresh_token: refreshToken };
  return { type: 'oauth2_refresh', config } as const;
}

async function endpoint(t: TestContext, body: object, token: string) {
  const { url } = await tokenServer(t, () => ({ token }));
  const config = { url, body, token_path: 'token', apply_as: { header: 'X-Session', template: 's={token}' } };
  return { type: 'token_endpoint', config } as const;
}
