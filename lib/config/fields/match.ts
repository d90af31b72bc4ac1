import { PATH_PATTERN } from './path.js';

/** Which frames are meant, as a configuration writes it. */
export type MatchConfig =
  | {
      /** Where a field stands in a frame of JSON. */
      readonly path: string;
      /** The value that the field must have. @default any */
      readonly equals?: string | number | boolean | null | undefined;
    }
  | {
      /** The frame is this text, and nothing else. */
      readonly text: string;
    };

/** The JSON Schema of a {@link MatchConfig}. */
export const matchSchema = {
  title: 'Match',
  description: 'Which frames are meant: `{path, equals}`, `{path}` or `{text}`.',
  type: 'object',
  additionalProperties: false,
  properties: {
    path: {
      title: 'Field',
      description: 'Where a field stands in a frame of JSON.',
      $comment: 'at most 1000 characters of keys with dots between them, such as `event` or `result.status`',
      type: 'string',
      pattern: PATH_PATTERN,
      maxLength: 1000,
    },
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
} as const;
