import { oneOf, resolveOptions } from '../internal/options.js';

/** What `fetchAll()` takes. */
export interface FetchOptions {
  /**
   * What becomes of the values when the `signal` of the source is aborted: `throw` the AbortError, and they are gone, or `return`
   * all that was received before. @default 'throw'
   */
  readonly onAbort?: 'throw' | 'return' | undefined;
}

/** @throws {ConfigError} when an option is unknown or its value is not accepted */
export function resolveFetchOptions(options: FetchOptions): { readonly onAbort: 'throw' | 'return' } {
  return resolveOptions('fetchAll', options, { onAbort: oneOf<'throw' | 'return'>('throw', ['throw', 'return']) });
}
