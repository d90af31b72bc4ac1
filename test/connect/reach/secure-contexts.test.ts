import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import tls from 'node:tls';
import type { TlsOptions } from '../../../lib/connect/options/reach-options.js';
import { withSharedContext } from '../../../lib/connect/reach/secure-contexts.js';
import { WebSocketReadable } from '../../../lib/connect/websocket-readable.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { CertificateAuthority } from '../../support/certificates.js';
import { feed, sends } from '../../support/feed.js';

const authority = new CertificateAuthority('our own authority');

describe('the TLS context of a connection', () => {
  it('is shared by all of the same options, whatever names they ask for', () => {
    const clock = createFakeClock();
    const first = contextOf({ ca: authority.cert, servername: 'one' }, clock);
    assert.ok(first !== undefined);
    assert.equal(contextOf({ ca: `${authority.cert}`, rejectUnauthorized: false }, clock), first);
    assert.notEqual(contextOf({ ca: authority.cert, minVersion: 'TLSv1.3' }, clock), first);
    const plain = contextOf({}, clock);
    assert.equal(contextOf({ servername: undefined }, clock), plain);
    assert.notEqual(plain, first);
  });

  it('is shared for a minute, since the authorities of this machine change', async () => {
    const clock = createFakeClock();
    const first = contextOf({}, clock);
    await clock.advance(60_000);
    assert.notEqual(contextOf({}, clock), first);
    assert.ok(first !== undefined);
  });

  it('is made once for many connections', async (t) => {
    const server = await feed(t, sends('1'), { tls: authority.issue({ subject: 'the server', hosts: ['127.0.0.1'] }) });
    const clock = createFakeClock();
    const { mock } = t.mock.method(tls, 'createSecureContext');
    const options = { ca: authority.cert, minVersion: 'TLSv1.2' } as const;
    // Held here: it lasts as long as somebody has it.
    const context = contextOf(options, clock);
    for (let n = 0; n < 3; n++) {
      const frames = new WebSocketReadable(server.url, { tls: options, maxFrames: 1, clock });
      for await (const frame of frames) assert.equal(frame.data.toString(), '1');
    }
    assert.equal(mock.callCount(), 1);
    assert.equal(contextOf(options, clock), context);
  });

  it('is none of ours for options that can change, or that are not known here, and the options stay as they are', () => {
    const clock = createFakeClock();
    for (const options of [{ ca: Buffer.from(authority.cert) }, { sigalgs: 'x' }, { pfx: 'x' }, { cert: 'no PEM' }]) {
      assert.equal(withSharedContext(options as TlsOptions, clock), options);
    }
  });
});

function contextOf(options: TlsOptions, clock: ReturnType<typeof createFakeClock>): unknown {
  const { secureContext, ...others } = withSharedContext(options, clock) as TlsOptions & { secureContext?: unknown };
  assert.deepEqual(others, options);
  return secureContext;
}
