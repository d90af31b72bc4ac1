import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deadline } from '../../../lib/cli/doctor/deadline.js';
import { checkDns } from '../../../lib/cli/doctor/dns.js';

const PEER = { host: 'localhost', port: 80, key: 'url' } as const;
const NO_SERVER = "Check this machine's network connection and its name servers (/etc/resolv.conf).";

for (const [what, code, hasPassed, detail, advice] of [
  [
    'a name server that does not answer',
    'EAI_AGAIN',
    false,
    'no name server answers for localhost (EAI_AGAIN)',
    NO_SERVER,
  ],
  [
    'a name that nobody knows',
    'ENOTFOUND',
    false,
    'no address is known for localhost (ENOTFOUND)',
    'Check the spelling of the host in `url`, and whether its name is known only within another network or a VPN.',
  ],
  ['an answer that takes too long', 'ABORT_ERR', true, 'no answer for localhost within 3.0 s', NO_SERVER],
] as const) {
  test(`${what} is told with what to check`, async () => {
    const wait = () => Promise.reject(Object.assign(new Error('x'), { code }));
    const verdict = await checkDns(PEER, { ms: 3_000, hasPassed, wait } as unknown as Deadline);
    assert.deepEqual([verdict.detail, verdict.advice], [detail, advice]);
  });
}

test('a host has its addresses, and an address is one already', async () => {
  const deadline = new Deadline(60_000, new AbortController().signal);
  assert.match((await checkDns(PEER, deadline)).detail, /^localhost is (127\.0\.0\.1|::1)(, .+)?$/);
  for (const host of ['10.1.2.3', '::1']) {
    assert.equal((await checkDns({ ...PEER, host }, deadline)).detail, `${host} is an address already`);
  }
});

test('a deadline ends what is waited for, and says whether it has passed or somebody had enough', async (t) => {
  // A deadline keeps no process alive: what is waited for does, and here there is nothing.
  const alive = setInterval(() => {}, 1_000);
  t.after(() => clearInterval(alive));
  const user = new AbortController();
  const late = new Deadline(1, user.signal);
  await assert.rejects(late.wait(new Promise(() => {})), { name: 'TimeoutError' });
  assert.deepEqual([late.hasPassed, late.ms], [true, 1]);
  const long = new Deadline(2 ** 40, user.signal);
  assert.equal(await long.wait(Promise.resolve(7)), 7);
  await assert.rejects(long.wait(Promise.reject(new Error('why'))), { message: 'why' });
  assert.equal(long.hasPassed, false);
  user.abort(new Error('enough'));
  assert.equal(long.hasPassed, false);
  await assert.rejects(long.wait(new Promise(() => {})), { message: 'enough' });
});
