import type { ResolvedSourceConfig } from '../../config/source-config.js';
import type { TlsOptions } from '../../connect/reach-options.js';

/** Where a server is, for the looks that come before the WebSocket. */
export interface ServerAddress {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Whether TLS is spoken there. */
  readonly isSecure: boolean;
  readonly tls: TlsOptions;
}

/** The server that a configuration connects to. */
export function serverAddress({ url }: Pick<ResolvedSourceConfig, 'url'>, tls: TlsOptions): ServerAddress {
  const { protocol, hostname, port } = new URL(url);
  const isSecure = protocol === 'wss:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isSecure ? 443 : 80) : Number(port),
    isSecure,
    tls,
  };
}
