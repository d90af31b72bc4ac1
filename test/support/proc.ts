import { existsSync, readFileSync } from 'node:fs';

/** The most memory that a process has had by now, in bytes; `undefined` where the system does not tell. */
export function peakRssOf(pid: number): number | undefined {
  const path = `/proc/${pid}/status`;
  const found = existsSync(path) ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(path, 'utf8')) : null;
  return found === null ? undefined : Number(found[1]) * 1024;
}

/** What was sent from a local port and has not arrived, in bytes, over all connections; `undefined` where the system does not tell. */
export function unreadFrom(port: number): number | undefined {
  if (!existsSync('/proc/net/tcp')) return undefined;
  const local = new RegExp(
    `^ *\\d+: [0-9A-F]{8}:${port.toString(16).toUpperCase().padStart(4, '0')} \\S+ 01 ([0-9A-F]+):`,
  );
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .reduce((sum, line) => sum + Number.parseInt(local.exec(line)?.[1] ?? '0', 16), 0);
}
