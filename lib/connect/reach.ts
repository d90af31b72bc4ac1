import type { ClientOptions } from 'ws';
import { redactUrl } from '../internal/redaction.js';
import { proxyAgent } from './proxy.js';
import type { ResolvedReachOptions, TlsOptions } from './reach-options.js';

/**
 * What `ws` is given so that it gets through to `url`: TLS, origin, and an agent for the proxy.
 *
 * @param signal ends a talk with a proxy
 */
export async function reach(url: string, options: ResolvedReachOptions, signal: AbortSignal): Promise<ClientOptions> {
  const { tls: given, origin, proxy: setting } = options;
  const tls: TlsOptions = typeof given === 'function' ? await given({ url: redactUrl(url) }) : given;
  const agent = options.agent ?? (await proxyAgent({ url, setting, tls, signal }));
  return {
    ...(tls as ClientOptions),
    ...(origin === undefined ? {} : { origin }),
    ...(agent === undefined ? {} : { agent }),
  };
}
