import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { admit, describeUpgrade, refusalBytes } from '../../lib/testing/admission.js';
import { resolveFeedServerOptions } from '../../lib/testing/feed-server-options.js';
import type { FeedServerOptions, Refusal, UpgradeRequest } from '../../lib/testing/index.js';

const request: UpgradeRequest = {
  attempt: 3,
  url: '/feed',
  headers: { 'x-key': 'abc', 'set-cookie': ['a', 'b'] },
  protocols: [],
  certificate: undefined,
};

function admitted(options: FeedServerOptions): Promise<Refusal | undefined> {
  return admit(request, resolveFeedServerOptions(options));
}

describe('admit()', () => {
  const cases: readonly (readonly [what: string, options: FeedServerOptions, refusal: Refusal | undefined])[] = [
    ['nothing is asked for', {}, undefined],
    ['a header has the text', { requireHeader: { 'X-Key': 'abc' } }, undefined],
    ['a header holds the expression', { requireHeader: { 'X-Key': /b/g } }, undefined],
    ['headers are joined', { requireHeader: { 'Set-Cookie': 'a, b' } }, undefined],
    [
      'a header has another text',
      { requireHeader: { 'X-Key': 'ab' } },
      { status: 401, body: 'The header X-Key is not the expected one.\n' },
    ],
    [
      'a header does not hold the expression',
      { requireHeader: { 'X-Key': /^b/ } },
      { status: 401, body: 'The header X-Key is not the expected one.\n' },
    ],
    [
      'a header is missing',
      { requireHeader: { 'X-Key': 'abc', 'X-Other': /./ } },
      { status: 401, body: 'The header X-Other is missing.\n' },
    ],
    ['it is refused', { refuse: () => ({ status: 503 }) }, { status: 503 }],
    ['it is refused with the lowest status', { refuse: () => ({ status: 200 }) }, { status: 200 }],
    ['it is refused with the highest status', { refuse: async () => ({ status: 599 }) }, { status: 599 }],
    ['its attempt is refused', { refuse: (_, attempt) => ({ status: 400 + attempt }) }, { status: 403 }],
  ];
  for (const [what, options, refusal] of cases) {
    it(`${refusal === undefined ? 'lets a request in' : `refuses with ${refusal.status}`} where ${what}`, async () => {
      assert.deepEqual(await admitted(options), refusal);
    });
  }

  for (const status of [199, 600, 404.5, Number.NaN]) {
    it(`takes no refusal with status ${status}`, async () => {
      await assert.rejects(admitted({ refuse: () => ({ status }) }), {
        code: 'ERR_CONFIG',
        message: `createFeedServer.refuse: Expected an HTTP status from 200 to 599, got ${status}.`,
      });
    });
  }

  it('waits for the delay before it asks anything', async () => {
    const asked: string[] = [];
    await admitted({
      handshakeDelay: async ({ url }, attempt) => {
        await Promise.resolve();
        asked.push(`delay ${url} ${attempt}`);
      },
      refuse: ({ url }, attempt) => {
        asked.push(`refuse ${url} ${attempt}`);
        return undefined;
      },
    });
    assert.deepEqual(asked, ['delay /feed 3', 'refuse /feed 3']);
  });
});

describe('describeUpgrade()', () => {
  it('tells path, headers and the sub-protocols that are offered', () => {
    const headers = { 'sec-websocket-protocol': 'v2, v1 ,,' };
    const described = describeUpgrade({ url: '/a?b', headers, socket: {} } as unknown as IncomingMessage, 2);
    const expected = { attempt: 2, url: '/a?b', headers, protocols: ['v2', 'v1'], certificate: undefined };
    assert.deepEqual(described, expected);
  });

  it('takes no sub-protocol and no path for none and for the root', () => {
    const described = describeUpgrade({ headers: {}, socket: {} } as unknown as IncomingMessage, 1);
    assert.deepEqual([described.url, described.protocols], ['/', []]);
  });
});

describe('refusalBytes()', () => {
  for (const [what, refusal, text] of [
    [
      'a status alone',
      { status: 404 },
      'HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 10\r\n\r\nNot Found\n',
    ],
    [
      'a status that nobody knows',
      { status: 599 },
      'HTTP/1.1 599 Refused\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 8\r\n\r\nRefused\n',
    ],
    [
      'headers, which count more, and a body',
      { status: 302, headers: { Location: '/x', 'Content-Type': 'text/html' }, body: 'é' },
      'HTTP/1.1 302 Found\r\nconnection: close\r\ncontent-type: text/html\r\ncontent-length: 2\r\nlocation: /x\r\n\r\né',
    ],
  ] as const) {
    it(`writes ${what}`, () => assert.equal(refusalBytes(refusal).toString(), text));
  }
});
