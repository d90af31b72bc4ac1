import { hasStraySpace } from './address.js';

/** What the option `proxy` takes, as the end of "expected …". */
export const PROXY_SETTING =
  '`none`, `environment`, or the address of a proxy: http://, https://, socks5://, socks5h://, socks4:// or socks4a://, with a host and at most user info and a port beside it';

/** Whether it is one of these. */
export function isProxySetting(value: unknown): boolean {
  if (value === 'none' || value === 'environment') return true;
  return typeof value === 'string' && parseProxy(value) !== undefined;
}

/** A proxy's address; `undefined` for what is none. */
export function parseProxy(text: string): URL | undefined {
  if (!PROXY_SCHEME.test(text) || hasStraySpace(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const hasMore = url.search !== '' || url.hash !== '' || !['', '/'].includes(url.pathname);
  return url.hostname === '' || hasMore || !isDecodable(url) ? undefined : url;
}

/** A proxy's address as it may be shown: without user info. */
export function showProxy(proxy: URL): string {
  return `${proxy.protocol}//${proxy.host}`;
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username);
    decodeURIComponent(password);
    return true;
  } catch {
    return false;
  }
}

const PROXY_SCHEME = /^(https?|socks5h?|socks4a?):\/\//i;
