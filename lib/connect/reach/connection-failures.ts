import { AuthError, ConnectError, type SpillwayError, SubscribeError } from '../../errors.js';
import { redactUrl } from '../../secrets/redaction.js';
import type { Secrets } from '../../secrets/secrets.js';
import { visible } from '../../visible.js';
import { adviceFor } from './advice.js';
import type { HttpRefusal } from './http-refusal.js';

/** What a connect is busy with, as it appears in a message. */
export type ConnectStep =
  | 'the credentials'
  | 'the way to the server'
  | `the proxy ${string}`
  | 'the upgrade'
  | 'the subscribe messages';

/** The error for a connect that took longer than `handshakeTimeoutMs`. */
export function tooSlow(url: string, step: ConnectStep, ms: number): SpillwayError {
  return new ConnectError(
    `No connection to ${redactUrl(url)} within ${ms} ms: ${step} took too long. Raise \`handshake_timeout\` if that is expected.`,
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
export function refused(url: string, refusal: HttpRefusal): SpillwayError {
  const where = redactUrl(url);
  const { status, retryAfter, location, answer } = refusal;
  const said = saidText(refusal);
  return status === 401 || status === 403
    ? new AuthError(`${where} refused the credentials with status ${status}${said}. Check \`auth\` (credentials).`, {
        status,
        location,
        answer,
      })
    : new ConnectError(
        `${where} answered the WebSocket upgrade with status ${status} in place of 101${said}. ${refusalAdvice(refusal)}`,
        { url: where, status, retryAfter, location, answer },
      );
}

/** What a refusal says besides its status, to be put behind that; the text of others is quoted. */
export function saidText({ location, answer }: Pick<HttpRefusal, 'location' | 'answer'>): string {
  const leads = location === undefined ? '' : `, and leads to ${location}`;
  return `${leads}${answer === undefined ? '' : `: ${quoted(answer)}`}`;
}

function refusalAdvice({ status, location }: HttpRefusal): string {
  if (location === undefined || status < 300 || status > 399) {
    return 'Check the address, or wait until the server accepts connections.';
  }
  return `Redirects are not followed: set \`url\` to ${location.replace(/^http/, 'ws')} if the feed is there.`;
}

/** The error for an answer of status 101 whose sub-protocol is none that was offered, or none although there has to be one. */
export function protocolRefusal(url: string, offered: readonly string[], answered: string): ConnectError {
  const where = redactUrl(url);
  const what =
    answered === ''
      ? `${where} took none of the sub-protocols that were offered, and \`require_protocol\` asks for one`
      : `${where} answered the WebSocket upgrade with the sub-protocol ${quoted(answered)}, which was not offered`;
  const offer = offered.length === 0 ? 'none was' : `offered: ${offered.map(quoted).join(', ')}`;
  const advice =
    answered === ''
      ? "Set `protocols` to what the feed's documentation names."
      : `Set \`protocols\` to it if the feed is meant to speak that, or to what the feed's documentation names.`;
  return new ConnectError(`${what} (${offer}). ${advice}`, { url: where, reason: 'sub_protocol' });
}

/** The error for an answer of status 101 that is no WebSocket upgrade all the same. */
export function handshakeBroken(url: string, cause: Error): SpillwayError {
  if (cause instanceof ConnectError) return cause;
  return new ConnectError(
    `${redactUrl(url)} answered the WebSocket upgrade with status 101, and broke the protocol in it${because(cause)}. Check the address, and what is on the way to it: a proxy that does not know WebSockets answers so, too.`,
    { url: redactUrl(url), reason: 'handshake', cause },
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

/** The error for a subscribe step whose function made no message. */
export function notMade(what: string, url: string, cause: unknown, hide: (text: string) => string): SubscribeError {
  return new SubscribeError({ what, reason: 'failed', url, how: hide(because(cause)), cause });
}

/** What somebody else said, so that it cannot be taken for our own words. */
function quoted(text: string): string {
  return visible(JSON.stringify(text.length <= MAX_QUOTED ? text : `${text.slice(0, MAX_QUOTED)}…`));
}

function because(cause: unknown): string {
  return cause instanceof Error && cause.message !== '' ? `: ${cause.message.replace(/[.\s]+$/, '')}` : '';
}

const MAX_QUOTED = 200;
