import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { formatDuration } from '../report/format.js';
import type { Peer } from './address.js';
import type { Deadline } from './deadline.js';
import { failed, ok, type Verdict } from './result.js';

/** Whether the host has an address: asked as a connect asks, so that the hosts file counts, too. */
export async function checkDns({ host, key }: Peer, deadline: Deadline): Promise<Verdict> {
  if (isIP(host) !== 0) return ok(`${host} is an address already`);
  try {
    const addresses = await deadline.wait(lookup(host, { all: true }));
    return ok(`${host} is ${addresses.map(({ address }) => address).join(', ')}`);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (deadline.hasPassed) return failed(`no answer for ${host} within ${formatDuration(deadline.ms)}`, NO_SERVER);
    if (code === 'EAI_AGAIN') return failed(`no name server answers for ${host} (${code})`, NO_SERVER);
    return failed(
      `no address is known for ${host} (${code})`,
      `Check the spelling of the host in \`${key}\`, and whether its name is known only within another network or a VPN.`,
    );
  }
}

const NO_SERVER = "Check this machine's network connection and its name servers (/etc/resolv.conf).";
