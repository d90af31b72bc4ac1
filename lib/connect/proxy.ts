import type { Agent } from 'node:http';
import { AuthError, ConnectError } from '../errors.js';
import { parseProxy, showProxy } from '../internal/proxy-address.js';
import { redactUrl } from '../internal/redaction.js';
import { environmentProxy } from './proxy-environment.js';
import type { TlsOptions } from './reach-options.js';

/** What {@link proxyAgent} is told. */
export interface ProxyRequest {
  /** The address behind the proxy: `ws:`, `wss:`, `http:` or `https:`. */
  readonly url: string;
  /** The option `proxy`. */
  readonly setting: string;
  /** For a proxy of `https://`. */
  readonly tls: TlsOptions;
  /** Aborted when the connection is over: it ends a talk with a proxy that does not answer. */
  readonly signal: AbortSignal;
}

/**
 * An agent that goes through the proxy, with code that is loaded when there is one; `undefined` when none applies. A request
 * whose proxy fails emits an error of this library.
 *
 * @throws {ConnectError} when the environment names a proxy that cannot be one
 */
export async function proxyAgent(request: ProxyRequest): Promise<Agent | undefined> {
  const proxy = await proxyFor(request.url, request.setting);
  if (proxy === undefined) return undefined;
  if (!proxy.protocol.startsWith('socks')) return await tunnelAgent(proxy, request);
  const { socksAgent } = await import('./socks-agent.js');
  return socksAgent({
    proxy,
    isSecure: /^(wss|https):/i.test(request.url),
    signal: request.signal,
    explain: (cause) => unreachable(proxy, request.url, cause),
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

async function tunnelAgent(proxy: URL, request: ProxyRequest): Promise<Agent> {
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  const { ca, minVersion, maxVersion, ciphers } = request.tls;
  const agent = new HttpsProxyAgent(proxy.href, {
    signal: request.signal,
    ...(proxy.protocol === 'https:' ? { ca, minVersion, maxVersion, ciphers } : {}),
  } as ConstructorParameters<typeof HttpsProxyAgent>[1]);
  let status = 0;
  agent.on('proxyConnect', ({ statusCode }: { statusCode: number }) => {
    status = statusCode;
  });
  const connect = agent.connect.bind(agent);
  // All that fails in here is the proxy's fault: the TLS handshake with the server comes afterwards.
  agent.connect = async (...args) => {
    const socket = await connect(...args).catch((cause: unknown) => {
      throw unreachable(proxy, request.url, cause);
    });
    if (status === 200) return socket;
    socket.destroy();
    throw refused(proxy, request.url, status);
  };
  return agent;
}

function unreachable(proxy: URL, url: string, cause: unknown): Error {
  const why = cause instanceof Error && cause.message !== '' ? `: ${cause.message.replace(/[.\s]+$/, '')}` : '';
  return new ConnectError(
    `No connection to ${redactUrl(url)} through the proxy ${showProxy(proxy)}${why}. Check \`proxy\` and its credentials, and that the proxy is up.`,
    { url: redactUrl(url), cause },
  );
}

function refused(proxy: URL, url: string, status: number): Error {
  const what = `The proxy ${showProxy(proxy)}`;
  if (status === 407) {
    return new AuthError(`${what} refused the credentials with status 407. Check the user info in \`proxy\`.`, {
      status,
    });
  }
  return new ConnectError(
    `${what} refused to connect to ${redactUrl(url)} with status ${status}. Check that it lets this address through, or that \`proxy\` is the right one.`,
    { url: redactUrl(url) },
  );
}

/**
 * No proxy of somebody else's leads to this machine; the URL parser has made an address of every way to write one. A name
 * below `localhost` is this machine (RFC 6761, section 6.3), and so is the address that stands for none.
 */
const LOOPBACK =
  /^((.+\.)?localhost\.?|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\]|\[::ffff:(7f[\da-f]{2}:[\da-f]{1,4}|0:0)\])$/;
