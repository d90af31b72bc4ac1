import { duration } from './fields/duration.js';

/** The JSON Schemas of credentials, by the name that they are referred to with: `#/$defs/auth`. */
export const authSchemas = {
  auth: {
    type: 'object',
    additionalProperties: false,
    properties: {
      type: {
        description:
          '`bearer`: a token; `basic`: a user name and a password; `custom`: headers; `token_file`: a token that a file holds; `oauth2`: a token from a token endpoint; `none`: no credentials.',
        enum: ['none', 'bearer', 'basic', 'custom', 'token_file', 'oauth2'],
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
      whenType('static', { required: ['config'], properties: { config: { $ref: '#/$defs/token' } } }),
      whenType('basic', { required: ['config'], properties: { config: { $ref: '#/$defs/login' } } }),
      whenType('custom', { required: ['config'], properties: { config: { $ref: '#/$defs/custom_headers' } } }),
      whenType('token_file', { required: ['config'], properties: { config: { $ref: '#/$defs/token_file' } } }),
      whenType('oauth2', { required: ['config'], properties: { config: { $ref: '#/$defs/oauth2' } } }),
    ],
  },
  token: {
    type: 'object',
    additionalProperties: false,
    required: ['token'],
    properties: {
      token: { description: 'Sent as `Authorization: Bearer …`.', type: 'string', minLength: 1 },
    },
  },
  login: {
    type: 'object',
    additionalProperties: false,
    required: ['username', 'password'],
    properties: {
      username: {
        $comment: 'text without a colon',
        description: 'Without a colon (RFC 7617).',
        type: 'string',
        pattern: '^[^:]*$',
      },
      password: { description: 'May be empty.', type: 'string' },
    },
  },
  custom_headers: {
    type: 'object',
    additionalProperties: false,
    required: ['headers'],
    properties: {
      headers: {
        description: 'Headers of the upgrade request, by name.',
        type: 'object',
        additionalProperties: { type: 'string' },
      },
    },
  },
  token_file: {
    type: 'object',
    additionalProperties: false,
    required: ['path'],
    properties: {
      path: { description: 'A file that holds nothing but the token.', type: 'string', minLength: 1 },
      header: { description: 'The header to send it in.', type: 'string', minLength: 1, default: 'Authorization' },
      scheme: {
        description:
          'What stands before the token, with a space. `Bearer` in the header `Authorization`, otherwise nothing.',
        type: 'string',
      },
    },
  },
  oauth2: {
    type: 'object',
    additionalProperties: false,
    required: ['token_url', 'client_id', 'client_secret'],
    properties: {
      token_url: {
        $comment: 'an address that begins with `https://`, or with `http://` on this machine',
        description: 'The token endpoint: `https://`, or `http://` on this machine.',
        type: 'string',
        pattern: '^(https://|http://(localhost|127\\.|\\[::1\\]))',
      },
      client_id: { description: 'Who asks.', type: 'string', minLength: 1 },
      client_secret: { description: 'What proves it.', type: 'string', minLength: 1 },
      scope: { description: 'What is asked for, with blanks between.', type: 'string', minLength: 1 },
      audience: { description: 'For servers that ask whom the token is for.', type: 'string', minLength: 1 },
      params: {
        description: 'Further fields of the request, such as `resource`.',
        type: 'object',
        additionalProperties: { type: 'string' },
        default: {},
      },
      client_auth: {
        description: 'Where id and secret are sent: in the header `Authorization`, or in the body.',
        enum: ['header', 'body'],
        default: 'header',
      },
      expiry_margin: {
        description:
          'A token is not used any more so long before it ends; of one that lives for less than ten times that, a tenth.',
        ...duration,
        default: 60,
      },
    },
  },
} as const;

function whenType<const T extends string, const S extends object>(type: T, schema: S) {
  return {
    if: { required: ['type'], properties: { type: { const: type } } },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema.
    then: schema,
  } as const;
}
