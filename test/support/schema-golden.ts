import { join } from 'node:path';
import { wholeFileSchema } from '../../lib/feed/pipeline-schema.js';
import { ROOT } from './readme.js';

/** Where the schema of pipeline files is written down, as people get it. */
export const SCHEMA_GOLDEN = join(ROOT, 'test/feed/pipeline-schema.golden');

/** The same as it is now. */
export function freshSchema(): string {
  return `${shown(wholeFileSchema, '')}\n`;
}

/** JSON in which what fits is on one line, so that a change shows as a change of a few lines. */
function shown(value: unknown, indent: string): string {
  const short = JSON.stringify(value);
  if (indent.length + short.length <= 120 || typeof value !== 'object' || value === null) return short;
  const deeper = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((item) => shown(item, deeper))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${shown(item, deeper)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${parts.map((part) => `${deeper}${part}`).join(',\n')}\n${indent}${close}`;
}
