import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { AuthError, type SpillwayError } from '../errors.js';
import { redactUrl } from '../internal/redaction.js';
import type { ResolvedOAuth2Options } from './oauth2.js';
import { proxyAgent } from './proxy.js';
import type { TlsOptions } from './reach-options.js';

/** What a token endpoint gave. */
export interface Token {
  readonly token: string;
  readonly lifetimeMs: number;
}

/**
 * Asks a token endpoint for a token (RFC 6749, section 4.4.2), through the proxy that applies. Redirects are not
 * followed: they would take the secret elsewhere.
 *
 * @throws {AuthError} when there is none to be had; without secrets, and with no more of the answer than the error code
 * that section 5.2 defines
 */
export async function requestToken(options: ResolvedOAuth2Options, signal: AbortSignal): Promise<Token> {
  const { tokenUrl } = options;
  let answer: Answer;
  try {
    answer = await post(options, signal);
  } catch (cause) {
    if (cause instanceof AuthError) throw cause;
    throw failure(tokenUrl, `cannot be had${because(cause)}. Check \`token_url\` and that its server is up`, { cause });
  }
  return read(tokenUrl, answer);
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

async function post(options: ResolvedOAuth2Options, signal: AbortSignal): Promise<Answer> {
  const { tokenUrl, tls: given, proxy: setting } = options;
  const tls: TlsOptions = typeof given === 'function' ? await given({ url: redactUrl(tokenUrl) }) : given;
  const agent = await proxyAgent({ url: tokenUrl, setting, tls, signal });
  const request = tokenUrl.startsWith('https:') ? secureRequest : plainRequest;
  const body = bodyOf(options);
  return await new Promise<Answer>((resolve, reject) => {
    const sent = request(tokenUrl, {
      ...(tls as object),
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
        ...loginOf(options),
      },
      signal,
      // Without one of its own, Node would keep the connection for later.
      agent: agent ?? false,
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      readBody(response).then((text) => resolve({ status, retryAfter: headers['retry-after'], body: text }), reject);
    });
    sent.end(body);
  });
}

function bodyOf({ clientId, clientSecret, clientAuth, scope, audience, params }: ResolvedOAuth2Options): string {
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...params });
  if (scope !== undefined) form.set('scope', scope);
  if (audience !== undefined) form.set('audience', audience);
  if (clientAuth === 'body') {
    form.set('client_id', clientId);
    form.set('client_secret', clientSecret);
  }
  return form.toString();
}

function loginOf({ clientId, clientSecret, clientAuth }: ResolvedOAuth2Options): { authorization?: string } {
  if (clientAuth === 'body') return {};
  // Each is encoded as in a form first (RFC 6749, section 2.3.1).
  const [id, secret] = [clientId, clientSecret].map((text) => new URLSearchParams({ x: text }).toString().slice(2));
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new AuthError(`The token endpoint answered with more than ${MAX_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function read(tokenUrl: string, answer: Answer): Token {
  const facts = parsed(answer.body);
  if (answer.status !== 200) throw refusal(tokenUrl, answer, facts['error']);
  const { access_token: token, token_type: type, expires_in: seconds } = facts;
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw failure(tokenUrl, 'is missing in its answer, or none that a header can carry. Check `token_url`');
  }
  if (type !== undefined && String(type).toLowerCase() !== 'bearer') {
    throw failure(tokenUrl, 'is of a type that is not known here. Only bearer tokens are');
  }
  const lifetime = Number(seconds);
  return { token, lifetimeMs: Number.isFinite(lifetime) && lifetime > 0 ? lifetime * 1000 : DEFAULT_LIFETIME_MS };
}

/** An answer without a token: whether another one can be had by asking again, and what to do. */
function refusal(tokenUrl: string, { status, retryAfter }: Answer, error: unknown): SpillwayError {
  const code = typeof error === 'string' && ERROR_CODE.test(error) ? error : '';
  const isTemporary = status >= 500 || TEMPORARY_STATUS.has(status) || TEMPORARY_CODES.has(code);
  const said = code === '' ? '' : ` (${code})`;
  // A header of a server's choice: only what can be a time.
  const later = retryAfter === undefined || !/^[\w ,:]{1,40}$/.test(retryAfter) ? undefined : retryAfter;
  return isTemporary
    ? failure(tokenUrl, `cannot be had now: its server answered with status ${status}${said}. Check that it is up`, {
        reason: 'token_later',
        retryAfter: later,
      })
    : failure(tokenUrl, `was refused with status ${status}${said}. ${ADVICE[code] ?? adviceOn(status)}`, {
        reason: 'token_refused',
      });
}

function adviceOn(status: number): string {
  return status === 400 || status === 401 || status === 403
    ? 'Check `client_id`, `client_secret`, `scope` and `audience`'
    : 'Check `token_url`: redirects are not followed';
}

function parsed(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function failure(
  tokenUrl: string,
  what: string,
  facts: ConstructorParameters<typeof AuthError>[1] = {},
): SpillwayError {
  return new AuthError(`The token of ${redactUrl(tokenUrl)} ${what}.`, facts);
}

function because(cause: unknown): string {
  return cause instanceof Error && cause.message !== '' ? `: ${cause.message.replace(/[.\s]+$/, '')}` : '';
}

/** By the codes of RFC 6749, section 5.2. */
const ADVICE: Readonly<Record<string, string>> = {
  invalid_client:
    'Check `client_id` and `client_secret`, and `client_auth`: some servers take them in the body of the request alone',
  unauthorized_client: 'Have this client allowed to ask for tokens by itself (the grant `client_credentials`)',
  unsupported_grant_type: 'Check `token_url`: this one gives no tokens by client credentials',
  invalid_scope: 'Check `scope`: it is unknown, malformed, or more than this client may have',
  invalid_request: 'Check `scope`, `audience` and `params`: the server misses a field, or knows one of them not',
};
const TEMPORARY_STATUS: ReadonlySet<number> = new Set([408, 425, 429]);
/** Not of that section, but said by servers that mean them as the authorization endpoint does (section 4.1.2.1). */
const TEMPORARY_CODES: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);
const MAX_BYTES = 256 * 1024;
/** RFC 6749, section 5.2; nothing longer than a code is repeated, since it could hold anything. */
const ERROR_CODE = /^[a-z_]{1,40}$/;
/** Where the answer does not say when it ends. */
const DEFAULT_LIFETIME_MS = 5 * 60_000;
