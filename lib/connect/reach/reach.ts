import type { ClientOptions } from 'ws';
import { wrongResult } from '../../internal/given-function.js';
import { kindOf } from '../../internal/options.js';
import { redactUrl } from '../../secrets/redaction.js';
import { isTlsOptions, type ResolvedReachOptions, type TlsOptions } from '../options/reach-options.js';
import { proxyAgent } from './proxy.js';
import type { ProxyRequest } from './proxy-request.js';
import { withSharedContext } from './secure-contexts.js';

/**
 * What `ws` is given so that it gets through to `url`: TLS, origin, and an agent for the proxy.
 *
 * @param around what a talk with a proxy has to know
 */
export async function reach(
  url: string,
  options: ResolvedReachOptions,
  around: Omit<ProxyRequest, 'url' | 'setting' | 'tls' | 'signal'> & { readonly signal: () => AbortSignal },
): Promise<ClientOptions> {
  const { tls: given, origin, proxy: setting } = options;
  const tls: TlsOptions = typeof given === 'function' ? await given({ url: redactUrl(url) }) : given;
  if (!isTlsOptions(tls)) throw wrongResult('tls', tls, 'an object of TLS options', kindOf);
  const request = {
    ...{ ...around, url, setting, tls },
    // Made when there is a proxy.
    get signal() {
      return around.signal();
    },
  };
  const agent = options.agent ?? (await proxyAgent(request));
  const isDirect = agent === undefined && url.startsWith('wss:');
  return {
    ...((isDirect ? withSharedContext(tls, around.clock) : tls) as ClientOptions),
    ...(origin === undefined ? {} : { origin }),
    ...(agent === undefined ? {} : { agent }),
  };
}
