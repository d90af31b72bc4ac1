import * as nodeModule from 'node:module';

/**
 * Has what is loaded from here on compiled once, and read from a folder of this machine by the next process: where Node has
 * that (22.8 and later), unless `NODE_DISABLE_COMPILE_CACHE=1` turns it off. `NODE_COMPILE_CACHE` names another folder.
 */
export function keepCompiledCode(): void {
  const { enableCompileCache } = nodeModule as { readonly enableCompileCache?: () => unknown };
  enableCompileCache?.();
}
