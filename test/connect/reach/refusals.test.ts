import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { RECONNECT_TABLE } from '../../../lib/connect/reconnect/reconnect-table.js';
import { AuthError, ConnectError } from '../../../lib/index.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, run } from '../../support/arrangements.js';
import { feed } from '../../support/feed.js';
import { upgradeServer } from '../../support/upgrade-server.js';

/** Each number that the table names, the ends of its stretches, and what is usual between. */
const STATUSES = [
  ...new Set([
    ...RECONNECT_TABLE.filter(({ kind }) => kind === 'status').flatMap(({ values }) => values.flat() as number[]),
    ...[200, 204, 301, 302, 307, 308, 400, 404, 405, 407, 410, 426, 451, 500, 502, 503, 504, 520],
  ]),
].filter((status) => status >= 200);

for (const arrangement of ARRANGEMENTS) {
  for (const status of STATUSES) {
    test(`the reason in a body of status ${status} is told (${arrangement})`, async (t) => {
      const server = await feed(t, () => {}, {
        refuse: () => ({
          status,
          headers: { 'Content-Type': 'application/json' },
          body: status === 204 || status === 304 ? '' : '{"code":7,"message":"not from here"}',
        }),
      });
      const { error } = await run(arrangement, { url: server.url, unbounded: true });
      assert.ok(error instanceof ConnectError || error instanceof AuthError, String(error));
      assert.equal(error.status, status);
      if (status === 204 || status === 304) {
        assert.equal(error.answer, undefined);
        return;
      }
      assert.equal(error.answer, 'not from here (7)');
      assert.ok(error.message.includes(`status ${status}`) && error.message.includes(': "not from here (7)". '));
    });
  }
}

for (const [location, shown] of [
  ['https://new.example.com/feed', 'https://new.example.com/feed'],
  ['https://me:pass@new.example.com/feed?token=planted-1#planted-2', 'https://new.example.com/feed?…'],
  ['/login?next=%2Fplanted', 'http://HOST/login?…'],
  ['//other.example.com/x', 'http://other.example.com/x'],
  [Buffer.from('https://ex\u00e4mple.com/\u202egnp').toString('latin1'), 'https://xn--exmple-cua.com/%E2%80%AEgnp'],
  ['http://', '(an address that cannot be parsed)'],
  [`https://x/${'a'.repeat(5_000)}`, /^https:\/\/x\/a{190}…$/],
  ['https://x/planted-token/y', 'https://x/***/y'],
] as const) {
  test(`a redirect to ${location.slice(0, 80)} is told as that, without secrets`, async (t) => {
    const server = await feed(t, () => {}, { refuse: () => ({ status: 302, headers: { Location: location } }) });
    const auth = { type: 'bearer', config: { token: 'planted-token' } } as const;
    const { error } = await run('fused', { url: `${server.url}/a/b`, unbounded: true, auth });
    assert.ok(error instanceof ConnectError);
    const expected = typeof shown === 'string' ? shown.replace('HOST', new URL(server.url).host) : shown;
    if (typeof expected === 'string') assert.equal(error.location, expected);
    else assert.match(error.location ?? '', expected);
    assert.ok(error.message.includes(`status 302 in place of 101, and leads to ${error.location}`), error.message);
    assert.match(error.message, /Redirects are not followed: set `url` to /);
    assert.doesNotMatch(error.message, /planted/);
  });
}

test('a secret that a server says back in its refusal is hidden, also where the clip cuts it', async (t) => {
  const server = await feed(t, () => {}, {
    refuse: ({ headers }) => ({
      status: 400,
      body: `${'x'.repeat(185)} ${String(headers.authorization).slice(7)} is not known`,
    }),
  });
  const auth = { type: 'bearer', config: { token: 'a-token-that-nobody-may-see' } } as const;
  const { error } = await run('fused', { url: server.url, unbounded: true, auth });
  assert.ok(error instanceof ConnectError);
  assert.match(error.answer ?? '', /^x{185} \*\*\* is not kno…$/);
  assert.doesNotMatch(error.message, /a-token|may-see/);
});

test('the line of the status is told where it says more than the status, and there is no body', async (t) => {
  const { url } = await upgradeServer(t, (socket) => void socket.end('HTTP/1.1 403 Your IP is banned\r\n\r\n'));
  const { error } = await run('fused', { url, unbounded: true });
  assert.match(String(error?.message), /with status 403: "Your IP is banned"\. Check `auth`/);
});

const HEAD = 'HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\n\r\n';

for (const [what, answer] of [
  ['never ends', (socket: Socket) => void socket.write(`${HEAD}closed for lunch`)],
  [
    'trickles',
    (socket: Socket) => {
      socket.write(`${HEAD}closed for lunch`);
      const timer = setInterval(() => socket.write('.'), 5);
      socket.once('close', () => clearInterval(timer));
    },
  ],
] as const) {
  test(`a body that ${what} is waited for no longer than a second`, async (t) => {
    const clock = createFakeClock();
    const { url } = await upgradeServer(t, answer);
    const running = run('fused', { url, unbounded: true, handshake_timeout: 1_000_000 }, { clock });
    let isOver = false;
    void running.then(() => {
      isOver = true;
    });
    while (!isOver) {
      await clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { error } = await running;
    assert.ok(error instanceof ConnectError, String(error));
    assert.equal(error.status, 503);
    assert.match(error.answer ?? '', /^closed for lunch\.*$/);
    assert.equal(clock.pending, 0);
  });
}

test('a body without end is read no further than 8 KiB, and its connection is ended', async (t) => {
  const clock = createFakeClock();
  let sent = 0;
  let onGone = (): void => {};
  const gone = new Promise<void>((resolve) => {
    onGone = resolve;
  });
  const { url } = await upgradeServer(t, (socket) => {
    socket.write(HEAD);
    const pour = (): void => {
      while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 'x'))) sent += 65_536;
    };
    socket.on('drain', pour).once('close', onGone);
    pour();
  });
  const { error } = await run('fused', { url, unbounded: true }, { clock });
  await gone;
  assert.ok(error instanceof ConnectError);
  assert.match(error.answer ?? '', /^x{200}…$/);
  // What the system buffers.
  assert.ok(sent < 64 * 1024 * 1024, `${sent}`);
});
