import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adviceFor } from '../../../lib/connect/reach/advice.js';
import {
  closedEarly,
  handshakeBroken,
  notMade,
  protocolRefusal,
  refused,
  saidText,
  stepFailed,
  tooSlow,
  unreachable,
} from '../../../lib/connect/reach/connection-failures.js';
import type { HttpRefusal } from '../../../lib/connect/reach/http-refusal.js';
import { proxyRefused, proxyUnreachable } from '../../../lib/connect/reach/proxy-failures.js';
import { AuthError, ConnectError, type SpillwayError } from '../../../lib/errors.js';
import { Secrets } from '../../../lib/secrets/secrets.js';

const URL_ = 'wss://u:p@x/feed?token=t';
const SHOWN = 'wss://x/feed?…';
const PROXY = new URL('http://u:p@proxy:3128');
const secrets = new Secrets();
secrets.know(['hush-hush']);
const coded = (code: string, message = 'it broke.'): Error => Object.assign(new Error(message), { code });
const refusal = (more: Partial<HttpRefusal>): HttpRefusal => ({
  status: 500,
  retryAfter: undefined,
  location: undefined,
  answer: undefined,
  ...more,
});

for (const [what, error, kind, message] of [
  [
    'a slow step',
    tooSlow(URL_, 'the proxy http://proxy', 50),
    ConnectError,
    `No connection to ${SHOWN} within 50 ms: the proxy http://proxy took too long. Raise \`handshake_timeout\` if that is expected.`,
  ],
  [
    'credentials that cannot be had',
    stepFailed(URL_, 'the credentials', new Error('the vault says hush-hush. '), secrets),
    AuthError,
    'The credential provider failed: the vault says ***. No connection was tried.',
  ],
  [
    'another step',
    stepFailed(URL_, 'the subscribe messages', new Error(''), secrets),
    ConnectError,
    `The subscribe messages for ${SHOWN} failed.`,
  ],
  [
    'refused credentials',
    refused(URL_, refusal({ status: 403, answer: 'go "away"' })),
    AuthError,
    `${SHOWN} refused the credentials with status 403: "go \\"away\\"". Check \`auth\` (credentials).`,
  ],
  [
    'a status in place of 101',
    refused(URL_, refusal({ status: 503, retryAfter: '5' })),
    ConnectError,
    `${SHOWN} answered the WebSocket upgrade with status 503 in place of 101. Check the address, or wait until the server accepts connections.`,
  ],
  [
    'a redirect',
    refused(URL_, refusal({ status: 301, location: 'https://y/' })),
    ConnectError,
    `${SHOWN} answered the WebSocket upgrade with status 301 in place of 101, and leads to https://y/. Redirects are not followed: set \`url\` to wss://y/ if the feed is there.`,
  ],
  [
    'a status 201 that leads elsewhere',
    refused(URL_, refusal({ status: 201, location: 'https://y/' })),
    ConnectError,
    `${SHOWN} answered the WebSocket upgrade with status 201 in place of 101, and leads to https://y/. Check the address, or wait until the server accepts connections.`,
  ],
  [
    'no sub-protocol',
    protocolRefusal(URL_, ['v1', 'v2'], ''),
    ConnectError,
    `${SHOWN} took none of the sub-protocols that were offered, and \`require_protocol\` asks for one (offered: "v1", "v2"). Set \`protocols\` to what the feed's documentation names.`,
  ],
  [
    'a sub-protocol that nobody offered',
    protocolRefusal(URL_, [], 'v9'),
    ConnectError,
    `${SHOWN} answered the WebSocket upgrade with the sub-protocol "v9", which was not offered (none was). Set \`protocols\` to it if the feed is meant to speak that, or to what the feed's documentation names.`,
  ],
  [
    'a broken upgrade',
    handshakeBroken(URL_, new Error('Invalid Sec-WebSocket-Accept header')),
    ConnectError,
    `${SHOWN} answered the WebSocket upgrade with status 101, and broke the protocol in it: Invalid Sec-WebSocket-Accept header. Check the address, and what is on the way to it: a proxy that does not know WebSockets answers so, too.`,
  ],
  [
    'a server that is not there',
    unreachable(URL_, coded('ECONNREFUSED', 'connect ECONNREFUSED')),
    ConnectError,
    `No connection to ${SHOWN}: connect ECONNREFUSED. Check the address, and that the server is up.`,
  ],
  [
    'an early close',
    closedEarly(URL_, 1013),
    ConnectError,
    `${SHOWN} closed the connection with code 1013 before the subscribe messages were sent.`,
  ],
  [
    'a proxy that wants a login',
    proxyRefused(PROXY, URL_, refusal({ status: 407, answer: 'who?' })),
    AuthError,
    'The proxy http://proxy:3128 refused the credentials with status 407: "who?". Check the user info in `proxy`.',
  ],
  [
    'a proxy that lets nobody through',
    proxyRefused(PROXY, URL_, refusal({ status: 403 })),
    ConnectError,
    `The proxy http://proxy:3128 refused to connect to ${SHOWN} with status 403. Check that it lets this address through, or that \`proxy\` is the right one.`,
  ],
  ...(
    [
      [coded('HPE_HEADER_OVERFLOW'), ': the head of its answer is larger than 64 KiB'],
      [coded('HPE_INVALID_CONSTANT'), ': its answer is no HTTP (it broke)'],
      [new Error('it is down. '), ': it is down'],
      [new Error(''), ''],
    ] as const
  ).map(
    ([cause, why]) =>
      [
        `a proxy that leads nowhere${why}`,
        proxyUnreachable(PROXY, URL_, cause),
        ConnectError,
        `No connection to ${SHOWN} through the proxy http://proxy:3128${why}. Check \`proxy\` and its credentials, and that the proxy is up.`,
      ] as const,
  ),
] as (readonly [string, SpillwayError, typeof AuthError | typeof ConnectError, string])[]) {
  test(`${what} is told without secrets, with what to do`, () => {
    assert.ok(error instanceof kind);
    assert.equal(error.message, message);
  });
}

test('facts of a refusal go with the error, for who decides by them', () => {
  const facts = { status: 503, retryAfter: '5', location: 'https://y/', answer: 'later' };
  const { status, retryAfter, location, answer, url } = refused(URL_, facts) as ConnectError;
  assert.deepEqual({ status, retryAfter, location, answer, url }, { ...facts, url: SHOWN });
  assert.equal((refused(URL_, refusal({ status: 401 })) as AuthError).status, 401);
  assert.equal(protocolRefusal(URL_, [], 'x').reason, 'sub_protocol');
  const own = new ConnectError('Its own words.', { url: SHOWN });
  assert.equal(handshakeBroken(URL_, own), own);
  assert.equal((handshakeBroken(URL_, new Error('x')) as ConnectError).reason, 'handshake');
  const cause = new Error('x');
  assert.equal(unreachable(URL_, cause).cause, cause);
  const step = notMade('A step', URL_, new Error('of hush-hush'), (text) => secrets.hide(text));
  assert.deepEqual([step.reason, step.cause instanceof Error], ['failed', true]);
  assert.match(step.message, /A step.*: of \*\*\*/);
});

test('what others say is quoted, on one line, and clipped', () => {
  assert.equal(saidText({ location: undefined, answer: undefined }), '');
  assert.equal(saidText({ location: 'https://y/', answer: 'a\nb' }), ', and leads to https://y/: "a\\nb"');
  assert.equal(saidText({ location: undefined, answer: 'x'.repeat(200) }), `: "${'x'.repeat(200)}"`);
  assert.equal(saidText({ location: undefined, answer: 'x'.repeat(201) }), `: "${'x'.repeat(200)}…"`);
});

for (const [codes, advice] of [
  [['ECONNREFUSED', 'ENOTFOUND', 'XHPE_'], /^Check the address, and that the server is up\.$/],
  [
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    /^This machine does not know who signed the certificate: name the file of your own authority as `tls\.ca`\.$/,
  ],
  [
    ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'],
    /^Have the server's certificate renewed, or check the time of this machine\.$/,
  ],
  [['ERR_TLS_CERT_ALTNAME_INVALID'], /^The certificate is for another host: .* `tls\.servername`\.$/],
  [['HPE_HEADER_OVERFLOW'], /^The head of its answer is larger than Node takes/],
  [['HPE_INVALID_CONSTANT'], /^Something answers there, but not as a WebSocket server: /],
  [
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'],
    /^The server does not speak TLS there: check the port/,
  ],
  [
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'],
    /^The server asks for a certificate of ours, .*`tls\.cert` and `tls\.key`\.$/,
  ],
] as const) {
  test(`for ${codes.join(', ')} there is the same advice`, () => {
    for (const code of codes) assert.match(adviceFor(coded(code)), advice);
  });
}
