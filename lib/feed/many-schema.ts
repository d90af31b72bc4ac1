import { fieldsOf } from '../config/fields/option-surface.js';
import type { JsonSchema } from '../internal/json-schema.js';
import { EXECUTION_OPTIONS, RESTART_OPTIONS } from './many-options.js';

/** What a row of `matrix` may have beside `id` and `vars`: what stands below `pipeline`, merged onto that. */
const rowKeys = (pipelineKeys: readonly string[]): Record<string, true> =>
  Object.fromEntries(pipelineKeys.map((key) => [key, true] as const));

/**
 * The JSON Schema of what a file says of many feeds. Below a row nothing is asked: each feed is checked when it is put together.
 *
 * @param pipelineKeys what may stand below `pipeline`
 */
export function manySchema(pipelineKeys: readonly string[]) {
  return {
    matrix: {
      title: 'Matrix',
      description:
        'A feed for each row: what a row says is merged onto `pipeline`, deeply; lists and values take the place of what is there. `id` tells the feeds apart.',
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['id'],
        properties: {
          id: {
            $comment: 'text or a number, without placeholders',
            description: 'What the row is called: a part of the name of its feed.',
            type: ['string', 'integer'],
            minLength: 1,
            maxLength: 200,
            minimum: 0,
          },
          vars: {
            description: 'Values by name, which count before those of the file for this row.',
            type: 'object',
          },
          ...rowKeys(pipelineKeys),
        },
      },
      examples: [[{ id: 'btc', source: { config: { url: 'wss://example.com/btc' } } }]],
    },
    each: {
      title: 'Each',
      description:
        `A feed for each value, or for each combination of the values of several keys: \`\${each.key}\` stands for it in any value, \`{key}\` in \`url\`. ` +
        'A list, or the path of a file with a value a line.',
      type: 'object',
      minProperties: 1,
      additionalProperties: {
        $comment: 'a list of values, or the path of a file with a value a line',
        type: ['array', 'string'],
        minLength: 1,
        items: {
          $comment: 'text, a number, `true` or `false`',
          type: ['string', 'number', 'boolean'],
          minLength: 1,
          maxLength: 200,
        },
      },
      examples: [{ symbol: ['btcusdt', 'ethusdt'] }, { symbol: './symbols.txt' }],
    },
    execution: {
      title: 'Execution',
      description: 'How many feeds run and connect beside each other, and what becomes of the others when one fails.',
      type: 'object',
      additionalProperties: false,
      properties: fieldsOf(EXECUTION_OPTIONS),
      examples: [{ connect_rate: '5/s', max_connecting: 20 }],
    },
    restart: {
      title: 'Restart',
      description: 'Whether a feed that is over is started anew, alone. Without it none is.',
      type: 'object',
      additionalProperties: false,
      properties: fieldsOf(RESTART_OPTIONS),
      examples: [{ on: 'failure', backoff: { initial: '1s', max: '1m' }, max: 10 }],
    },
  } as const satisfies Record<string, JsonSchema & { readonly minProperties?: number }>;
}
