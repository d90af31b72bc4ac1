import { createRequire } from 'node:module';
import type { AjvModules } from './ajv-bundled.js';

/**
 * ajv, loaded with the first schema: it takes longer to load than the rest of the library, and few need it. Bundlers, which
 * follow no such call, take `ajv-bundled.ts` in place of this file (`imports` in package.json).
 */
export function loadAjv(): AjvModules {
  const require = createRequire(import.meta.url);
  const { Ajv } = require('ajv') as typeof import('ajv');
  const { Ajv2020 } = require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
  return { Ajv, Ajv2020, addFormats: require('ajv-formats') as typeof import('ajv-formats') };
}
