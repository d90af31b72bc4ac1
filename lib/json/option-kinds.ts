import type { JsonSchema } from '../internal/json-schema.js';
import { own } from '../internal/options/kinds.js';
import type { About, Option } from '../internal/options/option.js';
import { field } from '../internal/options.js';
import { isPath, PATH_PATTERN } from './field.js';
import { FRAME_MATCH, type FrameMatch, isFrameMatch } from './match.js';

/** What a path must be, as the end of "expected …". */
export const PATH_COMMENT =
  'a path of at most 1000 characters, such as `price`, `data.price` or `$.data.trades[0].price`';

/** A path into a JSON value, in a configuration: what `compilePath()` reads. */
export const pathKeywords: JsonSchema = {
  $comment: PATH_COMMENT,
  type: 'string',
  pattern: PATH_PATTERN,
  maxLength: 1000,
};

/** The same where the empty path, by which the whole value is meant, is sooner a value that was forgotten. */
export const filledPathKeywords: JsonSchema = { ...pathKeywords, minLength: 1 };

/** A path into a JSON value. `isFilled`: not the empty one. */
export function path(spec: About & { readonly isFilled?: boolean }): Option<string | undefined> {
  const { isFilled = false } = spec;
  const accepts = (value: unknown): boolean => isPath(value, '') && !(isFilled && value === '');
  return own(field<string | undefined>(undefined, 'a path', accepts), {
    ...spec,
    type: 'string',
    schema: isFilled ? filledPathKeywords : pathKeywords,
  });
}

/** Which frames or records are meant. */
export function match(spec: About): Option<FrameMatch | undefined> {
  const code = field<FrameMatch | undefined>(undefined, FRAME_MATCH, (value) => isFrameMatch(value, ''));
  return own(code, { ...spec, type: 'FrameMatch', schema: matchKeywords });
}

/** A match, in a configuration, but for its title and description. */
export const matchKeywords: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    path: { title: 'Field', description: 'Where a field stands in a frame of JSON.', ...pathKeywords },
    equals: {
      title: 'Value',
      description: 'The value that the field must have; any, when it is left out.',
      $comment: 'text, a number, `true`, `false` or `null`',
      type: ['string', 'number', 'boolean', 'null'],
    },
    text: { title: 'Text', description: 'What the whole frame must be.', type: 'string' },
  },
  if: { required: ['text'] },
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema.
  then: {
    properties: {
      path: { $comment: 'no `path` beside `text`', not: {} },
      equals: { $comment: 'no `equals` beside `text`', not: {} },
    },
  },
  else: { required: ['path'] },
};
