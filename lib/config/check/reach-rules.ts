import { isProxySetting, PROXY_SETTING } from '../../internal/proxy-address.js';
import { type Finding, valueFinding } from './findings.js';

/** What is wrong with the way to the server beyond what the JSON Schema can say. Values of a wrong type pass. */
export function checkReach(given: Readonly<Record<string, unknown>>): Finding[] {
  return [...checkProxy(given['proxy']), ...checkOrigin(given), ...checkTls(given)];
}

function checkProxy(proxy: unknown): Finding[] {
  if (typeof proxy !== 'string' || proxy === '' || isProxySetting(proxy)) return [];
  return [valueFinding(['proxy'], `Expected ${PROXY_SETTING}, but found something else.`)];
}

function checkOrigin({ origin, headers }: Readonly<Record<string, unknown>>): Finding[] {
  if (origin === undefined || typeof headers !== 'object' || headers === null) return [];
  const name = Object.keys(headers).find((key) => key.toLowerCase() === 'origin');
  return name === undefined
    ? []
    : [{ path: ['headers', name], at: 'key', message: 'This header is set by `origin`, too. Remove one of the two.' }];
}

/** A proxy and a token server may be reached by TLS where the feed is not. */
function checkTls({ tls, url, urls, auth, proxy }: Readonly<Record<string, unknown>>): Finding[] {
  const addresses: readonly unknown[] = Array.isArray(urls) && urls.length > 0 ? urls : [url];
  const isPlain = addresses.every((one) => typeof one === 'string' && /^ws:\/\//i.test(one));
  const isUsed = !isPlain || proxy !== undefined || mayAsk(auth);
  return tls === undefined || isUsed
    ? []
    : [{ path: ['tls'], at: 'key', message: '`tls` needs an address that begins with `wss://`.' }];
}

function mayAsk(auth: unknown): boolean {
  if (typeof auth !== 'object' || auth === null) return false;
  return 'ref' in auth || ('type' in auth && ASKING.has(auth.type));
}

/** Types of `auth` that ask a server of their own. */
const ASKING: ReadonlySet<unknown> = new Set(['oauth2', 'oauth2_refresh', 'token_endpoint']);
