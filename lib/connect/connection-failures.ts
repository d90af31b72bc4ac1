import { AuthError, ConnectError, optionError, type SpillwayError, SubscribeError } from '../errors.js';
import { redactUrl } from '../internal/redaction.js';
import type { Secrets } from '../internal/secrets.js';
import { adviceFor } from './advice.js';

/** What a connect is busy with, as it appears in a message. */
export type ConnectStep = 'the credentials' | 'the way to the server' | 'the upgrade' | 'the subscribe messages';

/** The error for a connect that took longer than `handshakeTimeoutMs`. */
export function tooSlow(url: string, step: ConnectStep, ms: number): SpillwayError {
  return new ConnectError(
    `No connection to ${redactUrl(url)} within ${ms} ms: ${step} took too long. Raise \`handshake_timeout\` (handshakeTimeoutMs) if that is expected.`,
    { url: redactUrl(url) },
  );
}

/** The error for something of ours that failed while we were at `step`. */
export function stepFailed(url: string, step: ConnectStep, cause: unknown, secrets: Secrets): SpillwayError {
  const why = secrets.hide(because(cause));
  if (step === 'the credentials') {
    return new AuthError(`The credential provider failed${why}. No connection was tried.`, { cause });
  }
  return new ConnectError(`${step} for ${redactUrl(url)} failed${why}.`.replace(/^t/, 'T'), {
    url: redactUrl(url),
    cause,
  });
}

/** The error for an upgrade that was answered with an HTTP status. */
export function refused(url: string, status: number, retryAfter: string | undefined): SpillwayError {
  const where = redactUrl(url);
  return status === 401 || status === 403
    ? new AuthError(`${where} refused the credentials with status ${status}. Check \`auth\` (credentials).`, { status })
    : new ConnectError(
        `${where} answered the WebSocket upgrade with status ${status} in place of 101. Check the address, or wait until the server accepts connections.`,
        { url: where, status, ...(retryAfter === undefined ? {} : { retryAfter }) },
      );
}

/** The error for a connection that never came about. */
export function unreachable(url: string, cause: Error): SpillwayError {
  return new ConnectError(`No connection to ${redactUrl(url)}${because(cause)}. ${adviceFor(cause)}`, {
    url: redactUrl(url),
    cause,
  });
}

/** The error for a close before the connection was ready. */
export function closedEarly(url: string, code: number): SpillwayError {
  return new ConnectError(
    `${redactUrl(url)} closed the connection with code ${code} before the subscribe messages were sent.`,
    { url: redactUrl(url) },
  );
}

/** The error for a function that returned no subscribe messages. */
export function noMessages(url: string): SpillwayError {
  return new ConnectError(
    'The function of `subscribeMessages` returned something else than an array of strings and Buffers.',
    { url: redactUrl(url) },
  );
}

/** The error for a subscribe step whose function made no message. */
export function notMade(what: string, url: string, cause: unknown, hide: (text: string) => string): SubscribeError {
  return new SubscribeError({ what, reason: 'failed', url, how: hide(because(cause)), cause });
}

/** What a function that makes messages has done wrong; the cause of the error. */
export function notSendable(option: string): Error {
  return optionError(option, 'The function returned something else than a string or a Buffer.');
}

function because(cause: unknown): string {
  return cause instanceof Error && cause.message !== '' ? `: ${cause.message.replace(/[.\s]+$/, '')}` : '';
}
