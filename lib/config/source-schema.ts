import { BACKFILL_OPTIONS } from '../connect/options/backfill-options.js';
import { INTAKE_OPTIONS } from '../connect/options/intake-options.js';
import { LIVENESS_OPTIONS } from '../connect/options/liveness-options.js';
import { RECONNECT_OPTIONS } from '../connect/options/reconnect-options.js';
import { RESUME_OPTIONS } from '../connect/options/resume-options.js';
import { ROTATION_OPTIONS } from '../connect/options/rotation-options.js';
import { SOCKET_OPTIONS } from '../connect/options/socket-options.js';
import { SUBSCRIBE_OPTIONS } from '../connect/options/subscribe-options.js';
import { authSchemas } from './auth/auth-schema.js';
import type { JsonSchema } from './check/schema-check.js';
import { type Addresses, urlsField } from './fields/address.js';
import { LIMITS } from './fields/limits.js';
import { fieldsOf } from './fields/option-surface.js';
import { REACH_CONFIG } from './fields/reach.js';
import { BATCH_CONFIG, PARSE_CONFIG, RECORD_OPTIONS } from './fields/record-options.js';
import type { SourceSettings } from './source-settings.js';

const socket = fieldsOf(SOCKET_OPTIONS);
const parse = fieldsOf(PARSE_CONFIG);
const batch = fieldsOf(BATCH_CONFIG);
const record = fieldsOf(RECORD_OPTIONS);

interface SourceSchema extends Readonly<Record<string, unknown>> {
  readonly $schema: string;
  readonly properties: Readonly<Record<keyof SourceSettings | keyof Addresses, JsonSchema>>;
  readonly $defs: Readonly<Record<string, object>>;
}

/** The JSON Schema (draft 2020-12) of what `createSource()` and `pipeline.source.config` take. */
export const sourceConfigSchema: SourceSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'spillway source',
  description: 'A WebSocket feed: where it is, how to speak to it, what its frames hold, and when the run ends.',
  type: 'object',
  additionalProperties: false,
  if: { required: ['urls'] },
  else: { required: ['url'] },
  anyOf: [
    ...LIMITS.map((key) => ({ required: [key] })),
    { required: ['unbounded'], properties: { unbounded: { const: true } } },
  ],
  properties: {
    url: {
      title: 'Address',
      description:
        "`ws://` or `wss://`. `{name}` placeholders are filled from the run's context in one pass: a value is never scanned again, an unknown name stays as it is, strings go in verbatim and other values as JSON.",
      type: 'string',
      minLength: 1,
      examples: ['wss://stream.example.com/trades', 'wss://stream.example.com/{symbol}'],
    },
    ...urlsField,
    auth: {
      title: 'Credentials',
      description:
        '`none`; `bearer` with `{token}`; `basic` with `{username, password}`; `custom` with `{headers}`; `static` with `{token}`, `{header, value}` or `{username, password}`; `token_file` with `{path, header, scheme}`, read again at every connect; `oauth2` with `{token_url, client_id, client_secret, scope, scopes, audience, params, client_auth, expiry_margin, expiry_ratio}`, whose token is kept until shortly before it ends, or the server refuses it, and is asked for through `proxy` and with `tls`; `oauth2_refresh` with these, `refresh_token` and `persist: {path, key}`, a folder that keeps the refresh token that the server gave last for the next run; `token_endpoint` with `{url, method, headers, body, encoding, token_path, expires_path, apply_as: {header, template}, expiry_margin, expiry_ratio}`, for any endpoint that answers with JSON; or `{ref}`, which names an entry of the `auth` catalogue or a provider, asked again at every connect.',
      $ref: '#/$defs/auth',
      default: { type: 'none' },
      examples: [{ type: 'bearer', config: { token: `\${env:TOKEN}` } }, { ref: 'exchange' }],
    },
    subscribe_messages: socket.subscribe_messages,
    ...fieldsOf(SUBSCRIBE_OPTIONS),
    message_format: parse.message_format,
    utf8: parse.utf8,
    on_parse_error: parse.on_parse_error,
    dead_letter: record.dead_letter,
    envelope: record.envelope,
    ping_interval: socket.ping_interval,
    max_messages: batch.max_messages,
    idle_timeout: socket.idle_timeout,
    max_duration: socket.max_duration,
    max_bytes: batch.max_bytes,
    stop_when: parse.stop_when,
    ...fieldsOf(RECONNECT_OPTIONS),
    ...fieldsOf(ROTATION_OPTIONS),
    max_message_bytes: socket.max_message_bytes,
    batch_size: batch.batch_size,
    unbounded: record.unbounded,
    linger: batch.linger,
    page_bytes: batch.page_bytes,
    split: parse.split,
    records_path: parse.records_path,
    big_integers: parse.big_integers,
    record_schema: record.record_schema,
    on_invalid_record: record.on_invalid_record,
    handshake_timeout: socket.handshake_timeout,
    protocols: socket.protocols,
    require_protocol: socket.require_protocol,
    headers: socket.headers,
    per_message_deflate: socket.per_message_deflate,
    max_buffered_bytes: socket.max_buffered_bytes,
    select: record.select,
    transforms: record.transforms,
    ...fieldsOf(LIVENESS_OPTIONS),
    ...fieldsOf(REACH_CONFIG),
    ...fieldsOf(INTAKE_OPTIONS),
    ...fieldsOf(RESUME_OPTIONS),
    ...fieldsOf(BACKFILL_OPTIONS),
  },
  $defs: authSchemas,
};
