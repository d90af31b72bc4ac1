import type { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** One request to upgrade to a WebSocket, refused or not. */
export interface UpgradeRequest {
  /** 1 for the first request that this server got, 2 for the next, … */
  readonly attempt: number;
  /** Path and query, as requested. */
  readonly url: string;
  /** The headers; names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** The subprotocols that the client offers, in its order. */
  readonly protocols: readonly string[];
  /** The certificate that the client showed, where `tls` asks for one (`requestCert`). */
  readonly certificate: X509Certificate | undefined;
}
