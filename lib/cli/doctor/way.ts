import type { ResolvedSourceConfig } from '../../config/source-config.js';
import { tlsFromConfig } from '../../config/tls-files.js';
import { proxyFor } from '../../connect/proxy.js';
import type { TlsOptions } from '../../connect/reach-options.js';
import { showProxy } from '../../internal/proxy-address.js';
import { redactUrl } from '../../internal/redaction.js';

/** How a configuration gets to a server. */
export interface Way {
  readonly tls: TlsOptions;
  /** The proxy's address without user info; `undefined` when none applies. */
  readonly proxy: string | undefined;
}

/** @throws {ConfigError | ConnectError} when a file or the environment cannot be used */
export async function wayOf({ reach }: Pick<ResolvedSourceConfig, 'reach'>, url: string): Promise<Way> {
  const tls = tlsFromConfig(reach.tls);
  const proxy = await proxyFor(url, reach.proxy);
  return {
    tls: typeof tls === 'function' ? await tls({ url: redactUrl(url) }) : tls,
    proxy: proxy === undefined ? undefined : showProxy(proxy),
  };
}
