import { filledPathKeywords } from '../../json/option-kinds.js';
import { FILTER_OPS, ON_MISSING } from '../../transform/rules.js';
import type { JsonSchema } from '../check/schema-check.js';

/** One transform, as a configuration writes it. */
export type TransformConfig =
  | {
      readonly type: 'filter';
      readonly config: {
        /** Where in a record the value stands. */
        readonly path: string;
        /** How it is compared. */
        readonly op: (typeof FILTER_OPS)[number];
        /** What it is compared with; a list for `in` and `not_in`. Not with `exists`. */
        readonly value?: unknown;
      };
    }
  | {
      readonly type: 'select' | 'drop';
      readonly config: {
        /** Keys of the record itself. */
        readonly fields: readonly string[];
      };
    }
  | {
      readonly type: 'rename_field';
      readonly config: {
        /** New keys by old ones. */
        readonly fields: Readonly<Record<string, string>>;
      };
    }
  | {
      readonly type: 'set';
      readonly config: {
        /** Values by key. */
        readonly values: Readonly<Record<string, unknown>>;
      };
    }
  | {
      readonly type: 'explode';
      readonly config: {
        /** Where the array stands. */
        readonly path: string;
        /** What the keys of its elements begin with. @default the path's last key */
        readonly prefix?: string | undefined;
        /** What stands between the prefix and a key. @default '_' */
        readonly separator?: string | undefined;
        /** What becomes of a record without elements there. @default 'passthrough' */
        readonly on_missing?: (typeof ON_MISSING)[number] | undefined;
      };
    };

const keys: JsonSchema = {
  $comment: 'a list of keys',
  type: 'array',
  items: { $comment: 'a key, as text', type: 'string' },
  maxItems: 1000,
};

/** What each transform takes, by its `type`. */
export const transformKinds = {
  filter: object(['path', 'op'], {
    path: { description: 'Where in a record the value stands.', ...filledPathKeywords },
    op: {
      description:
        '`eq`: it is `value`; `ne`: it is not; `exists`: it is there, and not `null`; `in`: it is one of the list `value`; `not_in`: it is none of them. A record without the path goes on with `ne` and `not_in` alone.',
      enum: FILTER_OPS,
    },
    value: { description: 'What it is compared with, strictly: `"5"` is not `5`, but `1.0` is `1`.' },
  }),
  select: object(['fields'], { fields: { description: 'The keys that are kept.', ...keys } }),
  drop: object(['fields'], { fields: { description: 'The keys that are taken out.', ...keys } }),
  rename_field: object(['fields'], {
    fields: {
      description: 'New keys by old ones. A record that has such a key already is an error of that record.',
      type: 'object',
      additionalProperties: { $comment: 'the new key, as text', type: 'string' },
    },
  }),
  set: object(['values'], {
    values: { description: 'Values by key: in the place of what stands there, or at the end.', type: 'object' },
  }),
  explode: object(['path'], {
    path: {
      description: 'Where the array stands: at a key of the record, or of an object in it.',
      ...filledPathKeywords,
    },
    prefix: {
      description: "What the keys of an element's members begin with; the path's last key, when it is left out.",
      type: 'string',
    },
    separator: { description: 'What stands between the prefix and a key.', type: 'string', default: '_' },
    on_missing: {
      description:
        'What becomes of a record without an array there, or with an empty one: `passthrough`, `drop` or `error`.',
      enum: ON_MISSING,
      default: 'passthrough',
    },
  }),
} as const;

function object(required: readonly string[], properties: Readonly<Record<string, object>>): JsonSchema {
  return { type: 'object', additionalProperties: false, required, properties } as JsonSchema;
}

/** A list of transforms. */
export const transformsSchema: JsonSchema = {
  type: 'array',
  $comment: 'a list of at most 100 transforms, each with `type` and `config`',
  maxItems: 100,
  items: {
    $comment: 'a transform, as an object with `type` and `config`',
    type: 'object',
    additionalProperties: false,
    required: ['type'],
    properties: {
      type: { description: 'Which transform.', enum: Object.keys(transformKinds) as (keyof typeof transformKinds)[] },
      config: { description: 'What a transform of this type takes.', type: 'object' },
    },
    allOf: Object.entries(transformKinds).map(([type, schema]) => ({
      if: { required: ['type'], properties: { type: { const: type } } },
      // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema.
      then: { required: ['config'], properties: { config: schema } },
    })),
  },
};
