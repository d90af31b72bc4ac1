import { filledPathKeywords, pathKeywords } from '../../json/option-kinds.js';
import { duration } from '../fields/duration.js';

/** What stands below `auth.type`, but for none at all. */
export const AUTH_TYPES = [
  ...(['bearer', 'basic', 'custom', 'static', 'token_file'] as const),
  ...(['oauth2', 'oauth2_refresh', 'token_endpoint'] as const),
] as const;

const endpoint = {
  $comment: 'an address that begins with `https://`, or with `http://` on this machine',
  description: 'The token endpoint: `https://`, or `http://` on this machine.',
  type: 'string',
  pattern: '^(https://|http://(localhost|127\\.|\\[::1\\]))',
} as const;

const lifetimeProperties = {
  expiry_margin: {
    description:
      'A token is not used any more so long before it ends; of one that lives for less than ten times that, a tenth. 60 seconds when neither this nor `expiry_ratio` is set.',
    ...duration,
  },
  expiry_ratio: {
    description: 'In place of `expiry_margin`: how much of its time a token is used, above 0 and up to 1.',
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 1,
  },
} as const;

const clientProperties = {
  token_url: endpoint,
  client_id: { description: 'Who asks.', type: 'string', minLength: 1 },
  client_secret: { description: 'What proves it.', type: 'string', minLength: 1 },
  scope: { description: 'What is asked for, with blanks between.', type: 'string', minLength: 1 },
  scopes: {
    description: 'In place of `scope`: the same as a list.',
    type: 'array',
    items: { type: 'string', minLength: 1 },
    default: [],
  },
  audience: { description: 'For servers that ask whom the token is for.', type: 'string', minLength: 1 },
  params: {
    description: 'Further fields of the request, such as `resource`.',
    type: 'object',
    additionalProperties: { type: 'string' },
    default: {},
  },
  client_auth: {
    description:
      'Where id and secret are sent: in the header `Authorization`, or in the body; `auto`: in the header, and in the body once the server has said `invalid_client` to that.',
    enum: ['auto', 'header', 'body'],
    default: 'auto',
  },
  ...lifetimeProperties,
} as const;

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
  static: {
    description: '`token`; `header` and `value`; or `username` and `password`.',
    type: 'object',
    additionalProperties: false,
    properties: {
      token: { description: 'Sent as `Authorization: Bearer …`.', type: 'string', minLength: 1 },
      header: { description: 'The name of a header, for `value`.', type: 'string', minLength: 1 },
      value: { description: 'What the header says.', type: 'string', minLength: 1 },
      username: {
        $comment: 'text without a colon',
        description: 'Without a colon.',
        type: 'string',
        pattern: '^[^:]*$',
      },
      password: { description: 'May be empty.', type: 'string' },
    },
    dependentRequired: { header: ['value'], value: ['header'], username: ['password'], password: ['username'] },
  },
  oauth2: {
    type: 'object',
    additionalProperties: false,
    required: ['token_url', 'client_id', 'client_secret'],
    properties: clientProperties,
  },
  oauth2_refresh: {
    type: 'object',
    additionalProperties: false,
    required: ['token_url', 'client_id', 'client_secret', 'refresh_token'],
    properties: {
      ...clientProperties,
      refresh_token: { description: 'What a log-in gave: a new token is had for it.', type: 'string', minLength: 1 },
      persist: {
        description:
          'Keeps the refresh token that the server gives in place of the one before, in a file that its owner alone can read, so that the next run has it.',
        type: 'object',
        additionalProperties: false,
        required: ['path'],
        properties: {
          path: { description: 'A folder, which is made where there is none.', type: 'string', minLength: 1 },
          key: {
            $comment: 'letters, digits, `_`, `-` and dots',
            description: 'The name of the file there, without `.json`: by default one of its own for each log-in.',
            type: 'string',
            pattern: '^\\w[\\w.-]{0,127}$',
          },
        },
      },
    },
  },
  token_endpoint: {
    type: 'object',
    additionalProperties: false,
    required: ['url', 'token_path'],
    properties: {
      url: endpoint,
      method: {
        $comment: 'the name of an HTTP method',
        description: 'Of the request.',
        type: 'string',
        pattern: '^[A-Za-z]{1,20}$',
        default: 'POST',
      },
      headers: {
        description: 'Further headers of the request.',
        type: 'object',
        additionalProperties: { type: 'string' },
        default: {},
      },
      body: {
        description:
          'What is sent, a JSON value of whatever kind; with `encoding: form` an object of texts, numbers and booleans.',
      },
      encoding: { description: 'How the body is written.', enum: ['json', 'form'], default: 'json' },
      token_path: {
        ...filledPathKeywords,
        description: 'Where in the answer the token stands, a text or a number.',
      },
      expires_path: { ...pathKeywords, description: 'Where in the answer the seconds stand for which it is good.' },
      expiry_path: { ...pathKeywords, description: 'Another name of `expires_path`.' },
      apply_as: {
        description: 'The header that the token is sent in; `Authorization: Bearer …` when it is left out.',
        type: 'object',
        additionalProperties: false,
        required: ['header'],
        properties: {
          header: { description: 'Its name.', type: 'string', minLength: 1 },
          template: {
            $comment: 'text with `{token}` in it',
            description: 'What it says, with `{token}` in the place of the token.',
            type: 'string',
            pattern: '\\{token\\}',
            default: '{token}',
          },
        },
      },
      ...lifetimeProperties,
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
