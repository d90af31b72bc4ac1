import type { PeerCertificate } from 'node:tls';
import { closeAdvice } from '../../../lib/cli/doctor/close-advice.js';
import { acceptedText, failureOf, frameVerdict, reachFailure } from '../../../lib/cli/doctor/connect-verdict.js';
import type { Verdict } from '../../../lib/cli/doctor/result.js';
import { statusAdvice } from '../../../lib/cli/doctor/status-advice.js';
import { certificateVerdict } from '../../../lib/cli/doctor/tls-verdict.js';
import { eventText } from '../../../lib/cli/report/event-text.js';
import { fileReason } from '../../../lib/config/files/file-reason.js';
import { resolveSourceConfig } from '../../../lib/config/source-config.js';
import { adviceFor } from '../../../lib/connect/reach/advice.js';
import * as failures from '../../../lib/connect/reach/connection-failures.js';
import { proxyRefused, proxyUnreachable } from '../../../lib/connect/reach/proxy-failures.js';
import { saidInBody } from '../../../lib/connect/reach/said-in-body.js';
import { reconnectRule } from '../../../lib/connect/reconnect/reconnect-table.js';
import {
  AuthError,
  ConnectError,
  DisconnectedError,
  MessageTooLargeError,
  type SpillwayError,
  SubscribeError,
} from '../../../lib/errors.js';
import { pathProblem } from '../../../lib/json/path.js';
import { serialise } from '../../../lib/json/serialise.js';
import { notStorable } from '../../../lib/json/storable.js';
import { classify, isHopeless, isUnreadable } from '../../../lib/kafka/failures.js';
import {
  endedFailure,
  foreignFailure,
  handshakeFailure,
  noLoginFailure,
  unreadableFailure,
} from '../../../lib/kafka/foreign.js';
import { lookAt } from '../../../lib/parse/look/look.js';
import { Secrets } from '../../../lib/secrets/secrets.js';
import { explainFileFailure } from '../../../lib/sink/file-failure.js';
import { lateError } from '../../../lib/sink/late-error.js';

/** What people read when something fails: each sentence that is chosen by a code, a status or a kind. */
export function tellFailures(): string {
  const pages = Object.entries(PAGES).map(([title, lines]) => [`# ${title}`, ...lines()].join('\n'));
  return `${pages.join('\n\n')}\n`;
}

type Lines = () => readonly string[];

const PAGES: Readonly<Record<string, Lines>> = {
  'What Kafka and its clients say, by its name': () =>
    KAFKA_NAMES.map((name) => {
      const { kind, reason, advice } = classify(coded(name));
      return `${name}: ${kind}${isHopeless(coded(name)) ? ', hopeless' : ''}: ${reason}. ${advice}`;
    }),
  'What else a client of Kafka throws': () =>
    [
      ...[
        new Error('Broker not connected'),
        new Error('Unknown topic x.'),
        new Error(''),
        new RangeError('odd. '),
        'odd',
      ],
      new AggregateError([coded('ECONNREFUSED'), new Error('the last one.')], 'all'),
      new AggregateError([coded('KafkaJSConnectionError'), coded('ECONNREFUSED')], 'all'),
      Object.assign(new Error('x', { cause: coded('ECONNRESET') }), { code: 'PLT_KFK_NETWORK' }),
      Object.assign(new Error('passes'), { retriable: true }),
      Object.assign(new Error('does not pass'), { retriable: false }),
      Object.assign(new Error('does not pass', { cause: Object.assign(new Error(), { canRetry: true }) }), {
        canRetry: false,
      }),
      Object.assign(new Error('Out of bounds.'), {}),
      nested(8),
      nested(9),
    ].map((error) => {
      const { kind, name, reason, advice } = classify(error);
      return `${String(error)}: ${kind}, "${name}"${isUnreadable(error) ? ', unreadable' : ''}: ${reason}. ${advice}`;
    }),
  'What answers where a broker should': () => [
    ...['160303', '140304ff', '170305ff', '180303ff', '130303ff', '160203ff'].map(
      (hex) => `${hex}: ${foreign(Buffer.from(hex, 'hex'))}`,
    ),
    ...['HTTP/1.1 400 Bad Request\r\n\r\n', 'SSH-2.0-OpenSSH\r\nmore', 'abc', 'abcd', 'ab\u0001d', '+PONG\r\n'].map(
      (text) => `${JSON.stringify(text)}: ${foreign(Buffer.from(text))}`,
    ),
    `no address: ${line(unreadableFailure())}`,
    `an answer: ${line(unreadableFailure('a:9092'))}`,
    `an end with TLS: ${line(endedFailure('a:9092', true))}`,
    `an end without: ${line(endedFailure('a:9092', false))}`,
    `no login: ${line(noLoginFailure('a:9092'))}`,
    ...['ECONNRESET', 'EPIPE', 'EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ECONNREFUSED'].map((code) => {
      const failure = handshakeFailure('a:9092', coded(code));
      return `${code} in a handshake: ${failure === undefined ? 'nothing' : line(failure)}`;
    }),
    `no code in a handshake: ${JSON.stringify(handshakeFailure('a:9092', new Error('x')))}`,
  ],
  'What a file is refused with': () =>
    [...[...SYSTEM_CODES, 'CHANGING', 'LATE'].map(coded), new Error('odd. '), 'odd', null].map((cause) => {
      return `${codeOf(cause)}: ${explainFileFailure(cause).join('. ')}`;
    }),
  'Why a file of a configuration cannot be read': () =>
    SYSTEM_CODES.slice(0, 12).map((code) => `${code}: ${fileReason(coded(code))}`),
  'What is late at the end': () => [
    lateError({ ...LATE, undelivered: [] }).message,
    lateError({ ...LATE, undelivered: [{ first: 3, last: 4, records: 1 }] }).message,
    lateError({
      ...LATE,
      undelivered: [
        { first: 3, last: 4, records: 2 },
        { first: 7, last: 9, records: 5 },
      ],
    }).message,
  ],
  'A path that cannot be read': () => PATHS.map((path) => `${JSON.stringify(path)}: ${pathProblem(path) ?? 'a path'}`),
  'What cannot be written as JSON': () =>
    VALUES.map(([what, value]) => {
      try {
        return `${what}: ${notStorable(value) ?? String(serialise(value))}`;
      } catch (error) {
        return `${what}: ${(error as Error).message}`;
      }
    }),
  'What an HTTP server says in a body': () =>
    BODIES.map(([status, body]) => `${status} ${body}: ${saidInBody(status, {}, Buffer.from(body))}`),
  'What a connect fails with': () => [
    ...REACH_CODES.map((code) => `${code}: ${adviceFor(coded(code))}`),
    `none: ${adviceFor(new Error('x'))}`,
  ],
  'How a connection does not come about': () =>
    CONNECT_ERRORS.map((error) => {
      const { kind, values, action } = reconnectRule(error);
      return `${error.code}: ${error.message}\n  ${action}, since ${kind} ${JSON.stringify(values)}`;
    }),
  'What a close is answered with': () =>
    DISCONNECTS.map((error) => `${error.message}\n  ${reconnectRule(error).action}: ${reconnectRule(error).meaning}`),
  'A clean close': () => [reconnectRule(undefined).action],
  'What certificates end with': () =>
    CERTIFICATE_CODES.map(
      (code) => `${code}: ${reconnectRule(new ConnectError('x', { url: URL_, cause: coded(code) })).action}`,
    ),
  'doctor: a status': () =>
    [
      ...[
        undefined,
        200,
        204,
        299,
        300,
        302,
        399,
        400,
        401,
        404,
        405,
        407,
        410,
        418,
        426,
        429,
        451,
        499,
        500,
        502,
        503,
        599,
      ],
    ].map((status) => `${status}: ${statusAdvice({ status, location: undefined })}`),
  'doctor: a redirect': () => [statusAdvice({ status: 301, location: 'https://b/feed' })],
  'doctor: a close': () =>
    [
      1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999, 5000,
    ].map((code) => `${code}: ${closeAdvice(code)}`),
  'doctor: a certificate': () =>
    [undefined, ...CERTIFICATE_CODES].flatMap((refusal) =>
      [false, true].map((mayBeAny) => {
        const facts = { host: 'b.example', version: 'TLSv1.3', refusal, mayBeAny, certificate: CERTIFICATE, now: NOW };
        return `${refusal}${mayBeAny ? ', any accepted' : ''}: ${verdict(certificateVerdict(facts))}`;
      }),
    ),
  'doctor: a certificate without names': () =>
    [
      {},
      { issuer: { CN: 'c' }, subject: { CN: 's' } },
      { issuer: { O: ['a', 'b'] } },
      { subjectaltname: 'DNS:a, IP Address:::1' },
    ].map((certificate) =>
      ['ERR_TLS_CERT_ALTNAME_INVALID', 'UNABLE_TO_GET_ISSUER_CERT']
        .map((refusal) => ({
          host: 'b',
          version: 'x',
          refusal,
          mayBeAny: false,
          certificate: certificate as Partial<PeerCertificate>,
          now: NOW,
        }))
        .map((facts) => verdict(certificateVerdict(facts)))
        .join(' | '),
    ),
  'doctor: a connect': () =>
    [
      ...CONNECT_ERRORS,
      ...DISCONNECTS,
      new MessageTooLargeError({ url: URL_, limit: 1024 }),
      new Error('odd. Do this.'),
      'odd',
    ].flatMap((error) =>
      (['upgrade', 'subscribe', 'first frame'] as const).map((step) => {
        const { name, verdict: found } = failureOf(error, step, config());
        return `${step} > ${name}: ${verdict(found)}`;
      }),
    ),
  'doctor: credentials': () =>
    AUTHS.flatMap((auth) => {
      const errors = [401, 403, 407, undefined].map((status) => new AuthError('It failed. See there.', { status }));
      const found = errors.map((error) => verdict(failureOf(error, 'upgrade', { ...config(), auth }).verdict));
      return [`${acceptedText(auth)}`, ...found.map((text) => `  ${text}`)];
    }),
  'doctor: before a connect': () =>
    [new Error('One. Two.'), new Error('one'), 7].map((error) => verdict(reachFailure(error))),
  'doctor: a first frame': () =>
    FORMATS.flatMap((format) =>
      FRAMES.flatMap((data) =>
        [false, true].map((isBinary) => {
          const frame = { afterMs: 1, bytes: data.length, isBinary, error: undefined };
          const look = lookAt(data);
          return `${format}, ${look.codec} ${look.content.kind}: ${verdict(frameVerdict(frame, look, undefined, config({ message_format: format }), 1_000))}`;
        }),
      ),
    ),
  'doctor: no first frame': () =>
    [[], ['x']].flatMap((subscribe_messages) =>
      (['closed', undefined] as const).map((cause) =>
        verdict(frameVerdict(undefined, undefined, cause, config({ subscribe_messages }), 1_500)),
      ),
    ),
  'doctor: a first frame that is none': () =>
    FORMATS.flatMap((format) =>
      [undefined, 'It is gzip.'].flatMap((hint) =>
        [false, true].map((isBinary) => {
          const error = { reason: 'odd', offset: 3, excerpt: 'a"b', hint } as never;
          return verdict(
            frameVerdict(
              { afterMs: 1, bytes: 1, isBinary, error },
              undefined,
              undefined,
              config({ message_format: format }),
              1_000,
            ),
          );
        }),
      ),
    ),
  'Events, told in full': () =>
    EVENTS.map(([name, event]) => `${name}: ${eventText(name, event as never, { verbose: true, lost: undefined })}`),
  'Events, as they are told otherwise': () =>
    EVENTS.flatMap(([name, event]) =>
      [undefined, LOST].map((lost) => `${name}: ${eventText(name, event as never, { verbose: false, lost })}`),
    ),
};

/** A value that holds itself. */
function cycle(): object {
  const value: { self?: unknown } = {};
  value.self = value;
  return value;
}

/** An error as Node, a client or a broker gives it. */
export function coded(code: string): Error {
  return Object.assign(new Error(`${code} it was.`), { code });
}

function codeOf(cause: unknown): string {
  return (cause as { readonly code?: string } | null)?.code ?? String(cause);
}

/** An error so many causes below another. */
export function nested(depth: number): Error {
  return depth === 0 ? coded('ECONNREFUSED') : new Error(`cause ${depth}`, { cause: nested(depth - 1) });
}

function foreign(bytes: Buffer): string {
  return line(foreignFailure('a:9092', bytes));
}

function line({ kind, name, reason, advice }: ReturnType<typeof classify>): string {
  return `${kind}${name}: ${reason}. ${advice}`;
}

function verdict({ status, detail, more = [], advice = 'no advice' }: Verdict): string {
  return [`${status}: ${detail}`, ...more, advice].join(' / ');
}

function config(more: object = {}) {
  return resolveSourceConfig({ url: URL_, unbounded: true, ...more });
}

const URL_ = 'wss://a/feed';
const NOW = Date.parse('2026-06-15T12:00:00Z');
const SECRETS = new Secrets(['sesame']);
const PROXY = new URL('http://me:sesame@proxy:8080');
const LATE = {
  target: 'out.jsonl',
  drainTimeoutMs: 30_000,
  reason: 'nobody took it',
  state: 'It holds 7 records.',
  advice: 'Check the disk',
  recordsWritten: 7,
};
const FORMATS = ['json', 'raw_string', 'binary'] as const;
const FRAMES = ['{"a":1}', 'pong', '1\n2', '\u0001\u0002\u0003']
  .map((text) => Buffer.from(text))
  .concat(Buffer.from('93010203', 'hex'));
const AUTHS = [{ type: 'none' }, { type: 'bearer', config: { token: 'x' } }, { ref: 'prod' }] as const;
const REFUSAL = { status: 404, retryAfter: undefined, location: undefined, answer: undefined };
const CERTIFICATE = {
  subject: { CN: 'a.example' },
  issuer: { O: 'Trust', CN: 'R3' },
  subjectaltname: 'DNS:a.example, DNS:*.a.example, DNS:c, DNS:d, IP Address:192.0.2.7',
  valid_from: 'Jul  1 00:00:00 2026 GMT',
  valid_to: 'May 31 12:00:00 2026 GMT',
} as unknown as Partial<PeerCertificate>;

const CONNECT_ERRORS: readonly SpillwayError[] = [
  failures.tooSlow(URL_, 'the upgrade', 10_000),
  failures.stepFailed(URL_, 'the credentials', new Error('no sesame.'), SECRETS),
  failures.stepFailed(URL_, 'the way to the server', new Error('no way. '), SECRETS),
  failures.stepFailed(URL_, 'the subscribe messages', 'odd', SECRETS),
  ...[401, 403, 404, 408, 425, 429, 499, 500, 599].map((status) =>
    failures.refused(URL_, { ...REFUSAL, status, answer: 'no "way"' }),
  ),
  failures.refused(URL_, { ...REFUSAL, status: 302, location: 'https://b/feed' }),
  failures.refused(URL_, { ...REFUSAL, status: 399 }),
  failures.refused(URL_, { ...REFUSAL, status: 400, location: 'https://b/feed' }),
  failures.refused(URL_, { ...REFUSAL, status: 503, retryAfter: '7', answer: 'x'.repeat(201) }),
  failures.protocolRefusal(URL_, ['v1', 'v2'], ''),
  failures.protocolRefusal(URL_, ['v1'], 'v3'),
  failures.protocolRefusal(URL_, [], 'v3'),
  failures.handshakeBroken(URL_, new Error('Invalid Sec-WebSocket-Accept header')),
  failures.unreachable(URL_, coded('ECONNREFUSED')),
  failures.closedEarly(URL_, 1011),
  failures.notMade('Step 2 of `subscribe`', URL_, new Error('no sesame.'), (text) => SECRETS.hide(text)),
  failures.notMade('Step 2 of `subscribe`', URL_, 'odd', (text) => text),
  proxyRefused(PROXY, URL_, { ...REFUSAL, status: 407, answer: 'who?' }),
  proxyRefused(PROXY, URL_, { ...REFUSAL, status: 403 }),
  proxyUnreachable(PROXY, URL_, coded('HPE_HEADER_OVERFLOW')),
  proxyUnreachable(PROXY, URL_, coded('HPE_INVALID_CONSTANT')),
  proxyUnreachable(PROXY, URL_, coded('ECONNREFUSED')),
  proxyUnreachable(PROXY, URL_, {}),
  new MessageTooLargeError({ url: URL_, limit: 7 }),
  ...(['rejected', 'unanswered', 'ended', 'failed'] as const).flatMap((reason) =>
    [true, false].map(
      (isSent) =>
        new SubscribeError({ what: 'Step 1', reason, url: URL_, answer: 'no', timeoutMs: 5, isSent, how: ': so' }),
    ),
  ),
  ...[1, 2].map(
    (others) => new SubscribeError({ what: 'Step 1', reason: 'unanswered', url: URL_, timeoutMs: 5, others }),
  ),
];

const DISCONNECTS: readonly DisconnectedError[] = [
  ...[1000, 1001, 1002, 1005, 1006, 1008, 1012, 1013, 1014, 1015, 3000, 3003, 3999, 4000, 4999].map(
    (closeCode) => new DisconnectedError({ url: URL_, closeCode, reason: '', frames: 1 }),
  ),
  new DisconnectedError({ url: URL_, closeCode: 1005, reason: 'so', frames: 2, reconnects: true }),
  new DisconnectedError({ url: URL_, closeCode: 4000, reason: 'x'.repeat(201), frames: 0, cause: new Error('why.') }),
  new DisconnectedError({
    url: URL_,
    closeCode: 1006,
    reason: '',
    frames: 0,
    failedWith: 1002,
    cause: new Error('Invalid opcode'),
  }),
  new DisconnectedError({ url: URL_, closeCode: 1006, reason: '', frames: 0, failedWith: 1007 }),
  ...(['pong_timeout', 'stale_timeout', 'heartbeat'] as const).map(
    (name) =>
      new DisconnectedError({ url: URL_, closeCode: 1006, reason: '', frames: 0, watchdog: { name, ms: 5_000 } }),
  ),
];

const LOST = { url: URL_, connection: 2, code: 1011, reason: '"', error: undefined, frames: 1 };
export const EVENTS = [
  ['connecting', { url: URL_, attempt: 2 }],
  ['connected', { url: URL_, connection: 2, protocol: '', offered: [], isCompressed: false }],
  ['connected', { url: URL_, connection: 2, protocol: 'v1', offered: ['v1'], isCompressed: false }],
  ['connected', { url: URL_, connection: 2, protocol: '', offered: ['v1', 'v2'], isCompressed: false }],
  ['subscribed', { connection: 1, messages: 1 }],
  ['subscribed', { connection: 2, messages: 2 }],
  ['subscriptionFailed', { subscription: 'x', error: CONNECT_ERRORS.find((error) => error instanceof SubscribeError) }],
  ['disconnected', LOST],
  ['disconnected', { ...LOST, connection: 0 }],
  ['disconnected', { ...LOST, connection: 0, error: new ConnectError('Not there.', { url: URL_ }) }],
  [
    'disconnected',
    { ...LOST, reason: '', frames: 2, error: new ConnectError('x', { url: URL_, cause: new Error('so') }) },
  ],
  ['reconnecting', { attempt: 3, delayMs: 1_500 }],
  ['rotating', { connection: 2 }],
  ['rotated', { from: 2, to: 3 }],
  ['rotationFailed', { error: undefined, delayMs: 1_500 }],
  ['rotationFailed', { error: new ConnectError('Not there.', { url: URL_ }), delayMs: 60_000 }],
  ['paused', { bufferedFrames: 1, bufferedBytes: 2048 }],
  ['resumed', { bufferedFrames: 0, bufferedBytes: 0 }],
  ['ended', { cause: 'closed', error: undefined }],
] as const;

const PATHS = [
  ...[
    '',
    '$',
    'a',
    'a.b',
    '$.a',
    '$a',
    'a.',
    '.a',
    'a..b',
    'a[0]',
    'a[00]',
    'a[-1]',
    'a[*]',
    '*',
    'a.*',
    '$.*',
    'a[1:2]',
    'a[?(@.b)]',
  ],
  ...[
    'a[',
    'a]',
    'a[b]',
    "a['b']",
    'a["b"]',
    "a['b','c']",
    'a["b", "c"]',
    "a['b",
    '$[0]',
    '$..a',
    'a b',
    'a[0]b',
    "['']",
    '[""]',
  ],
  ...[
    "['it\\'s']",
    '["a\\"b"]',
    "['a\"b']",
    '["\\u0041"]',
    '["\\x"]',
    'a.0',
    '0',
    '00',
    'a.01',
    `a${'[0]'.repeat(400)}`,
  ],
];
const VALUES: readonly (readonly [what: string, value: unknown])[] = [
  ['a promise', Promise.resolve()],
  ['a promise in it', { a: Promise.resolve() }],
  ['bytes', Buffer.from('a')],
  ['a buffer', new ArrayBuffer(1)],
  ['a page', { bytes: Buffer.from('a') }],
  ...[new Map(), new Set(), new WeakMap(), new WeakSet(), new Error('x'), /x/, new Date(0)].map(
    (value) => [value.constructor.name, value] as const,
  ),
  ['a map that knows how', Object.assign(new Map(), { toJSON: () => 5 })],
  ['a function', () => {}],
  ['a symbol', Symbol('x')],
  ['undefined', undefined],
  ['itself', cycle()],
  ['a bigint', 2n ** 64n],
  ['bigints in it', { a: [1n, -2n], b: 'bigint 0: 1' }],
  ['a bigint as an object', { a: Object(5n) as unknown }],
  ['numbers that there are not', [Number.NaN, Number.POSITIVE_INFINITY]],
];
const MESSAGE_NAMES = [
  ...[
    'error_description',
    'message',
    'detail',
    'details',
    'description',
    'reason',
    'msg',
    'error_message',
    'errorMessage',
  ],
  ...['Message', 'title', 'error', 'errors', 'status', 'other'],
];
const BODIES: readonly (readonly [status: number, body: string])[] = [
  ...MESSAGE_NAMES.map((name) => [400, JSON.stringify({ [name]: 'No' })] as const),
  ...MESSAGE_NAMES.slice(1).map(
    (name, index) => [400, JSON.stringify({ [name]: 'second', [MESSAGE_NAMES[index]!]: 'first' })] as const,
  ),
  ...[
    '{"a":{"message":"x"}}',
    '{"error":{"error":{"error":{"message":"deep"}}}}',
    '{"error":{"error":{"message":"less"}}}',
  ].map((body) => [400, body] as const),
  ...[
    '["one","two"]',
    '[]',
    '[{}]',
    '[5]',
    '"text"',
    '5',
    'null',
    'true',
    '{"message":5}',
    '{"message":"a","code":""}',
    '{"message":"a","code":"a"}',
  ].map((body) => [400, body] as const),
  ...[
    '{"message":"a","code":7}',
    '{"message":"a","error":"b"}',
    '{"message":"a","code":7,"error":"b"}',
    '{"message":"a","code":true}',
  ].map((body) => [400, body] as const),
  ...['404 Not Found', 'Error: 404', 'HTTP 404: Not Found.', '404 Not Found, really', 'Not', '-', '401'].map(
    (body) => [404, body] as const,
  ),
  ...[
    '<p>a</p>',
    '<title>a</title>b',
    '<TITLE >a</TITLE >',
    '<style>a</style>b<!-- c',
    '<b',
    'a</html>',
    '&#65;&#x42;&amp;&nbsp;&AMP;',
    '<script>x</script >y',
  ].map((body) => [404, `<i>${body}`] as const),
];

const SYSTEM_CODES = [
  ...[
    'ENOENT',
    'EACCES',
    'EISDIR',
    'ENOTDIR',
    'EPERM',
    'EROFS',
    'EEXIST',
    'ENAMETOOLONG',
    'ELOOP',
    'ENXIO',
    'ETXTBSY',
    'EBUSY',
  ],
  ...['EMFILE', 'ENFILE', 'ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EPIPE', 'EINVAL'],
];
const CERTIFICATE_CODES = [
  ...[
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'CERT_REJECTED',
    'CERT_REVOKED',
    'CERT_SIGNATURE_FAILURE',
    'CERT_UNTRUSTED',
  ],
  ...[
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'HOSTNAME_MISMATCH',
    'INVALID_CA',
    'INVALID_PURPOSE',
  ],
  ...['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
  ...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ECONNREFUSED'],
];
const TLS_ALERTS = ['SSLV3', 'TLSV1', 'TLSV13', 'SSL/TLS'].flatMap((version) =>
  [
    ...['BAD_CERTIFICATE', 'CERTIFICATE_REQUIRED', 'CERTIFICATE_UNKNOWN', 'CERTIFICATE_REVOKED', 'CERTIFICATE_EXPIRED'],
    ...['UNSUPPORTED_CERTIFICATE', 'UNKNOWN_CA', 'HANDSHAKE_FAILURE', 'DECODE_ERROR'],
  ].map((alert) => `ERR_SSL_${version}_ALERT_${alert}`),
);
const REACH_CODES = [
  ...CERTIFICATE_CODES,
  ...TLS_ALERTS,
  ...['HPE_HEADER_OVERFLOW', 'HPE_INVALID_CONSTANT', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'],
  ...['X_HPE_', 'ERR_SSL_WRONG_VERSION_NUMBERS', 'XCERT_HAS_EXPIRED'],
];
const KAFKA_NAMES = [
  'NOT_LEADER_OR_FOLLOWER',
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'REPLICA_NOT_AVAILABLE',
  'NOT_CONTROLLER',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'REQUEST_TIMED_OUT',
  'NETWORK_EXCEPTION',
  'CORRUPT_MESSAGE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'CONCURRENT_TRANSACTIONS',
  'THROTTLING_QUOTA_EXCEEDED',
  'KAFKA_STORAGE_ERROR',
  'UNKNOWN_PRODUCER_ID',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_TOPIC_ID',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'ILLEGAL_SASL_STATE',
  'UNSUPPORTED_SASL_MECHANISM',
  'PLT_KFK_AUTHENTICATION',
  'KafkaJSSASLAuthenticationError',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_REQUIRED_ACKS',
  'INVALID_TIMESTAMP',
  'INVALID_RECORD',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'UNSUPPORTED_VERSION',
  'POLICY_VIOLATION',
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'PLT_KFK_UNSUPPORTED_API',
  'PLT_KFK_NETWORK',
  'PLT_KFK_TIMEOUT',
  'KafkaJSServerDoesNotSupportApiKey',
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
  'KafkaJSLockTimeout',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  ...TLS_ALERTS,
  'TOPIC_EXCEPTION',
];
