import { once } from 'node:events';
import { connect } from 'node:net';
import { formatDuration } from '../format.js';
import type { ServerAddress } from './address.js';
import type { Deadline } from './deadline.js';
import { failed, ok, type Verdict } from './result.js';

/** Whether somebody listens there. */
export async function checkTcp({ host, port }: ServerAddress, deadline: Deadline): Promise<Verdict> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: deadline.signal });
    return ok(`connected to ${socket.remoteAddress}, port ${socket.remotePort}`);
  } catch (error) {
    if (deadline.hasPassed)
      return failed(`no answer from port ${port} of ${host} within ${formatDuration(deadline.ms)}`, FILTERED);
    return refusal(host, port, error);
  } finally {
    socket.destroy();
  }
}

function refusal(host: string, port: number, error: unknown): Verdict {
  // What was tried at several addresses failed at each of them: the first tells.
  const { code = '', message } = (error instanceof AggregateError ? error.errors[0] : error) as NodeJS.ErrnoException;
  switch (code) {
    case 'ECONNREFUSED':
      return failed(`nothing listens at port ${port} of ${host} (${code})`, NOBODY);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return failed(`no way leads from this machine to ${host} (${code})`, NO_ROUTE);
    case 'ETIMEDOUT':
      return failed(`no answer from port ${port} of ${host} (${code})`, FILTERED);
    default:
      return failed(`no connection to port ${port} of ${host}: ${message}`, NOBODY);
  }
}

const NOBODY = 'Check that the server is up, and the port in `url`.';
const NO_ROUTE = "Check this machine's network connection, and whether a VPN is needed to reach the server.";
const FILTERED =
  'A firewall may swallow the packets: check that this machine may reach that port, and the port in `url`.';
