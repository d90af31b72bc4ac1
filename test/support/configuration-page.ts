import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { authSchemas } from '../../lib/config/auth/auth-schema.js';
import type { JsonSchema } from '../../lib/config/check/schema-check.js';
import { withKeyTables } from './key-table.js';
import { namesTable } from './names-table.js';
import { between, ROOT } from './readme.js';

/** The page on the configuration with its tables made from the schemas. `npm run readme` writes it. */
export function freshConfigurationPage(): string {
  const page = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8');
  return withKeyTables(between(between(page, 'auth-types', authTypeTable()), 'names', namesTable()));
}

/** Each kind of credentials, with the keys of its `config`. */
function authTypeTable(): string {
  const { description, enum: types } = authSchemas.auth.properties.type;
  const meanings = new Map(
    [...description.matchAll(/`(\w+)`: ([^;]+?)(?:;|\.$)/g)].map(([, type, text]) => [type, text]),
  );
  const rows = types.map((type) => `| \`${type}\` | ${keysOf(type)} | ${meanings.get(type)!} |`);
  return ['| `type` | its `config` | what it is |', '| --- | --- | --- |', ...rows].join('\n');
}

function keysOf(type: string): string {
  const rule = authSchemas.credentials.allOf.find((candidate) => candidate.if.properties.type.const === type)!;
  const config: JsonSchema & { readonly $ref?: string } = rule.then.properties.config;
  const schema = config.$ref === undefined ? config : authSchemas[config.$ref.replace('#/$defs/', '') as 'oauth2'];
  const names = Object.keys(schema.properties ?? {}).filter((name) => name !== 'expiry_path');
  return names.length === 0 ? 'nothing' : names.map((name) => `\`${name}\``).join(', ');
}
