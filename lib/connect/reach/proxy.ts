import type { Agent } from 'node:http';
import { ConnectError, SpillwayError } from '../../errors.js';
import { parseProxy, showProxy } from '../../internal/proxy-address.js';
import { redactUrl } from '../../secrets/redaction.js';
import { environmentProxy } from './proxy-environment.js';
import { proxyUnreachable } from './proxy-failures.js';
import type { ProxyRequest } from './proxy-request.js';

/**
 * An agent that goes through the proxy, with code that is loaded when there is one; `undefined` when none applies. A request
 * whose proxy fails emits an error of this library.
 *
 * @throws {ConnectError} when the environment names a proxy that cannot be one
 */
export async function proxyAgent(request: ProxyRequest): Promise<Agent | undefined> {
  const { url, setting, onTunnel } = request;
  const proxy = await proxyFor(url, setting);
  if (proxy === undefined) return undefined;
  const [{ tunnelAgent }, openTunnel] = await Promise.all([
    import('./tunnel-agent.js'),
    proxy.protocol.startsWith('socks')
      ? import('./socks-tunnel.js').then(({ openSocksTunnel }) => openSocksTunnel)
      : import('./http-tunnel.js').then(({ openHttpTunnel }) => openHttpTunnel),
  ]);
  return tunnelAgent({
    isSecure: /^(wss|https):/i.test(url),
    // All that fails in here is the proxy's fault: the TLS handshake with the server comes afterwards.
    async open(to) {
      onTunnel?.(showProxy(proxy));
      try {
        return await openTunnel(to, proxy, request);
      } catch (cause) {
        throw cause instanceof SpillwayError ? cause : proxyUnreachable(proxy, url, cause);
      } finally {
        onTunnel?.(undefined);
      }
    },
  });
}

/**
 * The proxy that applies to an address, if any.
 *
 * @throws {ConnectError} when the environment names a proxy that cannot be one
 */
export async function proxyFor(url: string, setting: string): Promise<URL | undefined> {
  if (setting === 'none') return undefined;
  if (setting !== 'environment') return parseProxy(setting);
  if (LOOPBACK.test(new URL(url).hostname)) return undefined;
  const { getProxyForUrl } = await import('proxy-from-env');
  // The rules are those of the scheme beneath: ws is http, wss is https.
  const beneath = url.replace(/^ws/i, 'http');
  const named = environmentProxy(/^https/i.test(beneath) ? 'https' : 'http');
  // The library knows the rules of `NO_PROXY`; what it returns has the scheme of the request where a variable names none.
  if (named === undefined || getProxyForUrl(beneath) === '') return undefined;
  const proxy = parseProxy(named);
  if (proxy === undefined) {
    throw new ConnectError(
      'The environment (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY) names a proxy that is not the address of one. Expected http://host:port, https://, socks5://, socks5h://, socks4:// or socks4a://; or set `proxy: none`.',
      { url: redactUrl(url) },
    );
  }
  return proxy;
}

/**
 * No proxy of somebody else's leads to this machine; the URL parser has made an address of every way to write one. A name
 * below `localhost` is this machine (RFC 6761, section 6.3), and so is the address that stands for none.
 */
const LOOPBACK =
  /^((.+\.)?localhost\.?|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\]|\[::ffff:(7f[\da-f]{2}:[\da-f]{1,4}|0:0)\])$/;
