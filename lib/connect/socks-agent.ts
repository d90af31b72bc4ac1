import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { Agent, type ClientRequestArgs } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { SocksClient } from 'socks';

/** What {@link socksAgent} is told. */
export interface SocksOptions {
  /** `socks5:`, `socks5h:`, `socks4:` or `socks4a:`. */
  readonly proxy: URL;
  /** Whether TLS is spoken with the server behind the proxy. */
  readonly isSecure: boolean;
  /** Ends a talk with a proxy that does not answer. */
  readonly signal: AbortSignal;
  /** Makes the error of a request out of what went wrong on the way to the server. */
  readonly explain: (cause: unknown) => Error;
}

/** An agent whose sockets go through a SOCKS proxy. */
export function socksAgent(options: SocksOptions): Agent {
  const { isSecure, explain } = options;
  const agent = isSecure ? new SecureAgent() : new Agent();
  const createConnection = (to: Destination, callback: (error: Error | null, socket?: Socket) => void): undefined => {
    open(to, options).then(
      (socket) => callback(null, isSecure ? connectSecurely({ ...to, socket } as object) : socket),
      (cause: unknown) => callback(explain(cause)),
    );
  };
  return Object.assign(agent, { createConnection });
}

type Destination = Pick<ClientRequestArgs, 'host' | 'port'>;

/** A socket that leads to the server. */
async function open({ host, port }: Destination, { proxy, signal }: SocksOptions): Promise<Socket> {
  const { protocol, hostname, username, password } = proxy;
  const name = String(host);
  const isVersion4 = protocol.startsWith('socks4');
  const isLookedUpHere = protocol === 'socks5:' || protocol === 'socks4:';
  const target = isLookedUpHere ? (await lookup(name, isVersion4 ? { family: 4 } : {})).address : name;
  // The library would make a socket of its own, which nobody could end while the proxy does not answer.
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(proxy.port || DEFAULT_PORT),
    signal,
  });
  await once(socket, 'connect');
  await SocksClient.createConnection({
    command: 'connect',
    proxy: {
      host: hostname,
      port: Number(proxy.port || DEFAULT_PORT),
      type: isVersion4 ? 4 : 5,
      ...(username === '' ? {} : { userId: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    },
    destination: { host: target, port: Number(port) },
    existing_socket: socket,
  });
  return socket;
}

/** RFC 1928, section 3. */
const DEFAULT_PORT = 1080;
