import type { Compression } from './encodings.js';

/** How a file is compressed, as its name says. */
export function compressionBySuffix(path: string): Compression {
  if (/\.gz$/i.test(path)) return 'gzip';
  return /\.zstd?$/i.test(path) ? 'zstd' : 'none';
}
