import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { AuthError, type SpillwayError } from '../../errors.js';
import type { Clock } from '../../internal/clock.js';
import { redactUrl } from '../../secrets/redaction.js';
import type { Secrets } from '../../secrets/secrets.js';
import type { TlsOptions, TlsProvider } from '../options/reach-options.js';
import { saidText } from './connection-failures.js';
import { readSome, refusalIn } from './http-refusal.js';
import { proxyAgent } from './proxy.js';

/** What a token endpoint is asked, and how. */
export interface TokenQuestion {
  readonly url: string;
  /** The option that holds the address, for messages. */
  readonly key: string;
  readonly method: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly tls: TlsOptions | TlsProvider;
  readonly proxy: string;
  readonly clock: Clock;
  /** What is sent, and hidden in what comes back. */
  readonly secrets: Secrets;
}

/** What a grant of OAuth 2 gave. */
export interface GrantedToken {
  readonly token: string;
  readonly lifetimeMs: number | undefined;
  /** A refresh token that takes the place of the one that was sent. */
  readonly refreshToken: string | undefined;
}

/**
 * Asks a token endpoint, through the proxy that applies. Redirects are not followed: they would take the secret elsewhere.
 *
 * @returns the JSON text of an answer with status 200 to 299, as far as it is one
 * @throws {AuthError} for any other answer, with what it says; without secrets
 */
export async function askForToken(question: TokenQuestion, signal: AbortSignal): Promise<unknown> {
  const { url, key, clock, secrets } = question;
  let response: IncomingMessage;
  try {
    response = await send(question, signal);
  } catch (cause) {
    if (cause instanceof AuthError) throw cause;
    throw tokenFailure(url, `cannot be had${because(cause)}. Check \`${key}\` and that its server is up`, { cause });
  }
  const statusCode = response.statusCode!;
  try {
    if (statusCode >= 200 && statusCode < 300) return parsed(await readWhole(response));
    throw refusal(question, response, await readSome(response, clock));
  } catch (cause) {
    if (cause instanceof AuthError) throw cause;
    throw tokenFailure(url, `cannot be had${secrets.hide(because(cause))}`, { cause });
  } finally {
    response.destroy();
  }
}

/** The token in an answer to a grant (RFC 6749, section 5.1). */
export function readGrant(url: string, answer: unknown): GrantedToken {
  const facts = factsIn(answer);
  const { access_token: token, token_type: type, expires_in: seconds, refresh_token: next } = facts;
  if (typeof token !== 'string' || !isSendable(token)) {
    throw tokenFailure(url, 'is missing in its answer, or none that a header can carry. Check `token_url`');
  }
  if (type !== undefined && String(type).toLowerCase() !== 'bearer') {
    throw tokenFailure(url, 'is of a type that is not known here. Only bearer tokens are');
  }
  return {
    token,
    lifetimeMs: lifetimeMs(seconds),
    refreshToken: typeof next === 'string' && next !== '' ? next : undefined,
  };
}

/** Seconds as a number or as text; `undefined` for what is no time. */
export function lifetimeMs(seconds: unknown): number | undefined {
  const lifetime = typeof seconds === 'string' && seconds.trim() !== '' ? Number(seconds) : seconds;
  return typeof lifetime === 'number' && Number.isFinite(lifetime) && lifetime > 0 ? lifetime * 1000 : undefined;
}

/** Whether a header can carry it. */
export function isSendable(token: string): boolean {
  return /^[\x21-\x7e]+$/.test(token);
}

/** Whether a server knows the client or its secret not, or takes them in another place (RFC 6749, section 5.2). */
export function isClientRefused(error: unknown): boolean {
  return error instanceof AuthError && error.tokenError === 'invalid_client';
}

/** Whether a refresh token is spent, revoked or expired. */
export function isGrantRefused(error: unknown): boolean {
  return error instanceof AuthError && error.tokenError === 'invalid_grant';
}

/** The error for a token that is not to be had. */
export function tokenFailure(
  url: string,
  what: string,
  facts: ConstructorParameters<typeof AuthError>[1] = {},
): SpillwayError {
  return new AuthError(`The token of ${redactUrl(url)} ${what}.`, facts);
}

async function send(question: TokenQuestion, signal: AbortSignal): Promise<IncomingMessage> {
  const { url, method, headers, body, tls: given, proxy: setting, clock, secrets } = question;
  const tls: TlsOptions = typeof given === 'function' ? await given({ url: redactUrl(url) }) : given;
  const agent = await proxyAgent({ url, setting, tls, signal, clock, secrets });
  const request = url.startsWith('https:') ? secureRequest : plainRequest;
  return await new Promise((resolve, reject) => {
    const sent = request(url, {
      ...(tls as object),
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
        ...headers,
      },
      signal,
      // Without one of its own, Node would keep the connection for later.
      agent: agent ?? false,
    });
    sent.on('error', reject).on('response', resolve).end(body);
  });
}

async function readWhole(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new AuthError(`The token endpoint answered with more than ${MAX_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** An answer without a token: whether another one can be had by asking again, and what to do. */
function refusal({ url, key, secrets }: TokenQuestion, response: IncomingMessage, body: Buffer): SpillwayError {
  const given = refusalIn(url, response, body, secrets);
  const { status, location } = given;
  const code = codeIn(body);
  const answer = given.answer === code ? undefined : given.answer;
  const said = `${code === '' ? '' : ` (${code})`}${saidText({ location, answer: answer?.replace(` (${code})`, '') })}`;
  // A header of a server's choice: only what can be a time.
  const retryAfter = /^[\w ,:]{1,40}$/.test(given.retryAfter ?? '') ? given.retryAfter : undefined;
  const isTemporary = status >= 500 || TEMPORARY_STATUS.has(status) || TEMPORARY_CODES.has(code);
  const facts = { tokenError: code === '' ? undefined : code, location, answer };
  return isTemporary
    ? tokenFailure(url, `cannot be had now: its server answered with status ${status}${said}. Check that it is up`, {
        ...facts,
        reason: 'token_later',
        retryAfter,
      })
    : tokenFailure(url, `was refused with status ${status}${said}. ${ADVICE[code] ?? adviceOn(status, key)}`, {
        ...facts,
        reason: 'token_refused',
      });
}

function codeIn(body: Buffer): string {
  const { error } = factsIn(parsed(body.toString()));
  return typeof error === 'string' && ERROR_CODE.test(error) ? error : '';
}

function adviceOn(status: number, key: string): string {
  if (status !== 400 && status !== 401 && status !== 403) return `Check \`${key}\`: redirects are not followed`;
  return key === 'token_url'
    ? 'Check `client_id`, `client_secret`, `scope` and `audience`'
    : 'Check `headers` and `body`: what the endpoint is sent';
}

function factsIn(answer: unknown): Readonly<Record<string, unknown>> {
  return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function because(cause: unknown): string {
  return cause instanceof Error && cause.message !== '' ? `: ${cause.message.replace(/[.\s]+$/, '')}` : '';
}

/** By the codes of RFC 6749, section 5.2. */
const ADVICE: Readonly<Record<string, string>> = {
  invalid_client: 'Check `client_id` and `client_secret`, and `client_auth`',
  invalid_grant:
    'The refresh token is spent, revoked or expired: get a new one by logging in once more, and write it into `refresh_token`',
  unauthorized_client: 'Have this client allowed to ask for tokens by this grant',
  unsupported_grant_type: 'Check `token_url`: this one gives no tokens by this grant',
  invalid_scope: 'Check `scope`: it is unknown, malformed, or more than this client may have',
  invalid_request: 'Check `scope`, `audience` and `params`: the server misses a field, or knows one of them not',
};
const TEMPORARY_STATUS: ReadonlySet<number> = new Set([408, 425, 429]);
/** Not of that section, but said by servers that mean them as the authorization endpoint does (section 4.1.2.1). */
const TEMPORARY_CODES: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);
const MAX_BYTES = 256 * 1024;
/** RFC 6749, section 5.2. */
const ERROR_CODE = /^[a-z_]{1,40}$/;
