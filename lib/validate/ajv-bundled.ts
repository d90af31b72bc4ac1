import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** What a schema is compiled with. */
export interface AjvModules {
  readonly Ajv: typeof Ajv;
  readonly Ajv2020: typeof Ajv2020;
  readonly addFormats: typeof addFormats;
}

/** ajv, for bundlers: see `ajv.ts`. */
export function loadAjv(): AjvModules {
  return { Ajv, Ajv2020, addFormats };
}
