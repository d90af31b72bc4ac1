import { fieldsOf, resolved } from '../config/fields/option-surface.js';
import { expandHome } from '../config/files/file-path.js';
import type { JsonSchema } from '../internal/json-schema.js';
import { STATE_OPTIONS } from '../state/options.js';

const path = {
  title: 'Folder',
  description: 'The folder that holds it: one for each feed. It is created.',
  type: 'string',
  minLength: 1,
  examples: ['./state/trades'],
};

/** The JSON Schema of `state`: a folder, or an object with it, or what files of faucet hold. */
export const stateSchema: JsonSchema = {
  $comment: 'the path of a folder, or an object with `path`',
  title: 'State',
  description:
    'Keeps in this folder how far the feed is stored. The next run goes on there: the file of the sink is added to, behind what is ' +
    'acknowledged; frames are numbered on; and what was missed in between is a gap with the cause `not_running`. Gaps are ' +
    '`records` then, unless `gaps` says otherwise.',
  type: ['string', 'object'],
  minLength: 1,
  additionalProperties: false,
  properties: {
    path,
    ...fieldsOf(STATE_OPTIONS),
    type: {
      description:
        'As in faucet: a `file` is a folder whose `path` stands below `config`; `memory` keeps nothing for a later run.',
      enum: ['file', 'memory'],
    },
    config: {
      description: 'As in faucet: what `type` asks for.',
      type: 'object',
      additionalProperties: false,
      properties: { path },
    },
  },
  if: { required: ['type'] },
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema.
  then: {
    if: { properties: { type: { const: 'file' } } },
    // biome-ignore lint/suspicious/noThenProperty: as above.
    then: { required: ['config'], properties: { config: { required: ['path'] } } },
  },
  else: { required: ['path'] },
  examples: ['./state/trades', { path: './state/trades', sync: 'page' }],
};

/** Where the state of a feed is, and how it is kept. */
export interface ResolvedState {
  readonly path: string;
  readonly sync: number | 'page' | 'never';
}

/** What a valid `state` comes to; `undefined` when nothing is kept. */
export function resolveState(given: unknown): ResolvedState | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'string') return { path: expandHome(given), ...resolved(STATE_OPTIONS, {}) };
  const { type, config, path = config?.path } = given as StateForm;
  if (type === 'memory' || path === undefined) return undefined;
  return { path: expandHome(path), ...resolved(STATE_OPTIONS, given as object) };
}

/** What `gaps` is beside a state or a spool, where the source does not say: a run that goes on tells in its first line what was missed. */
export function gapsBeside(
  kept: object | undefined,
  { gaps }: { readonly gaps?: 'events' | 'records' | undefined },
): { readonly gaps?: 'records' } {
  return kept === undefined || gaps !== undefined ? {} : { gaps: 'records' };
}

interface StateForm {
  readonly path?: string;
  readonly type?: 'file' | 'memory';
  readonly config?: { readonly path?: string };
}
