import { createRequire } from 'node:module';

/**
 * lossless-json, loaded with the first big integer that Node 20 has to find: few feeds have one, and nobody waits for it before.
 * Bundlers, which follow no such call, take `lossless-bundled.ts` in place of this file (`imports` in package.json).
 */
export function loadLossless(): typeof import('lossless-json') {
  return createRequire(import.meta.url)('lossless-json') as typeof import('lossless-json');
}
