import { authSchemas } from './auth-schema.js';
import { MAX_SECONDS, POSITIVE_DURATION_PATTERN } from './durations.js';
import { urlsField } from './fields/address.js';
import { intakeFields } from './fields/intake.js';
import { livenessFields } from './fields/liveness.js';
import { PATH_PATTERN } from './fields/path.js';
import { reachFields } from './fields/reach.js';
import { reconnectFields } from './fields/reconnect.js';
import { rotationFields } from './fields/rotation.js';
import { selectField } from './fields/select.js';
import { subscribeFields } from './fields/subscribe.js';

/** The JSON Schema (draft 2020-12) of what `createSource()` and `pipeline.source.config` take. */
export const sourceConfigSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'spillway source',
  description: 'A WebSocket feed: where it is, how to speak to it, what its frames hold, and when the run ends.',
  type: 'object',
  additionalProperties: false,
  if: { required: ['urls'] },
  else: { required: ['url'] },
  anyOf: [
    { required: ['max_messages'] },
    { required: ['idle_timeout'] },
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
        '`none`; `bearer` with `{token}`; `basic` with `{username, password}`; `custom` with `{headers}`; `token_file` with `{path, header, scheme}`, read again at every connect; `oauth2` with `{token_url, client_id, client_secret, scope, audience, params, client_auth, expiry_margin}`, whose token is kept until shortly before it ends, or the server refuses it, and is asked for through `proxy` and with `tls`; or `{ref}`, which names an entry of the `auth` catalogue or a provider, asked again at every connect.',
      $ref: '#/$defs/auth',
      default: { type: 'none' },
      examples: [{ type: 'bearer', config: { token: `\${env:TOKEN}` } }, { ref: 'exchange' }],
    },
    subscribe_messages: {
      title: 'Subscribe messages',
      description:
        'Sent in this order after every connect and reconnect, before any frame is taken; with `throttle` frames are taken in between.',
      type: 'array',
      items: { type: 'string' },
      maxItems: 10_000,
      default: [],
      examples: [['{"op":"subscribe","channel":"trades"}']],
    },
    ...subscribeFields,
    message_format: {
      title: 'Message format',
      description:
        'What a frame holds: `json` is checked and kept as the bytes that arrived; `raw_string` is UTF-8 text, bad bytes replaced; `binary` becomes base64.',
      enum: ['json', 'raw_string', 'binary'],
      default: 'json',
      examples: ['raw_string'],
    },
    on_parse_error: {
      title: 'On a frame that is no JSON',
      description:
        'With `message_format: json`, or `decompress`. `fail` ends the run with an error after delivering what came before; `skip` counts, warns and drops the frame.',
      enum: ['fail', 'skip'],
      default: 'fail',
      examples: ['skip'],
    },
    envelope: {
      title: 'Envelope',
      description:
        'Stores `{ data, received_at, url }` in place of the bare record: `received_at` in epoch milliseconds as the frame arrived, `url` without user info.',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    ping_interval: {
      title: 'Ping interval',
      description: 'Sends a WebSocket ping at this interval.',
      type: ['number', 'string'],
      minimum: 0.001,
      maximum: MAX_SECONDS,
      pattern: POSITIVE_DURATION_PATTERN,
      examples: [20, '20s'],
    },
    max_messages: {
      title: 'Number of records',
      description: 'Stops, successfully, after this many records; skipped frames do not count.',
      type: 'integer',
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      examples: [100],
    },
    idle_timeout: {
      title: 'Idle timeout',
      description:
        'Stops, successfully, after this long without any inbound frame: data, ping, pong and skipped frames all reset it. The clock runs on through outages, and stands still while the socket is paused for a slow sink.',
      type: ['number', 'string'],
      minimum: 0.001,
      maximum: MAX_SECONDS,
      pattern: POSITIVE_DURATION_PATTERN,
      examples: [30, '5m'],
    },
    ...reconnectFields,
    ...rotationFields,
    max_message_bytes: {
      title: 'Largest message',
      description: 'A larger message fails the connection with an error; memory never grows past it.',
      type: 'integer',
      minimum: 1,
      // `ws` keeps this limit as a signed 32-bit number: a larger one would wrap around to no limit at all.
      maximum: 2 ** 31 - 1,
      default: 64 * 1024 * 1024,
      examples: [1_048_576],
    },
    batch_size: {
      title: 'Records a page',
      description: 'How many records a page holds; 0 gives one page for the whole run.',
      type: 'integer',
      minimum: 0,
      maximum: 1_000_000,
      default: 1000,
      examples: [50],
    },
    unbounded: {
      title: 'Without end',
      description:
        'Says that the run is meant to go on for ever: one of `max_messages`, `idle_timeout` and `unbounded: true` must be set.',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    linger: {
      title: 'Age of a page',
      description: 'Emits a page that is only partly filled once its first record is this old.',
      type: ['number', 'string'],
      minimum: 0.001,
      maximum: MAX_SECONDS,
      pattern: POSITIVE_DURATION_PATTERN,
      examples: [1, '250ms'],
    },
    page_bytes: {
      title: 'Bytes a page',
      description: 'Emits a page once it holds this many bytes; with `batch_size: 0` there is no such cut.',
      type: 'integer',
      minimum: 1,
      maximum: 2 ** 31 - 1,
      default: 16 * 1024 * 1024,
      examples: [1_048_576],
    },
    split: {
      title: 'Many records a frame, as lines',
      description: '`lines`: a frame holds many records, one a line (NDJSON). Not with `message_format: binary`.',
      enum: ['none', 'lines'],
      default: 'none',
      examples: ['lines'],
    },
    records_path: {
      title: 'Many records a frame, as an array',
      description:
        'The path of an array inside the frame, each element of which is a record; empty when the frame itself is the array. With `message_format: json` only.',
      $comment:
        'at most 1000 characters of keys with dots between them, such as `data.trades`, `data.0.trades` or `["a.b"].trades`',
      type: 'string',
      pattern: PATH_PATTERN,
      maxLength: 1000,
      examples: ['data.trades'],
    },
    big_integers: {
      title: 'Integers past 2^53',
      description:
        'How they appear in parsed values: `number` (rounded), `bigint` or `string`. Stored bytes are exact in any case.',
      enum: ['number', 'bigint', 'string'],
      default: 'number',
      examples: ['string'],
    },
    record_schema: {
      title: 'Schema of a record',
      description: 'A JSON Schema that every record must satisfy. With `message_format: json` only.',
      type: 'object',
      examples: [{ type: 'object', required: ['price'] }],
    },
    on_invalid_record: {
      title: 'On a record that breaks its schema',
      description:
        'With `record_schema`: `fail` ends the run with an error; `skip` counts, warns and drops the record.',
      enum: ['fail', 'skip'],
      default: 'fail',
      examples: ['skip'],
    },
    handshake_timeout: {
      title: 'Handshake timeout',
      description: 'How long a connect may take, from the DNS query to the completed upgrade.',
      type: ['number', 'string'],
      minimum: 0.001,
      maximum: MAX_SECONDS,
      pattern: POSITIVE_DURATION_PATTERN,
      default: 10,
      examples: ['3s'],
    },
    protocols: {
      title: 'Sub-protocols',
      description: 'The WebSocket sub-protocols to offer, the preferred one first.',
      type: 'array',
      $comment: 'a list of at most 100 different names',
      items: {
        $comment: 'a name without spaces, quotes or brackets',
        type: 'string',
        pattern: "^[!#$%&'*+\\-.0-9A-Z^_`a-z|~]+$",
      },
      uniqueItems: true,
      maxItems: 100,
      default: [],
      examples: [['graphql-transport-ws']],
    },
    headers: {
      title: 'Request headers',
      description: 'Sent with the upgrade request, beside those of `auth`.',
      type: 'object',
      additionalProperties: { type: 'string' },
      default: {},
      examples: [{ 'User-Agent': 'my-capture/1.0' }],
    },
    per_message_deflate: {
      title: 'Compression on the wire',
      description: 'Offers permessage-deflate to the server. It costs far more time than it saves on a fast line.',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    max_buffered_bytes: {
      title: 'Bytes waiting for the sink',
      description: 'The socket is paused while this many received bytes wait for a slow sink.',
      type: 'integer',
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      default: 16 * 1024 * 1024,
      examples: [1_048_576],
    },
    ...selectField,
    ...livenessFields,
    ...reachFields,
    ...intakeFields,
  },
  $defs: authSchemas,
} as const;
