import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { authHeaders } from '../../../lib/connect/options/credentials.js';
import { AuthError, type CredentialRequest, type Frame, WebSocketReadable } from '../../../lib/index.js';
import { feed, sends } from '../../support/feed.js';

describe('authHeaders()', () => {
  for (const [credentials, expected] of [
    [{ type: 'none' }, {}],
    [{ type: 'bearer', token: 'abc' }, { authorization: 'Bearer abc' }],
    [{ type: 'basic', username: 'u', password: 'p:q' }, { authorization: 'Basic dTpwOnE=' }],
    [{ type: 'basic', username: 'ü', password: '' }, { authorization: 'Basic w7w6' }],
    [{ type: 'custom', headers: { 'X-Key': 'k' } }, { 'X-Key': 'k' }],
  ] as const) {
    it(`carries ${JSON.stringify(credentials)}`, () => assert.deepEqual(authHeaders(credentials), expected));
  }

  it('refuses what is no credential', () => {
    assert.throws(() => authHeaders({ type: 'magic' } as never), AuthError);
  });
});

describe('a credential provider', () => {
  it('is told the address without user info, the attempt, and a signal that is aborted when it is over', async (t) => {
    const server = await feed(t, sends('1'));
    const requests: CredentialRequest[] = [];
    await collect(
      new WebSocketReadable(server.url.replace('ws://', 'ws://user:secret@'), {
        credentials: (request) => {
          requests.push(request);
          assert.equal(request.signal.aborted, false);
          return { type: 'none' };
        },
      }),
    );
    assert.deepEqual(
      requests.map(({ url, attempt }) => ({ url, attempt })),
      [{ url: `${server.url}/`, attempt: 1 }],
    );
    assert.equal(requests[0]?.signal.aborted, true);
  });

  it('is asked anew before every attempt, also when one of its own has failed', async (t) => {
    const server = await feed(t, sends('1'));
    const attempts: number[] = [];
    const readable = new WebSocketReadable(server.url, {
      credentials: ({ attempt }) => {
        attempts.push(attempt);
        if (attempt < 3) throw new Error('not yet');
        return { type: 'bearer', token: `t${attempt}` };
      },
      reconnect: true,
      reconnectBackoff: 0,
      maxFrames: 1,
    });
    assert.equal((await collect(readable)).length, 1);
    assert.deepEqual(attempts, [1, 2, 3]);
    assert.equal(server.requests[0]?.headers.authorization, 'Bearer t3');
  });

  for (const [what, credentials] of [
    [
      'throws',
      () => {
        throw new Error('sealed');
      },
    ],
    ['rejects with no reason', () => Promise.reject(undefined)],
  ] as const) {
    it(`that ${what} gives ERR_AUTH, and nothing is connected`, async (t) => {
      const server = await feed(t, sends('1'));
      await assert.rejects(collect(new WebSocketReadable(server.url, { credentials })), { code: 'ERR_AUTH' });
      assert.equal(server.requests.length, 0);
    });
  }

  it('that gives a header that cannot be sent gives an error of this library without the header', async (t) => {
    const server = await feed(t, sends('1'));
    const start = async (): Promise<unknown> =>
      collect(new WebSocketReadable(server.url, { credentials: { type: 'bearer', token: 'se\ncret' } }));
    await assert.rejects(start, (error: Error & { code?: string }) => {
      assert.match(String(error.code), /^ERR_(AUTH|CONNECT|CONFIG)$/);
      assert.doesNotMatch(error.message, /se\ncret/);
      return true;
    });
  });
});

async function collect(readable: WebSocketReadable): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of readable) frames.push(frame);
  return frames;
}
