import { once } from 'node:events';
import { connect } from 'node:net';
import { formatDuration } from '../report/format.js';
import type { Peer } from './address.js';
import type { Deadline } from './deadline.js';
import { failed, ok, type Verdict } from './result.js';

/** Whether somebody listens there. */
export async function checkTcp(peer: Peer, deadline: Deadline): Promise<Verdict> {
  const { host, port, key } = peer;
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: deadline.signal });
    return ok(`connected to ${socket.remoteAddress}, port ${socket.remotePort}`);
  } catch (error) {
    if (deadline.hasPassed)
      return failed(`no answer from port ${port} of ${host} within ${formatDuration(deadline.ms)}`, filtered(key));
    return refusal(peer, error);
  } finally {
    socket.destroy();
  }
}

function refusal({ host, port, key }: Peer, error: unknown): Verdict {
  // What was tried at several addresses failed at each of them: the first tells.
  const { code = '', message } = (error instanceof AggregateError ? error.errors[0] : error) as NodeJS.ErrnoException;
  switch (code) {
    case 'ECONNREFUSED':
      return failed(`nothing listens at port ${port} of ${host} (${code})`, nobody(key));
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return failed(`no way leads from this machine to ${host} (${code})`, NO_ROUTE);
    case 'ETIMEDOUT':
      return failed(`no answer from port ${port} of ${host} (${code})`, filtered(key));
    default:
      return failed(`no connection to port ${port} of ${host}: ${message}`, nobody(key));
  }
}

function nobody(key: Peer['key']): string {
  return `Check that ${key === 'url' ? 'the server' : 'the proxy'} is up, and the port in \`${key}\`.`;
}

function filtered(key: Peer['key']): string {
  return `A firewall may swallow the packets: check that this machine may reach that port, and the port in \`${key}\`.`;
}

const NO_ROUTE = "Check this machine's network connection, and whether a VPN is needed to reach the server.";
