import { ConfigError } from '../../errors.js';
import type { GivenOf, ResolvedOf } from '../../internal/options/option.js';
import { resolveOptions } from '../../internal/options.js';
import { compilePath, type Path } from '../../json/field.js';
import { Secrets } from '../../secrets/secrets.js';
import type { CredentialProvider, Credentials } from '../options/credentials.js';
import { ENDPOINT_OPTIONS, WAY_FIELDS } from '../options/token-options.js';
import { longBodyTexts, longHeaderValues, proxySecrets, tokenEndpointSecrets, withSecrets } from './secrets.js';
import { checkTokenOptions } from './token-options.js';
import { askForToken, isSendable, lifetimeMs, tokenFailure } from './token-request.js';
import { tokenProvider } from './token-source.js';

/** Options of {@link tokenEndpoint}. */
export interface TokenEndpointOptions extends GivenOf<typeof ENDPOINT_OPTIONS>, GivenOf<typeof WAY_FIELDS> {}

/**
 * Credentials by any HTTP endpoint that answers with JSON: its token is kept until shortly before it ends, and asked for anew when
 * the server refused it. However many connections wait for it, one request is under way. Errors are `ERR_AUTH`, and hold
 * neither secret nor token.
 *
 * @throws {ConfigError} when an option is not accepted
 * @example
 * ```ts
 * const credentials = tokenEndpoint({
 *   url: 'https://api.example.com/session',
 *   body: { key: process.env.API_KEY },
 *   tokenPath: 'data.token',
 *   applyAs: { header: 'Cookie', template: 'session={token}' },
 * });
 * new WebSocketReadable('wss://example.com/feed', { credentials });
 * ```
 */
export function tokenEndpoint(options: TokenEndpointOptions): CredentialProvider {
  const resolved = resolveOptions<ResolvedTokenEndpointOptions>('tokenEndpoint', options, FIELDS);
  checkTokenOptions('tokenEndpoint', resolved, FIELDS);
  if (resolved.encoding === 'form' && resolved.body !== undefined && !isForm(resolved.body)) {
    throw new ConfigError([
      {
        path: 'tokenEndpoint.body',
        message: "With `encoding: 'form'` it is an object of texts, numbers and booleans.",
      },
    ]);
  }
  const { url, tokenPath, expiresPath, applyAs } = resolved;
  const paths = {
    token: compilePath(tokenPath, 'tokenEndpoint.tokenPath'),
    expires: expiresPath === undefined ? undefined : compilePath(expiresPath, 'tokenEndpoint.expiresPath'),
  };
  const held = [
    ...tokenEndpointSecrets(resolved),
    ...longBodyTexts(resolved.body),
    ...longHeaderValues(resolved.headers),
  ];
  const secrets = new Secrets([...held, ...proxySecrets(resolved.proxy)]);
  const provider = tokenProvider({
    ...resolved,
    isAbortable: true,
    async request(signal) {
      const answer = await askForToken({ ...questionOf(resolved), secrets }, signal);
      const token = textAt(answer, paths.token);
      if (token === undefined || !isSendable(token)) {
        throw tokenFailure(url, 'is missing in its answer, or none that a header can carry. Check `token_path`');
      }
      const seconds = paths.expires === undefined ? undefined : valueAt(answer, paths.expires);
      return { credentials: credentialsOf(token, applyAs), lifetimeMs: lifetimeMs(seconds) };
    },
  });
  return withSecrets(provider, held);
}

interface ResolvedTokenEndpointOptions extends ResolvedOf<typeof FIELDS> {}

function questionOf({ url, method, headers, body, encoding, tls, proxy, clock }: ResolvedTokenEndpointOptions) {
  const type = encoding === 'form' ? 'application/x-www-form-urlencoded' : 'application/json';
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    ...{ url, key: 'url', method, tls, proxy, clock },
    headers: { ...(body === undefined ? {} : { 'content-type': type }), ...Object.fromEntries(given) },
    body: body === undefined ? undefined : encoding === 'form' ? formOf(body as object) : JSON.stringify(body),
  };
}

function formOf(body: object): string {
  return new URLSearchParams(
    Object.entries(body).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
}

function credentialsOf(token: string, applyAs: TokenEndpointOptions['applyAs']): Credentials {
  if (applyAs === undefined) return { type: 'bearer', token };
  const { header, template = '{token}' } = applyAs;
  return { type: 'custom', headers: { [header]: template.replaceAll('{token}', () => token) } };
}

function textAt(answer: unknown, path: Path): string | undefined {
  const value = valueAt(answer, path);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function valueAt(answer: unknown, { segments }: Path): unknown {
  let value = answer;
  for (const { key } of segments) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

function isForm(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  return Object.values(body).every((value) => ['string', 'number', 'boolean'].includes(typeof value));
}

const FIELDS = { ...ENDPOINT_OPTIONS, ...WAY_FIELDS };
