import { AUTH_TYPES } from '../config/auth/auth-schema.js';
import { paramsSchema } from '../config/placeholders/params.js';
import { sourceConfigSchema } from '../config/source-schema.js';
import type { JsonSchema } from '../internal/json-schema.js';
import { dlqSchema } from './dlq-config.js';
import { manySchema } from './many-schema.js';
import { observabilitySchema, watchSchemas } from './observability-config.js';
import { sinkKinds } from './sinks.js';
import { spoolSchema } from './spool-config.js';
import { stateSchema } from './state-config.js';

const { $schema, $defs, ...whole } = sourceConfigSchema;
const { transforms, ...properties } = whole.properties;
/** In a file the transforms stand beside the source. */
const source = { ...whole, properties };

/** What an editor and a check need of it. */
interface PipelineFileSchema extends JsonSchema {
  readonly $schema: string;
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly $defs: Readonly<Record<string, object>>;
}

/** What stands below `pipeline`. */
const pipelineProperties = {
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
  transforms,
  state: stateSchema,
  spool: spoolSchema,
  dlq: dlqSchema,
  ...watchSchemas,
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
};
const many = manySchema(Object.keys(pipelineProperties));

/** The JSON Schema (draft 2020-12) of a pipeline file of one feed, and of each feed of a file of many, put together. */
export const pipelineFileSchema: PipelineFileSchema = {
  $schema,
  title: 'spillway pipeline',
  description: 'One feed: a source, and the sink that its records go to.',
  type: 'object',
  additionalProperties: false,
  required: ['version', 'pipeline'],
  patternProperties: { '^x-': true },
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
    vars: {
      title: 'Vars',
      description: `Values by name, of any kind. \`\${vars.name}\` stands for one in any value; it may hold placeholders itself.`,
      type: 'object',
      examples: [{ symbol: 'btcusdt' }],
    },
    params: paramsSchema,
    delivery: {
      title: 'Delivery',
      description:
        'How often every record is stored: `at_least_once`, or `exactly_once`, across restarts and kills, which a sink of type `kafka` does by transactions. Then the file has a `name`, gaps are `records`, unless `gaps` says otherwise, and of several runs the newest has the feed.',
      enum: ['at_least_once', 'exactly_once'],
      default: 'at_least_once',
      examples: ['exactly_once'],
    },
    execution: {
      title: 'Execution',
      description: 'Accepted from files of faucet, without effect: there is one feed.',
      type: 'object',
      examples: [{ max_concurrent: 4 }],
    },
    observability: observabilitySchema,
    state: { ...stateSchema, description: 'As `state` below `pipeline`, which is where it belongs.' },
    pipeline: {
      title: 'Pipeline',
      description: 'Where records come from, and where they go to.',
      type: 'object',
      additionalProperties: false,
      required: ['source', 'sink'],
      properties: pipelineProperties,
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
          description: 'As below `auth` of a source.',
          enum: AUTH_TYPES,
        },
        config: { description: 'What `type` asks for.', type: 'object' },
      },
      $ref: '#/$defs/credentials',
    },
    many: {
      type: 'object',
      additionalProperties: false,
      properties: many,
    },
  },
};

const { pipeline, ...ofFile } = pipelineFileSchema.properties;

/** What a source or a sink is beside a template: any part of one. */
const part = (title: string, description: string): JsonSchema => ({
  title,
  description,
  type: 'object',
  properties: {
    ref: { description: 'The template that it begins with.', type: 'string' },
    type: { description: 'What kind it is.', type: 'string' },
    config: { description: 'What it is made of, or what differs.', type: 'object' },
  },
  examples: [{ ref: 'exchange', config: {} }],
});
const templates = (kind: string): JsonSchema => ({
  title: `Templates of ${kind}s`,
  description: `By name: a ${kind} begins with one by \`ref: name\`.`,
  type: 'object',
  additionalProperties: part('Template', `A whole ${kind}, or a part of one.`),
  examples: [{ exchange: { type: kind === 'source' ? 'websocket' : 'jsonl', config: {} } }],
});

/** The JSON Schema of any pipeline file, for editors: where a source and a sink are put together out of pieces, these may be any. */
export const wholeFileSchema: Omit<PipelineFileSchema, 'if'> & { readonly if: object } = {
  ...pipelineFileSchema,
  title: 'spillway pipeline',
  description: 'One feed, or many: sources, and the sinks that their records go to.',
  properties: {
    ...ofFile,
    ...many,
    pipeline: { title: 'Pipeline', description: 'Where records come from, and where they go to.', type: 'object' },
  },
  if: {
    anyOf: [
      { required: ['matrix'] },
      { required: ['pipeline'], properties: { pipeline: { required: ['sources'] } } },
      { required: ['pipeline'], properties: { pipeline: { required: ['sinks'] } } },
    ],
  },
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema.
  then: {
    properties: {
      pipeline: {
        title: 'Pipeline',
        description: 'What the feeds have in common.',
        type: 'object',
        additionalProperties: false,
        properties: {
          ...pipelineProperties,
          source: part('Source', 'What the sources of all feeds have in common.'),
          sink: part('Sink', 'What the sinks of all feeds have in common.'),
          sources: templates('source'),
          sinks: templates('sink'),
        },
      },
    },
  },
  else: { properties: { pipeline: pipeline! } },
};
