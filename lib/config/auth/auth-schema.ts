import type { JsonSchema } from '../../internal/json-schema.js';
import { keywordsOf } from '../fields/option-surface.js';
import { AUTH_OPTIONS } from './auth-options.js';

/** What stands below `auth.type`, but for none at all. */
export const AUTH_TYPES = [
  ...(['bearer', 'basic', 'custom', 'static', 'token_file'] as const),
  ...(['oauth2', 'oauth2_refresh', 'token_endpoint'] as const),
] as const;

const schemas = Object.fromEntries(Object.entries(AUTH_OPTIONS).map(([kind, form]) => [kind, keywordsOf(form)])) as {
  readonly [K in keyof typeof AUTH_OPTIONS]: AuthSchema;
};

interface AuthSchema extends JsonSchema {
  readonly properties: Readonly<Record<string, JsonSchema>>;
}

/** The JSON Schemas of credentials, by the name that they are referred to with: `#/$defs/auth`. */
export const authSchemas = {
  auth: {
    type: 'object',
    additionalProperties: false,
    properties: {
      type: {
        description:
          '`bearer`: a token; `basic`: a user name and a password; `custom`: headers; `static`: one of these three; `token_file`: a token that a file holds; `oauth2`: a token by client credentials; `oauth2_refresh`: a token by a refresh token; `token_endpoint`: a token from any HTTP endpoint; `none`: no credentials.',
        enum: ['none', ...AUTH_TYPES],
      },
      config: { description: 'What `type` asks for.', type: 'object' },
      ref: {
        description: 'The name of an entry of the `auth` catalogue, in place of `type` and `config`.',
        type: 'string',
        minLength: 1,
      },
    },
    if: { required: ['ref'] },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema.
    then: { properties: { type: false, config: false } },
    else: { $ref: '#/$defs/credentials' },
  },
  credentials: {
    required: ['type'],
    allOf: [
      whenType('none', { properties: { config: { type: 'object', additionalProperties: false, properties: {} } } }),
      whenType('bearer', { required: ['config'], properties: { config: { $ref: '#/$defs/token' } } }),
      whenType('static', { required: ['config'], properties: { config: { $ref: '#/$defs/static' } } }),
      whenType('basic', { required: ['config'], properties: { config: { $ref: '#/$defs/login' } } }),
      whenType('custom', { required: ['config'], properties: { config: { $ref: '#/$defs/custom_headers' } } }),
      whenType('token_file', { required: ['config'], properties: { config: { $ref: '#/$defs/token_file' } } }),
      whenType('oauth2', { required: ['config'], properties: { config: { $ref: '#/$defs/oauth2' } } }),
      whenType('oauth2_refresh', { required: ['config'], properties: { config: { $ref: '#/$defs/oauth2_refresh' } } }),
      whenType('token_endpoint', { required: ['config'], properties: { config: { $ref: '#/$defs/token_endpoint' } } }),
    ],
  },
  ...schemas,
  static: { description: '`token`; `header` and `value`; or `username` and `password`.', ...schemas.static },
  token_endpoint: { ...schemas.token_endpoint, properties: pathsDescribedLast(schemas.token_endpoint.properties) },
} as const;

/** The order that the published schema has. */
function pathsDescribedLast(properties: AuthSchema['properties']): AuthSchema['properties'] {
  const entries = Object.entries(properties).map(([key, { description, ...rest }]): [string, JsonSchema] => [
    key,
    key.endsWith('_path') ? { ...rest, description: description! } : properties[key]!,
  ]);
  return Object.fromEntries(entries);
}

function whenType<const T extends string, const S extends object>(type: T, schema: S) {
  return {
    if: { required: ['type'], properties: { type: { const: type } } },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema.
    then: schema,
  } as const;
}
