import { sinkKinds } from './sinks/kinds.js';
import { sourceConfigSchema } from './source-schema.js';

const { $schema, $defs, ...source } = sourceConfigSchema;

/** The JSON Schema (draft 2020-12) of a whole pipeline file. */
export const pipelineFileSchema = {
  $schema,
  title: 'spillway pipeline',
  description: 'One feed: a source, and the sink that its records go to.',
  type: 'object',
  additionalProperties: false,
  required: ['version', 'pipeline'],
  properties: {
    version: { title: 'Version', description: 'The version of this file format.', const: 1, examples: [1] },
    name: {
      title: 'Name',
      description: 'What the feed is called in logs and summaries.',
      type: 'string',
      minLength: 1,
      maxLength: 200,
      examples: ['btc-trades'],
    },
    auth: {
      title: 'Credentials by name',
      description: 'Named credentials, which a source takes with `auth: { ref: name }`.',
      type: 'object',
      additionalProperties: { $ref: '#/$defs/named_auth' },
      examples: [{ exchange: { type: 'static', config: { token: `\${env:TOKEN}` } } }],
    },
    pipeline: {
      title: 'Pipeline',
      description: 'Where records come from, and where they go to.',
      type: 'object',
      additionalProperties: false,
      required: ['source', 'sink'],
      properties: {
        source: {
          title: 'Source',
          description: 'A WebSocket feed.',
          type: 'object',
          additionalProperties: false,
          required: ['type', 'config'],
          properties: {
            type: { description: 'What kind of source: a WebSocket feed.', enum: ['websocket'] },
            config: { $ref: '#/$defs/source' },
          },
        },
        sink: {
          title: 'Sink',
          description: 'What stores the records.',
          type: 'object',
          additionalProperties: false,
          required: ['type'],
          properties: {
            type: {
              description: Object.entries(sinkKinds)
                .map(([type, { schema }]) => `\`${type}\`: ${schema.description}`)
                .join(' '),
              enum: Object.keys(sinkKinds),
            },
            config: { description: 'What the sink of this type takes.', type: 'object' },
          },
          allOf: Object.entries(sinkKinds).map(([type, { schema }]) => ({
            if: { required: ['type'], properties: { type: { const: type } } },
            // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema.
            then: { properties: { config: schema }, ...('required' in schema ? { required: ['config'] } : {}) },
          })),
        },
      },
    },
  },
  $defs: {
    ...$defs,
    source,
    named_auth: {
      type: 'object',
      additionalProperties: false,
      properties: {
        type: {
          description: '`static` is another name for `bearer`.',
          enum: ['bearer', 'basic', 'custom', 'token_file', 'oauth2', 'static'],
        },
        config: { description: 'What `type` asks for.', type: 'object' },
      },
      $ref: '#/$defs/credentials',
    },
  },
};

export { sourceConfigSchema } from './source-schema.js';
