import type { JsonSchema } from '../../internal/json-schema.js';
import { type AuthFields, LOGINS, type LoginKind, TLS_FIELDS } from '../../kafka/auth-fields.js';

const KIND = 'Which kind it is.';
const CONFIG = { description: 'What this kind needs.', type: 'object' };

/** The schema of `auth` of a `kafka` sink. */
export function kafkaAuthSchema(): JsonSchema {
  const logins = Object.entries<LoginKind>(LOGINS);
  const types = logins.map(([type]) => type);
  const perLogin = logins.map(([type, kind]) => whenType(type, configOf(kind), true));
  const tls = { properties: propertiesOf(TLS_FIELDS) };
  const sasl = {
    ...object(['type', 'config'], 'How to log in.'),
    properties: { type: { description: KIND, enum: types }, config: CONFIG },
    allOf: perLogin,
  };
  const ssl = {
    ...object(['type'], 'By which certificates.'),
    properties: {
      type: { description: KIND, enum: ['ssl'] },
      config: { ...CONFIG, additionalProperties: false, ...tls },
    },
  };
  return {
    ...object(['type']),
    properties: { type: { description: KIND, enum: ['none', ...types, 'ssl', 'sasl_ssl'] }, config: CONFIG },
    allOf: [
      whenType('none', { properties: {} }, false),
      ...perLogin,
      whenType('ssl', tls, false),
      whenType('sasl_ssl', { required: ['sasl'], properties: { sasl, ssl } }, true),
    ],
  };
}

function object(required: readonly string[], description?: string): JsonSchema {
  return { type: 'object', additionalProperties: false, required, ...(description !== undefined && { description }) };
}

function configOf({ fields, required, oneOf }: LoginKind): JsonSchema {
  const properties = propertiesOf(fields);
  if (oneOf === undefined) return { required, properties };
  const [asked, other] = oneOf;
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema.
  return { properties, if: { required: [other] }, then: {}, else: { required: [asked] } };
}

function propertiesOf(fields: AuthFields): Readonly<Record<string, JsonSchema>> {
  const entries = Object.entries(fields).map(([name, { description, words, mayBeEmpty }]) => [
    name,
    words === undefined
      ? { description, type: 'string', ...(mayBeEmpty !== true && { minLength: 1 }) }
      : { description, enum: words },
  ]);
  return Object.fromEntries(entries) as Readonly<Record<string, JsonSchema>>;
}

function whenType(type: string, config: JsonSchema, isRequired: boolean): JsonSchema {
  return {
    if: { required: ['type'], properties: { type: { const: type } } },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema.
    then: {
      ...(isRequired && { required: ['config'] }),
      properties: { config: { ...CONFIG, additionalProperties: false, ...config } },
    },
  };
}
