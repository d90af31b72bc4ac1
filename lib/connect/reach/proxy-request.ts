import type { Clock } from '../../internal/clock.js';
import type { Secrets } from '../../secrets/secrets.js';
import type { TlsOptions } from '../options/reach-options.js';

/** The way through a proxy that is asked for. */
export interface ProxyRequest {
  /** The address behind the proxy: `ws:`, `wss:`, `http:` or `https:`. */
  readonly url: string;
  /** The option `proxy`. */
  readonly setting: string;
  /** For a proxy of `https://`. */
  readonly tls: TlsOptions;
  /** Aborted when the connection is over: it ends a talk with a proxy that does not answer. */
  readonly signal: AbortSignal;
  /** The signal is aborted after so long at the latest. @default 30_000 */
  readonly timeoutMs?: number;
  readonly clock: Clock;
  /** Hidden in what the proxy says. */
  readonly secrets: Secrets;
  /** Called with the proxy's address when it is about to be talked to, and without one when that is over. */
  readonly onTunnel?: ((proxy: string | undefined) => void) | undefined;
}
