import { PATH_PATTERN } from './path.js';

/** What is kept of a record. */
export interface SelectConfig {
  /** Keep these fields alone, under their paths as keys: `['data.price', 'symbol']`. @default none: whole records */
  readonly select?: readonly string[] | undefined;
}

/** The field `select`, for the table. */
export const selectField = {
  select: {
    title: 'Fields to keep',
    description:
      'Stores these fields of a record alone, each under its path as the key and with the bytes that arrived: `{"data.price":1.10,"symbol":"BTC"}`. A field that is not there is left out. With `message_format: json` only.',
    type: 'array',
    $comment: 'a list of 1 to 1000 different paths',
    items: {
      $comment: 'keys with dots between them, such as `data.price`, `data.trades[0]` or `["a.b"].price`',
      type: 'string',
      pattern: PATH_PATTERN,
      minLength: 1,
      maxLength: 1000,
    },
    minItems: 1,
    maxItems: 1000,
    uniqueItems: true,
    examples: [['data.price', 'symbol']],
  },
} as const;
