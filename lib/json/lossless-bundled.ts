import * as lossless from 'lossless-json';

/** lossless-json, for bundlers: see `lossless.ts`. */
export function loadLossless(): typeof import('lossless-json') {
  return lossless;
}
