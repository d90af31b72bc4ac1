/** What a user writes below `auth` of a `kafka` sink. */
export type KafkaAuthConfig =
  | { readonly type: 'none' }
  | KafkaSaslConfig
  | KafkaSslConfig
  | { readonly type: 'sasl_ssl'; readonly config: { readonly sasl: KafkaSaslConfig; readonly ssl?: KafkaSslConfig } };

type KafkaSaslConfig =
  | { readonly type: 'sasl_plain'; readonly config: { readonly username: string; readonly password: string } }
  | {
      readonly type: 'sasl_scram';
      readonly config: {
        readonly mechanism: 'sha256' | 'sha512';
        readonly username: string;
        readonly password: string;
      };
    }
  | { readonly type: 'sasl_oauthbearer'; readonly config: { readonly token?: string; readonly token_path?: string } };

interface KafkaSslConfig {
  readonly type: 'ssl';
  readonly config?: {
    readonly ca_path?: string;
    readonly cert_path?: string;
    readonly key_path?: string;
    readonly key_password?: string;
    readonly server_name?: string;
  };
}

const KIND = 'Which kind it is.';
const CONFIG = { description: 'What this kind needs.', type: 'object' } as const;

const login = {
  username: { description: 'The user.', type: 'string', minLength: 1 },
  password: { description: "The user's password.", type: 'string', minLength: 1 },
} as const;

/** The schema of each login, by its `type`. */
const saslConfigs = [
  ['sasl_plain', { required: ['username', 'password'], properties: login }],
  [
    'sasl_scram',
    {
      required: ['mechanism', 'username', 'password'],
      properties: {
        mechanism: { description: 'Which hash: SCRAM-SHA-256 or SCRAM-SHA-512.', enum: ['sha256', 'sha512'] },
        ...login,
      },
    },
  ],
  [
    'sasl_oauthbearer',
    {
      properties: {
        token: { description: 'The bearer token.', type: 'string', minLength: 1 },
        token_path: file('In place of `token`: a file that holds nothing but the token, read again at every login.'),
      },
      // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema.
      ...{ if: { required: ['token_path'] }, then: {}, else: { required: ['token'] } },
    },
  ],
] as const;

const sslConfig = {
  properties: {
    ca_path: file('The certificates to trust, in PEM, in place of those that Node trusts.'),
    cert_path: file('Our own certificate, in PEM.'),
    key_path: file('The key of our own certificate, in PEM.'),
    key_password: { description: 'What the file of the key is encrypted with.', type: 'string' },
    server_name: {
      description: "The name that the broker's certificate must have, where it is not the host's.",
      type: 'string',
      minLength: 1,
    },
  },
} as const;

const saslSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['type', 'config'],
  description: 'How to log in.',
  properties: { type: { description: KIND, enum: saslConfigs.map(([type]) => type) }, config: CONFIG },
  allOf: saslConfigs.map(([type, config]) => whenType(type, config, true)),
} as const;

const sslSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['type'],
  description: 'By which certificates.',
  properties: {
    type: { description: KIND, enum: ['ssl'] },
    config: { ...CONFIG, additionalProperties: false, ...sslConfig },
  },
} as const;

/** The schema of `auth` of a `kafka` sink. */
export const kafkaAuthSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['type'],
  properties: {
    type: { description: KIND, enum: ['none', ...saslConfigs.map(([type]) => type), 'ssl', 'sasl_ssl'] },
    config: CONFIG,
  },
  allOf: [
    whenType('none', { properties: {} }, false),
    ...saslConfigs.map(([type, config]) => whenType(type, config, true)),
    whenType('ssl', sslConfig, false),
    whenType('sasl_ssl', { required: ['sasl'], properties: { sasl: saslSchema, ssl: sslSchema } }, true),
  ],
} as const;

function whenType(type: string, config: object, isRequired: boolean) {
  return {
    if: { required: ['type'], properties: { type: { const: type } } },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema.
    then: {
      ...(isRequired ? { required: ['config'] } : {}),
      properties: { config: { ...CONFIG, additionalProperties: false, ...config } },
    },
  } as const;
}

function file(description: string) {
  return { description, type: 'string', minLength: 1 } as const;
}
