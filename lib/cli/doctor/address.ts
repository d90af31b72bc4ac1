import type { TlsOptions } from '../../connect/options/reach-options.js';

/** What is connected to first: the server, or the proxy on the way to it. */
export interface Peer {
  /** The key of the configuration that names it. */
  readonly key: 'url' | 'proxy';
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** A server that TLS is spoken with, and how. */
export interface SecureServer extends Peer {
  readonly tls: TlsOptions;
}

/** The peer behind an address. */
export function peerOf({ hostname, port, protocol }: URL, key: Peer['key']): Peer {
  return {
    key,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (DEFAULT_PORTS[protocol] ?? 1080) : Number(port),
  };
}

/** Those of SOCKS have one and the same. */
const DEFAULT_PORTS: { readonly [protocol: string]: number } = { 'ws:': 80, 'wss:': 443, 'http:': 80, 'https:': 443 };
