import { isCertificateRefusal } from '../internal/tls-alerts.js';

/** What to do about a send that failed. */
export type FailureKind =
  /** It passes: the same records are sent again, until the message time-out. */
  | 'retriable'
  /** It may pass, as a topic does that was created a moment ago: sent again for a few seconds only. */
  | 'brief'
  /** The batch is too large for the broker: it is split, and a record that is too large by itself is set aside. */
  | 'oversize'
  /** It will not pass: the run fails. */
  | 'fatal';

/** What is known of a failure. */
export interface Failure {
  readonly kind: FailureKind;
  /** The protocol's name of the error, or the client's code: `NOT_ENOUGH_REPLICAS`. Empty when nobody has named it. */
  readonly name: string;
  /** What happened, as a clause. */
  readonly reason: string;
  /** What to try, as a whole sentence. */
  readonly advice: string;
}

/** An error of an adapter that knows better than its client what happened. */
export class ExplainedError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, cause?: unknown) {
    super(failure.reason, { cause });
    this.failure = failure;
  }
}

/** Tells which failure a client's error stands for. */
export function classify(error: unknown): Failure {
  const explained = explanationIn(error);
  if (explained !== undefined) return explained;
  const { protocol, client } = namesIn(error);
  // A retry that met a dead connection in the end may have met the true cause before.
  const names = [...protocol, ...client];
  const known = names.filter((each) => rowOf(each) !== undefined);
  const name = known.find((each) => !GENERAL.has(each)) ?? known[0];
  if (name !== undefined) return { name, ...expand(rowOf(name)!) };
  const message = error instanceof Error ? firstMessage(error) : String(error);
  return {
    kind: isPassing(error) ? 'retriable' : 'fatal',
    name: names[0] ?? '',
    reason: message.replace(/[.\s]+$/, ''),
    advice: 'See `cause` for what the client said.',
  };
}

/** Nothing came back in time. */
export function noAnswer(ms: number): Failure {
  return { kind: 'retriable', name: '', reason: `no broker answers within ${ms} ms`, advice: BROKERS };
}

/** Whether a broker said it, over the protocol. */
export function isFromBroker(error: unknown): boolean {
  return namesIn(error).protocol.length > 0;
}

/** Whether it stays as it is for as long as the options do: a login that is refused, a certificate that is not trusted. */
export function isHopeless(error: unknown): boolean {
  const { name } = classify(error);
  return HOPELESS.has(name) || isCertificateRefusal(name);
}

/** Whether a client choked on an answer: they read them without looking whether there is enough of it. */
export function isUnreadable(error: unknown): boolean {
  let is = false;
  walk(error, (each) => {
    if (each instanceof RangeError || each instanceof TypeError || each.message === 'Out of bounds.') is = true;
  });
  return is;
}

/**
 * Whether kafkajs has a connection over which it never heard what the broker understands: it asks no second time, and
 * refuses all work until that connection is gone (seen in 2.2.4).
 */
export function isUnaware(error: unknown): boolean {
  return error instanceof Error && error.message === 'Broker not connected';
}

/** What an adapter made of an error, if it did. */
export function explanationIn(error: unknown): Failure | undefined {
  let failure: Failure | undefined;
  walk(error, (each) => {
    if (each instanceof ExplainedError) failure ??= each.failure;
  });
  return failure;
}

function rowOf(name: string): Row | undefined {
  if (isCertificateRefusal(name)) return UNWELCOME;
  return Object.hasOwn(FAILURES, name) ? FAILURES[name] : undefined;
}

function expand([kind, reason, advice]: Row): Omit<Failure, 'name'> {
  return { kind, reason, advice };
}

/**
 * Every name that an error and what it stands for carry, the protocol's own first: `apiId` (@platformatic/kafka) and
 * `type` (kafkajs); then what the clients and Node call it.
 */
function namesIn(error: unknown): { readonly protocol: readonly string[]; readonly client: readonly string[] } {
  const protocol: string[] = [];
  const client: string[] = [];
  walk(error, (each) => {
    if (typeof each.apiId === 'string') protocol.push(each.apiId);
    if (typeof each.type === 'string') protocol.push(each.type);
    if (/^Unknown topic /.test(each.message)) protocol.push('UNKNOWN_TOPIC_OR_PARTITION');
    if (isUnaware(each)) client.push('KafkaJSConnectionError');
    if (typeof each.code === 'string') client.push(each.code);
    client.push(each.name);
  });
  return { protocol, client };
}

/** Whether the client itself says of an error that is not in the table that it passes. */
function isPassing(error: unknown): boolean {
  let says: boolean | undefined;
  walk(error, ({ canRetry, retriable }) => {
    const one = canRetry ?? retriable;
    if (typeof one === 'boolean') says = one && says !== false;
  });
  return says === true;
}

/** An error with what the clients and Node put on it. */
interface Labelled extends Error {
  readonly apiId?: unknown;
  readonly type?: unknown;
  readonly code?: unknown;
  readonly canRetry?: unknown;
  readonly retriable?: unknown;
}

function walk(error: unknown, visit: (error: Labelled) => void, depth = 0): void {
  if (!(error instanceof Error) || depth > MAX_DEPTH) return;
  visit(error);
  // Of many attempts the last one tells how things are now.
  if (error instanceof AggregateError) for (const each of error.errors.toReversed()) walk(each, visit, depth + 1);
  walk(error.cause, visit, depth + 1);
}

function firstMessage(error: Error): string {
  const inner: unknown = error instanceof AggregateError ? error.errors.at(-1) : undefined;
  return inner instanceof Error ? firstMessage(inner) : error.message || error.name;
}

type Row = readonly [kind: FailureKind, reason: string, advice: string];

const WAIT = 'Raise `message_timeout` if the cluster needs longer to recover.';
const BROKERS = 'Check `brokers`, and that they are reachable from here.';
const LOGIN = 'Check `auth`.';
const RIGHTS = 'Give this user the rights to describe and write to the topic, or name another one in `auth`.';
const GOES_ON = 'Run again: the feed goes on where its last transaction was committed.';
const CLIENT_BUG = 'Run again; if it comes back, report it with the versions of the client and the broker.';

/** What a client calls anything that comes between it and a broker. What Node says of it tells more. */
const GENERAL: ReadonlySet<string> = new Set(['PLT_KFK_NETWORK', 'KafkaJSConnectionError']);

const UNTRUSTED: Row = [
  'fatal',
  "the broker's certificate is not trusted",
  'Set `ca_path` of `ssl` in `auth` to the certificates to trust.',
];

const UNWELCOME: Row = [
  'fatal',
  'the broker refuses our certificate, or wants one',
  'Set `cert_path` and `key_path` of `ssl` in `auth`.',
];

const FAILURES: { readonly [name: string]: Row } = {
  // Passing: the broker, its replicas, or the network.
  NOT_LEADER_OR_FOLLOWER: ['retriable', 'the partition has another leader now', WAIT],
  NOT_LEADER_FOR_PARTITION: ['retriable', 'the partition has another leader now', WAIT],
  LEADER_NOT_AVAILABLE: ['retriable', 'the partition has no leader', WAIT],
  FENCED_LEADER_EPOCH: ['retriable', 'the partition has another leader now', WAIT],
  UNKNOWN_LEADER_EPOCH: ['retriable', 'the partition has another leader now', WAIT],
  REPLICA_NOT_AVAILABLE: ['retriable', 'a replica of the partition is not available', WAIT],
  NOT_CONTROLLER: ['retriable', 'the cluster has another controller now', WAIT],
  NOT_ENOUGH_REPLICAS: ['retriable', 'the partition has fewer replicas in sync than the topic asks for', WAIT],
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: [
    'retriable',
    'the partition had fewer replicas in sync than the topic asks for',
    WAIT,
  ],
  REQUEST_TIMED_OUT: ['retriable', 'the broker did not get it stored in time', WAIT],
  NETWORK_EXCEPTION: ['retriable', 'the broker lost a connection', WAIT],
  CORRUPT_MESSAGE: ['retriable', 'a batch arrived damaged', WAIT],
  COORDINATOR_LOAD_IN_PROGRESS: ['retriable', 'the coordinator is still loading', WAIT],
  COORDINATOR_NOT_AVAILABLE: ['retriable', 'the coordinator is not available', WAIT],
  NOT_COORDINATOR: ['retriable', 'the coordinator is another broker now', WAIT],
  CONCURRENT_TRANSACTIONS: ['retriable', 'the producer is still busy with what came before', WAIT],
  THROTTLING_QUOTA_EXCEEDED: ['retriable', 'the broker throttles this client', WAIT],
  KAFKA_STORAGE_ERROR: ['retriable', "the broker's disk failed", "Look at the broker's disk and its log."],
  UNKNOWN_PRODUCER_ID: ['retriable', 'the broker has forgotten this producer', CLIENT_BUG],
  OUT_OF_ORDER_SEQUENCE_NUMBER: ['retriable', 'the broker misses what this producer sent before', CLIENT_BUG],
  UNKNOWN_TOPIC_ID: ['brief', 'there is no such topic any more', 'Create the topic again.'],
  UNKNOWN_TOPIC_OR_PARTITION: [
    'brief',
    'there is no such topic, or no such partition of it',
    'Create the topic, or set `auto_create_topics: true` to have the broker create it.',
  ],
  // Too large.
  MESSAGE_TOO_LARGE: ['oversize', 'it is larger than the topic takes', 'Raise `max.message.bytes` of the topic.'],
  RECORD_LIST_TOO_LARGE: [
    'oversize',
    'it is larger than a segment of the topic',
    'Raise `segment.bytes` of the topic.',
  ],
  // Never passing.
  TOPIC_AUTHORIZATION_FAILED: ['fatal', 'this user may not write to the topic', RIGHTS],
  CLUSTER_AUTHORIZATION_FAILED: ['fatal', 'this user may not write idempotently to the cluster', RIGHTS],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: [
    'fatal',
    'this user may not use the transactional id',
    'Give it the rights `Describe` and `Write` to that, or set another `transactional_id`.',
  ],
  SASL_AUTHENTICATION_FAILED: ['fatal', 'the broker refused the credentials', LOGIN],
  ILLEGAL_SASL_STATE: ['fatal', 'the broker expected a login in another order', LOGIN],
  UNSUPPORTED_SASL_MECHANISM: ['fatal', 'the broker does not know this way to log in', LOGIN],
  PLT_KFK_AUTHENTICATION: ['fatal', 'the broker refused the credentials, or the way to log in', LOGIN],
  KafkaJSSASLAuthenticationError: ['fatal', 'the broker refused the credentials', LOGIN],
  INVALID_TOPIC_EXCEPTION: [
    'fatal',
    'the name of the topic is not valid, or the topic is an internal one',
    'Choose another topic.',
  ],
  INVALID_REQUIRED_ACKS: ['fatal', 'the broker does not know such `acks`', 'Set `acks: all`.'],
  INVALID_TIMESTAMP: [
    'fatal',
    "the topic refuses the records' timestamps",
    'Look at `message.timestamp.before.max.ms` and `message.timestamp.after.max.ms` of the topic, and at the clocks.',
  ],
  INVALID_RECORD: ['fatal', 'the topic refuses records of this form', 'A compacted topic needs a key: set `key_path`.'],
  UNSUPPORTED_COMPRESSION_TYPE: ['fatal', 'the broker does not know this compression', 'Choose another `compression`.'],
  UNSUPPORTED_FOR_MESSAGE_FORMAT: ['fatal', 'the topic has an old message format', 'Set `idempotent: false`.'],
  UNSUPPORTED_VERSION: ['fatal', 'the broker is too old for this client', 'Use brokers of version 2.4 or later.'],
  POLICY_VIOLATION: ['fatal', 'a policy of the broker forbids it', 'Ask who runs the cluster.'],
  INVALID_PRODUCER_EPOCH: ['fatal', 'another producer has taken this one over', CLIENT_BUG],
  PRODUCER_FENCED: ['fatal', 'another producer has taken this one over', CLIENT_BUG],
  INVALID_TXN_STATE: ['fatal', 'the broker has ended the transaction', GOES_ON],
  TRANSACTION_ABORTABLE: ['fatal', 'the broker wants the transaction to be aborted', GOES_ON],
  INVALID_PRODUCER_ID_MAPPING: ['fatal', 'the broker has forgotten the transactional id', GOES_ON],
  INVALID_TRANSACTION_TIMEOUT: [
    'fatal',
    'the broker lets no transaction be open for so long',
    'Lower `message_timeout`, or raise `transaction.max.timeout.ms` of the brokers.',
  ],
  // What the clients and Node say where the protocol says nothing.
  PLT_KFK_UNSUPPORTED_API: ['fatal', 'the broker is too old for this client', 'Use brokers of version 2.4 or later.'],
  PLT_KFK_NETWORK: ['retriable', 'no broker answers', BROKERS],
  PLT_KFK_TIMEOUT: ['retriable', 'no broker answers in time', BROKERS],
  KafkaJSServerDoesNotSupportApiKey: [
    'fatal',
    'the broker is too old for this client',
    'Use brokers of version 2.4 or later.',
  ],
  KafkaJSConnectionError: ['retriable', 'no broker answers', BROKERS],
  KafkaJSConnectionClosedError: ['retriable', 'the connection was closed', BROKERS],
  KafkaJSRequestTimeoutError: ['retriable', 'no broker answers in time', BROKERS],
  KafkaJSBrokerNotFound: ['retriable', 'the broker is not available', BROKERS],
  KafkaJSMetadataNotLoaded: ['retriable', 'nothing is known of the cluster yet', BROKERS],
  KafkaJSTopicMetadataNotLoaded: ['brief', 'nothing is known of the topic yet', BROKERS],
  KafkaJSLockTimeout: ['retriable', 'the client is still busy with what came before', WAIT],
  ECONNREFUSED: ['retriable', 'no broker listens there', BROKERS],
  ECONNRESET: ['retriable', 'the broker cut the connection', BROKERS],
  EPIPE: ['retriable', 'the broker cut the connection', BROKERS],
  ETIMEDOUT: ['retriable', 'no broker answers in time', BROKERS],
  EHOSTUNREACH: ['retriable', 'no way leads to the broker', BROKERS],
  ENETUNREACH: ['retriable', 'no way leads to the broker', BROKERS],
  ENOTFOUND: ['retriable', "the broker's name is not known", BROKERS],
  EAI_AGAIN: ['retriable', "the broker's name cannot be looked up", BROKERS],
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_HAS_EXPIRED: ['fatal', "the broker's certificate has expired", 'Renew it; or check the clock of this machine.'],
  CERT_NOT_YET_VALID: ['fatal', "the broker's certificate is not valid yet", 'Check the clock of this machine.'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'fatal',
    "the broker's certificate is for another name",
    'Set `server_name` of `ssl` in `auth` to the name in the certificate, or reach the broker under that name.',
  ],
};

const MAX_DEPTH = 8;
const HOPELESS: ReadonlySet<string> = new Set([
  'SASL_AUTHENTICATION_FAILED',
  'KafkaJSSASLAuthenticationError',
  'PLT_KFK_AUTHENTICATION',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  ...Object.keys(FAILURES).filter((name) => FAILURES[name] === UNTRUSTED),
]);
