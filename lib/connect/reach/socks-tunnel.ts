import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { SocksClient } from 'socks';
import type { ProxyRequest } from './proxy-request.js';
import type { Destination } from './tunnel-agent.js';

/** Has a SOCKS proxy (`socks5:`, `socks5h:`, `socks4:` or `socks4a:`) lead to the server. It is read no further than its answers are long. */
export async function openSocksTunnel(
  { host, port }: Destination,
  proxy: URL,
  { signal, timeoutMs }: ProxyRequest,
): Promise<Socket> {
  const { protocol, hostname, username, password } = proxy;
  const isVersion4 = protocol.startsWith('socks4');
  const isLookedUpHere = protocol === 'socks5:' || protocol === 'socks4:';
  const target = isLookedUpHere ? (await lookup(host, isVersion4 ? { family: 4 } : {})).address : host;
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
    destination: { host: target, port },
    existing_socket: socket,
    // Before it comes to that the signal is aborted; by itself it would give up after half a minute.
    timeout: timeoutMs,
  });
  return socket;
}

/** RFC 1928, section 3. */
const DEFAULT_PORT = 1080;
