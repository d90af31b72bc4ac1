import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { feed, sends } from '../support/feed.js';
import { temporaryFolder } from './cli.js';
import { warmSpillway } from './warm.js';

const EVIL = 'b\r\nX-Evil: 1';
const auth = (type: string, config: object) => ['--auth', JSON.stringify({ type, config })];
const oauth2 = { token_url: `https://127.0.0.1/${EVIL}`, client_id: 'a', client_secret: 'b' };

/** Every flag that becomes a part of the request, with a line break in it; and what is said of it. */
const REFUSED: Readonly<Record<string, readonly [args: readonly string[], says: RegExp]>> = {
  'a header': [['-H', `X-A: ${EVIL}`], /--headers\.X-A: Expected text that an HTTP header can carry: one line/],
  'a header, with a line feed alone': [['-H', 'X-A: b\nX-Evil: 1'], /--headers\.X-A: Expected text/],
  'a header that ends in one': [['-H', 'X-A: b\n'], /--headers\.X-A: Expected text/],
  'the name of a header': [['-H', `X-A\r\nX-Evil: b`], /--headers.*Expected the name of an HTTP header/],
  'a header that begins with two @': [['-H', `@@A: ${EVIL}`], /--headers.*Expected the name/],
  'headers as JSON': [['--headers', JSON.stringify({ 'X-A': EVIL })], /--headers\.X-A: Expected text/],
  'a header from the environment': [['-H', 'X-A: $' + '{env:EVIL}'], /--headers\.X-A: Expected text/],
  'a sub-protocol': [['--protocols', EVIL], /--protocols\[0\]: Expected a name without spaces/],
  'an origin': [['--origin', `https://${EVIL}`], /--origin: Expected an origin/],
  'a token': [auth('bearer', { token: EVIL }), /--auth\.config\.token: Expected text/],
  'a header of credentials': [
    auth('custom', { headers: { 'X-A': EVIL } }),
    /--auth\.config\.headers\.X-A: Expected text/,
  ],
  'the scheme of a token': [auth('token_file', { path: 'x', scheme: EVIL }), /--auth\.config\.scheme: Expected text/],
  'the header of a token': [
    auth('token_file', { path: 'x', header: EVIL }),
    /--auth\.config\.header: Expected the name/,
  ],
  'the address of a token endpoint': [
    auth('oauth2', oauth2),
    /--auth\.config\.token_url: Expected an address without blanks/,
  ],
  'a proxy': [['--proxy', `http://127.0.0.1\r\n:1`], /--proxy: Expected `none`, `environment`, or the address/],
};

describe('a line break on the command line', { concurrency: 2 }, () => {
  for (const [what, [args, says]] of Object.entries(REFUSED)) {
    it(`is refused before anything is connected, and not shown: ${what}`, async (t) => {
      const server = await feed(t, sends('{}'));
      const { status, stderr } = await warmSpillway(t, ['capture', server.url, ...args], { env: { EVIL } });
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /^X-Evil/m);
      assert.deepEqual([status, server.requests.length], [2, 0]);
    });
  }

  it('is refused in an address, and in what fills it', async (t) => {
    const server = await feed(t, sends('{}'));
    for (const args of [[`${server.url}/${EVIL}`], [`${server.url}/{x}`, '--set', `x=${EVIL}`]]) {
      const { status, stderr } = await warmSpillway(t, ['capture', ...args]);
      assert.match(stderr, /URL: Expected an address without blanks around it and without line breaks/);
      assert.deepEqual([status, server.requests.length], [2, 0]);
    }
  });

  it('is encoded in a user name and a password', async (t) => {
    const server = await feed(t, sends('{}'));
    const login = auth('basic', { username: 'me', password: EVIL });
    const { status } = await warmSpillway(t, ['capture', server.url, ...login]);
    const { headers } = server.requests[0]!;
    assert.equal(headers.authorization, `Basic ${Buffer.from(`me:${EVIL}`).toString('base64')}`);
    assert.deepEqual([status, headers['x-evil']], [0, undefined]);
  });

  it('parts the headers of a file, where one of each name is', async (t) => {
    const server = await feed(t, sends('{}'));
    const file = join(await temporaryFolder(t), 'headers');
    await writeFile(file, 'X-A: 1\r\n\nX-B:  two \n');
    const { status } = await warmSpillway(t, ['capture', server.url, '-H', `@${file}`, '-H', 'X-C: @3']);
    const { headers } = server.requests[0]!;
    assert.deepEqual([status, headers['x-a'], headers['x-b'], headers['x-c']], [0, '1', 'two', '@3']);
    for (const twice of [
      ['-H', 'x-a: 2'],
      ['--headers', '{"X-a":"2"}'],
    ]) {
      const refused = await warmSpillway(t, ['capture', server.url, '-H', `@${file}`, ...twice]);
      assert.match(refused.stderr, /--header: A header is given twice\. Give each name once\./);
      assert.equal(refused.status, 2);
    }
  });
});
