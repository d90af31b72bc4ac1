/** The JSON Schemas of credentials, by the name that they are referred to with: `#/$defs/auth`. */
export const authSchemas = {
  auth: {
    type: 'object',
    additionalProperties: false,
    properties: {
      type: {
        description:
          '`bearer`: a token; `basic`: a user name and a password; `custom`: headers; `token_file`: a token that a file holds; `none`: no credentials.',
        enum: ['none', 'bearer', 'basic', 'custom', 'token_file'],
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
} as const;

function whenType<const T extends string, const S extends object>(type: T, schema: S) {
  return {
    if: { required: ['type'], properties: { type: { const: type } } },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema.
    then: schema,
  } as const;
}
