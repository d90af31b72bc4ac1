import tls, { type SecureContext } from 'node:tls';
import { ByContent } from '../../internal/by-content.js';
import type { Clock } from '../../internal/clock.js';
import type { TlsOptions } from '../options/reach-options.js';

/**
 * TLS options with the context that connections of the same options share: each would make one of its own otherwise, which takes
 * 20 KiB for as long as it lasts. A context is shared for a minute after it was made, since it knows the authorities of that time.
 * Options that hold more than texts, or others than those of which it is known what they are for, stay as they are.
 */
export function withSharedContext(
  given: TlsOptions,
  clock: Clock,
): TlsOptions & { readonly secureContext?: SecureContext } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  if (!entries.every(([name, value]) => OF_SOCKET.has(name) || (OF_CONTEXT.has(name) && isText(value)))) return given;
  const options = Object.fromEntries(entries.filter(([name]) => OF_CONTEXT.has(name)));
  const { DEFAULT_MIN_VERSION, DEFAULT_MAX_VERSION, DEFAULT_CIPHERS } = tls;
  const minute = Math.floor(clock.monotonic() / SHARED_MS);
  const content = { options, minute, DEFAULT_MIN_VERSION, DEFAULT_MAX_VERSION, DEFAULT_CIPHERS };
  try {
    const secureContext = contexts.of(content, () => tls.createSecureContext({ ciphers: DEFAULT_CIPHERS, ...options }));
    return { ...given, secureContext };
  } catch {
    // The connect fails by the same, and says so.
    return given;
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string'));
}

const contexts = new ByContent<SecureContext>('');
const OF_CONTEXT: ReadonlySet<string> = new Set([
  ...['ca', 'cert', 'key', 'passphrase', 'minVersion', 'maxVersion', 'ciphers'],
]);
const OF_SOCKET: ReadonlySet<string> = new Set(['servername', 'rejectUnauthorized', 'checkServerIdentity']);
const SHARED_MS = 60_000;
