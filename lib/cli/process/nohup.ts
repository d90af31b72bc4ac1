import { readFileSync } from 'node:fs';
import type { Environment } from '../../config/placeholders/environment.js';

/**
 * Whether who started this process wants it to outlive its terminal. Node.js cannot tell: it begins by giving every
 * signal back what it does by default. So this goes by what `nohup` leaves behind: the shell has named it in `_`, or the
 * parent, which it started in our place, ignores SIGHUP as we should (Linux tells).
 */
export function isUnderNohup(env: Environment = process.env, statusOf: (pid: number) => string = readStatus): boolean {
  if (/(^|\/)nohup$/.test(env['_'] ?? '')) return true;
  const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(statusOf(process.ppid))?.[1];
  return ignored !== undefined && (BigInt(`0x${ignored}`) & SIGHUP_BIT) !== 0n;
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

/** The lowest bit is that of signal 1. */
const SIGHUP_BIT = 1n;
