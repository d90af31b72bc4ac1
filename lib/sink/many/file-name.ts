import { createHash } from 'node:crypto';

/**
 * A file name for a key that somebody else has chosen: letters, digits, `.`, `_` and `-` of ASCII stay, all else becomes `%` and
 * its code. So it leads out of no folder, names no device, and is no hidden file; two keys never have the same one, but for
 * file systems that do not tell `a` from `A`. A name of more than 200 characters is cut, and ends with its SHA-256.
 *
 * @example
 * ```ts
 * fileNameOf('BTC-USD'); // 'BTC-USD'
 * fileNameOf('../etc/passwd'); // '%2E.%2Fetc%2Fpasswd'
 * ```
 */
export function fileNameOf(key: string): string {
  const escaped = key.replace(/[^\w.-]/gu, codeOf);
  const name = escaped
    .replace(/^[.-]/, codeOf)
    .replace(DEVICE, (device) => codeOf(device[0]!) + device.slice(1))
    .replace(/\.$/, codeOf);
  if (name === '') return '%';
  if (name.length <= LONGEST) return name;
  const digest = createHash('sha256').update(key, 'utf16le').digest('hex');
  return `${name.slice(0, LONGEST - digest.length - 2)}%-${digest}`;
}

function codeOf(character: string): string {
  const code = character.codePointAt(0)!;
  // Of half a pair there is no UTF-8.
  if (code >= 0xd800 && code <= 0xdfff) return `%u${code.toString(16)}`;
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** Names that Windows has for devices, whatever their suffix. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;
const LONGEST = 200;
