import { AuthError, ConnectError, DisconnectedError, type SpillwayError, SubscribeError } from '../../errors.js';

/** What is done, with `reconnect`, after a connection ended or did not come about. */
export const RECONNECT_ACTIONS = {
  end: 'The run ends with the error: a function of yours that is wrong once is wrong again.',
  give_up:
    'The run ends with the error, once no endpoint is left to try. After a connection of the run was open it is `next_endpoint` instead: what has worked may work again.',
  retry: 'The same endpoint again, after the back-off.',
  retry_at_once:
    'The same endpoint again, without a wait when the connection was open for a second; with `jitter: full` after the first back-off, so that many feeds do not come back at the same moment.',
  retry_after:
    'The same endpoint again, after the back-off and no earlier than `Retry-After` asks for, up to one hour.',
  refresh_credentials:
    'The same endpoint again, after the back-off, with credentials that their provider is asked to renew. Credentials that nobody can renew, and renewed ones that are refused, too: `give_up`.',
  next_endpoint:
    'The next one of `urls`, after the back-off. Where there is but one, the same again, and no earlier than `Retry-After` asks for.',
} as const;

/** One of {@link RECONNECT_ACTIONS}. */
export type ReconnectAction = keyof typeof RECONNECT_ACTIONS;

/** One row of {@link RECONNECT_TABLE}. */
export interface ReconnectRule {
  /** The HTTP status that answered the upgrade, the close code of a connection, or an error of another kind. */
  readonly kind: 'status' | 'code' | 'error';
  /** Numbers, stretches of numbers (both ends included), or the names of errors. */
  readonly values: readonly (number | string | readonly [from: number, to: number])[];
  /** What that stands for. */
  readonly meaning: string;
  readonly action: ReconnectAction;
}

/** What decides about the next attempt: the first row that holds the cause. */
export const RECONNECT_TABLE: readonly ReconnectRule[] = [
  { kind: 'status', values: [401, 403], meaning: 'The credentials were refused.', action: 'refresh_credentials' },
  {
    kind: 'status',
    values: [408, 425, 429],
    meaning: 'Too slow, too early, too many requests.',
    action: 'retry_after',
  },
  {
    kind: 'status',
    values: [[100, 499]],
    meaning: 'A redirect, which is not followed; no feed at this address; another kind of server.',
    action: 'give_up',
  },
  {
    kind: 'status',
    values: [[500, 599]],
    meaning: 'The server, or one behind it, is in trouble.',
    action: 'next_endpoint',
  },
  { kind: 'code', values: [1001, 1012], meaning: 'The server is going away, or restarts.', action: 'retry_at_once' },
  {
    kind: 'code',
    values: [1008, 3000, 3003],
    meaning: 'A policy was violated; unauthorised; forbidden.',
    action: 'refresh_credentials',
  },
  {
    kind: 'code',
    values: [1013, 1014, 1015],
    meaning: 'Overloaded; a gateway has no server; TLS failed.',
    action: 'next_endpoint',
  },
  {
    kind: 'code',
    values: [[1000, 4999]],
    meaning: 'Any other close, a clean one (1000) and a drop without a close frame (1006) included.',
    action: 'retry',
  },
  {
    kind: 'error',
    values: ['pong_timeout', 'stale_timeout', 'heartbeat'],
    meaning: 'A clock found the connection dead.',
    action: 'next_endpoint',
  },
  {
    kind: 'error',
    values: ['certificate'],
    meaning: 'The server cannot prove who it is: expired, another host, an unknown authority.',
    action: 'give_up',
  },
  {
    kind: 'error',
    values: ['sub_protocol', 'handshake'],
    meaning:
      'The upgrade was answered with status 101 and a sub-protocol that was not offered, without one that `require_protocol` asks for, or with a broken handshake.',
    action: 'give_up',
  },
  {
    kind: 'error',
    values: ['rejected'],
    meaning: 'The server rejected a step of `subscribe`, such as a login.',
    action: 'give_up',
  },
  {
    kind: 'error',
    values: ['unanswered'],
    meaning: 'A step of `subscribe` was not confirmed in time.',
    action: 'next_endpoint',
  },
  {
    kind: 'error',
    values: ['failed'],
    meaning: 'The function that makes the message of a step failed.',
    action: 'retry',
  },
  {
    kind: 'error',
    values: ['token_refused'],
    meaning:
      'The token endpoint refuses the client, its secret or what it asks for (RFC 6749, section 5.2), or is another address.',
    action: 'give_up',
  },
  {
    kind: 'error',
    values: ['token_later'],
    meaning: 'The token endpoint is in trouble, or asks to come later.',
    action: 'retry_after',
  },
  {
    kind: 'error',
    values: ['ERR_CONFIG'],
    meaning: 'A function that is an option returned what cannot be used, or failed where another try is of no use.',
    action: 'end',
  },
  { kind: 'error', values: ['ERR_AUTH'], meaning: 'The credential provider failed.', action: 'retry' },
  {
    kind: 'error',
    values: ['ERR_CONNECT'],
    meaning: 'DNS, TCP, TLS, a slow handshake, or a subscribe message that could not be sent.',
    action: 'next_endpoint',
  },
  {
    kind: 'error',
    values: ['ERR_MESSAGE_TOO_LARGE'],
    meaning: 'A message was larger than `max_message_bytes`.',
    action: 'retry',
  },
];

/** What the table says about an ending: its error, or none after a clean close. */
export function reconnectRule(error: SpillwayError | undefined): ReconnectRule {
  const { kind, value } = causeOf(error);
  const rule = RECONNECT_TABLE.find((row) => row.kind === kind && row.values.some((one) => holds(one, value)));
  return rule ?? ANYTHING_ELSE;
}

function causeOf(error: SpillwayError | undefined): { kind: ReconnectRule['kind']; value: number | string } {
  if (error === undefined) return { kind: 'code', value: 1000 };
  if (error instanceof DisconnectedError) {
    const { watchdog, closeCode } = error;
    return watchdog === undefined ? { kind: 'code', value: closeCode } : { kind: 'error', value: watchdog };
  }
  if ((error instanceof AuthError || error instanceof ConnectError) && error.status !== undefined) {
    return { kind: 'status', value: error.status };
  }
  if ((error instanceof AuthError || error instanceof ConnectError) && error.reason !== undefined) {
    return { kind: 'error', value: error.reason };
  }
  if (error instanceof SubscribeError) return { kind: 'error', value: error.reason };
  return { kind: 'error', value: isAboutCertificate(error.cause) ? 'certificate' : error.code };
}

function holds(one: ReconnectRule['values'][number], value: number | string): boolean {
  if (typeof one === 'object') return typeof value === 'number' && value >= one[0] && value <= one[1];
  return one === value;
}

function isAboutCertificate(cause: unknown): boolean {
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
  return code !== undefined && CERTIFICATE_CODES.has(code);
}

/** What `tls.connect()` fails with when it does not trust the server's certificate. */
const CERTIFICATE_CODES: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const ANYTHING_ELSE: ReconnectRule = { kind: 'error', values: [], meaning: 'Anything else.', action: 'retry' };
