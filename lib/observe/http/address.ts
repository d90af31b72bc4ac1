import { BlockList, isIP } from 'node:net';

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** Reads `127.0.0.1:9464`, `[::1]:9464`, `localhost:9464`, or a port alone, which is one of this machine's; `undefined` for what is none. */
export function parseListen(text: string): ListenAddress | undefined {
  const found = /^(?:(?:\[(?<six>[\da-fA-F:.]+)\]|(?<host>[\w.-]+)):)?(?<port>\d{1,5})$/.exec(text);
  if (found === null) return undefined;
  const { six, host = six ?? LOOPBACK, port } = found.groups as Readonly<Record<string, string | undefined>>;
  if (Number(port) > 65_535 || (six !== undefined && isIP(six) !== 6)) return undefined;
  return { host, port: Number(port) };
}

/** Whether nobody beyond this machine gets there. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const family = isIP(host);
  return family !== 0 && LOOPBACKS.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/** The address as a URL has it. */
export function originOf({ host, port }: ListenAddress): string {
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

const LOOPBACK = '127.0.0.1';
const LOOPBACKS = new BlockList();
LOOPBACKS.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACKS.addAddress('::1', 'ipv6');
