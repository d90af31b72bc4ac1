import type { Failure } from './failures.js';

/**
 * What answers where a broker should, by the first bytes that no broker sends.
 *
 * @param address where it answers
 * @param bytes from where an answer's length should stand
 */
export function foreignFailure(address: string, bytes: Buffer): Failure {
  const text = bytes.toString('latin1');
  if (isTlsRecord(bytes)) return failure(`what answers at ${address} speaks TLS`, TLS);
  if (text.startsWith('HTTP/')) return failure(`a web server answers at ${address}: ${quoted(text)}`, NO_BROKER);
  const said = PRINTABLE.test(text) ? quoted(text) : `the bytes ${bytes.toString('hex', 0, SHOWN_BYTES)}`;
  return failure(`what answers at ${address} does not speak Kafka's protocol: it said ${said}`, NO_BROKER);
}

/** An answer that had the right length, and that the client cannot make anything of. */
export function unreadableFailure(address?: string): Failure {
  return failure(`an answer${address === undefined ? '' : ` of ${address}`} is none of Kafka's protocol`, NO_BROKER);
}

/** A connection that came about, and was ended before anything was answered: a broker that is starting may do so, too. */
export function endedFailure(address: string, hasTls: boolean): Failure {
  const reason = hasTls
    ? `${address} ends connections without an answer, as a listener does that wants a certificate from its clients`
    : `${address} ends connections without an answer, as a listener with TLS does where none is spoken`;
  return {
    kind: 'retriable',
    name: '',
    reason,
    advice: `Look at the log of the broker. ${hasTls ? OWN_CERTIFICATE : TLS}`,
  };
}

/** A connection that was ended at the first question behind that for the versions, which is answered to everybody. */
export function noLoginFailure(address: string): Failure {
  const reason = `${address} ends connections after its first answer, as a listener does that asks for a login`;
  return { kind: 'retriable', name: '', reason, advice: `Look at the log of the broker. ${LOGIN}` };
}

/**
 * Why TLS did not come about, where what answers knows none: a broker without TLS takes what begins it for a request of
 * some gigabytes, and ends the connection. `undefined` for any other reason.
 */
export function handshakeFailure(address: string, error: unknown): Failure | undefined {
  const { code = '' } = error as NodeJS.ErrnoException;
  return NO_TLS_CODES.has(code) ? failure(`what answers at ${address} does not speak TLS`, NO_TLS) : undefined;
}

/** It may be a balancer whose brokers are not up yet, or one answer that went wrong: it is tried again for some seconds. */
function failure(reason: string, advice: string): Failure {
  return { kind: 'brief', name: '', reason, advice };
}

/** A handshake, an alert and the like: the type of a record, then the version, 3.x ever since (RFC 8446, section 5.1). */
function isTlsRecord(bytes: Buffer): boolean {
  return bytes[0]! >= 0x14 && bytes[0]! <= 0x17 && bytes[1] === 3 && bytes[2]! <= 4;
}

/** The first line. */
function quoted(text: string): string {
  return JSON.stringify(/^[^\r\n]*/.exec(text)![0]);
}

const TLS = 'Set `auth` to `ssl` or `sasl_ssl`, or give the port of a listener without TLS in `brokers`.';
const LOGIN = 'Set `auth` to a login, or give the port of a listener without one in `brokers`.';
const OWN_CERTIFICATE = 'Set `cert_path` and `key_path` of `ssl` in `auth`.';
const NO_TLS = 'Give the port of a listener with TLS in `brokers`, or an `auth` without `ssl`.';
const NO_TLS_CODES = new Set(['ECONNRESET', 'EPIPE', 'EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER']);
const NO_BROKER = 'Check the host and the port in `brokers`.';
const PRINTABLE = /^[\x20-\x7e]{4}[\x20-\x7e\r\n]*$/;
const SHOWN_BYTES = 8;
