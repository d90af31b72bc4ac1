import type { Finding } from '../config/check/findings.js';
import { fieldsOf, resolved } from '../config/fields/option-surface.js';
import { textFindings } from '../config/fields/text-bounds.js';
import { expandHome } from '../config/files/file-path.js';
import type { JsonSchema } from '../internal/json-schema.js';
import { SPOOL_OPTIONS } from '../spool/options.js';

/** The JSON Schema of `spool`: a folder, or an object with it. */
export const spoolSchema: JsonSchema = {
  $comment: 'the path of a folder, or an object with `path`',
  title: 'Spool',
  description:
    'Keeps pages in this folder until the sink has stored them: one that is slow, or away for hours, pauses no socket. What is ' +
    'left when a run ends, however it ends, goes first in the next one, while that receives. Gaps are `records` then, unless ' +
    '`gaps` says otherwise.',
  type: ['string', 'object'],
  minLength: 1,
  additionalProperties: false,
  required: ['path'],
  properties: {
    path: {
      title: 'Folder',
      description: 'The folder that holds it: one for each feed. It is created.',
      type: 'string',
      minLength: 1,
      examples: ['./spool/trades'],
    },
    ...fieldsOf(SPOOL_OPTIONS),
  },
  examples: ['./spool/trades', { path: './spool/trades', max_bytes: 100_000_000_000, on_full: 'drop_oldest' }],
};

/** What is wrong with a `spool` beyond its schema. */
export function checkSpool(given: unknown): Finding[] {
  return textFindings(SPOOL_OPTIONS, given);
}

/** Where the pages of a feed wait for its sink, and how. */
export interface ResolvedSpool {
  readonly path: string;
  readonly maxBytes: number;
  readonly onFull: 'block' | 'drop_oldest' | 'drop_newest';
  readonly sync: number | 'page' | 'never';
}

/** What a valid `spool` comes to; `undefined` when there is none. */
export function resolveSpool(given: unknown): ResolvedSpool | undefined {
  if (given === undefined) return undefined;
  const form = typeof given === 'string' ? { path: given } : (given as { readonly path: string });
  return { path: expandHome(form.path), ...resolved(SPOOL_OPTIONS, form) };
}
