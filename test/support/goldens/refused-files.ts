import { ConfigError } from '../../../lib/errors.js';
import { parsePipelineText } from '../../../lib/feed/pipeline-file.js';

/** What is said of pipeline files that are wrong, with line and column: of each line of a file that is, and of many texts. */
export function refusedFiles(): string {
  const lines = FILE.split('\n');
  const edited = lines.flatMap((line, index) => {
    const [, opening, key, value] = /^(\s*(?:- )?)([\w"-]+): ?(.*)$/.exec(line) ?? [];
    if (opening === undefined) return [];
    const texts = [
      ...VALUES.map(withDollars)
        .filter((one) => one !== value)
        .map((one) => `${opening}${key}: ${one}`),
      `${opening}${key}s: ${value}`,
    ];
    const answers = texts.map((text) => `  ${text.trim()}${told(lines.toSpliced(index, 1, text).join('\n'))}`);
    return [`line ${index + 1}, in place of ${line.trim()}`, ...answers];
  });
  const dropped = lines.map((line, index) => `without ${line.trim()}${told(lines.toSpliced(index, 1).join('\n'))}`);
  const texts = TEXTS.map(withDollars).map((text) => `${JSON.stringify(text)}${told(text)}`);
  const configs = CONFIGS.map((config) => `${config}${told(fileOf(config))}`);
  return `${[`the file${told(FILE)}`, ...edited, ...dropped, ...texts, ...configs].join('\n')}\n`;
}

/** What is wrong, or what it holds without effect: a line each. */
function told(text: string): string {
  try {
    const { notes } = parsePipelineText(text, AROUND);
    return [
      ': taken',
      ...notes.map(({ line, column, path, message }) => `\n    ${line}:${column} ${path}: ${message}`),
    ].join('');
  } catch (error) {
    if (!(error instanceof ConfigError)) return `: ${String(error)}`;
    return error.problems
      .map(({ line, column, path, message }) => `\n    ${line}:${column} ${path}: ${message}`)
      .join('');
  }
}

function withDollars(text: string): string {
  return text.replaceAll('€{', '${');
}

/** A whole file with this configuration of its source, in flow style. */
function fileOf(config: string): string {
  const [source = '', transforms = '[]'] = config.split(' | transforms: ');
  const url = /^urls?:/.test(source) ? '' : 'url: "wss://h", ';
  const end = source.startsWith('unbounded') ? '' : 'unbounded: true, ';
  return `version: 1\npipeline:\n  source: { type: websocket, config: { ${url}${end}${source} } }\n  transforms: ${transforms}\n  sink: { type: stdout }\n`;
}

const AROUND = {
  env: { NUMBER: '5', TEXT: 'text', EMPTY: '', TYPED: 'true' },
  now: Date.UTC(2026, 2, 8, 14, 5, 9, 42),
  folder: '/nowhere/at/all',
  context: { symbol: 'BTC' },
};

const FILE = `version: 1
name: trades
auth:
  one:
    type: bearer
    config: { token: abc }
vars:
  depth: 20
params:
  size: { type: int, default: 5 }
execution: { max_concurrent: 2 }
pipeline:
  source:
    type: websocket
    config:
      url: wss://example.com/{symbol}
      auth: { ref: one }
      headers: { X-A: "a\${vars.depth}" }
      subscribe:
        - send: hello
          expect: { path: event, equals: subscribed }
          timeout: 5s
      ping_interval: 20
      pong_timeout: 5
      heartbeat: { message: ping, interval: 30s, expect: { text: pong } }
      reply: [{ match: { path: op, equals: ping }, send: pong }]
      reconnect: true
      reconnect_backoff: { initial: 1, max: 60, multiplier: 2, jitter: full }
      max_connection_age: 23h
      rotation_jitter: 5s
      dedupe: { by: content, window: 10s }
      sequence: { path: u }
      message_format: json
      records_path: data
      stop_when: { path: done }
      record_schema: { type: object, required: [price] }
      on_invalid_record: skip
      select: [symbol, price]
      idle_timeout: \${env:NUMBER}
      batch_size: "\${param.size}"
      tls: { ca: ca.pem, min_version: TLSv1.3 }
      proxy: http://proxy:8080
  transforms:
    - type: filter
      config:
        path: type
        op: eq
        value: trade
    - type: rename_field
      config: { fields: { s: symbol } }
    - type: explode
      config:
        path: items
  sink:
    type: kafka
    config:
      brokers: a:9092, b:9092
      topic: { type: from_path, path: symbol, replace: "_" }
      auth: { type: sasl_plain, config: { username: me, password: sesame } }
      key_path: symbol
      acks: all
      compression: gzip`;

/** In these, `€{` stands for `${`, so that nobody takes it for a template's. */
const VALUES = ['5', 'x', '{}', '[]', '{ x: 1 }', '"€{env:EMPTY}"'];

const TEXTS = [
  ...[
    '',
    '5',
    '[]',
    '{}',
    'a',
    '---\n---\n',
    'a: 1\n---\nb: 2',
    'a: 1\na: 2',
    '? [a]\n: 1',
    '5: 1',
    'true: 1',
    '1.5: x',
    '? {a: b}\n: c',
  ],
  ...[
    'a: [',
    'a: {',
    'a: "',
    "a: '",
    'a: b: c',
    'a:\n\tb: 1',
    'a: |\n x\n  y\n z: 1',
    '- a\nb',
    'a: 1\n b: 2',
    'a: }',
    '%BAD x\n---\na: 1',
  ],
  ...[
    'a: !x 1',
    'a: !!binary x',
    'a: &',
    'a: *',
    'a: *b',
    'a: &b [*b]',
    'a: &b 1\nc: *b',
    'a: `x`',
    'a: @x',
    'a: %x',
    'a: "\\q"',
    'a: "\\u12"',
  ],
  ...[
    '<<: 5',
    'a: &a {b: 1}\nc: {<<: *a, d: 2}',
    '<<: [1]',
    'a: &a [1]\n<<: *a',
    'x: €{',
    'x: €{}',
    'x: €{env}',
    'x: €{env:',
    'a: €{env:\nb: 1',
  ],
  ...[
    'x: "€{env:NOT_SET}"',
    'x: €{env:NOT_SET:-}',
    'x: €{env:A B}',
    'x: €{param.none}',
    'x: €{vars.none}',
    'x: €{row.id}',
    'x: €{vault:x}',
    'x: €{x}',
  ],
  ...[
    'x: €{now.date}€{now.none}',
    'x: €{now.strftime.%Q}',
    'x: €{now.strftime.}',
    'x: €{file:none}',
    'x: €{file:}',
    'x: €{secret:NOT_SET}',
    'x: €{secret:EMPTY}',
  ],
  ...[
    'x: €{env:€{env:A}}',
    '€{env:TEXT}: 1',
    'x: €{ENV:TEXT}',
    'x: $env',
    'x: €{env:TEXT',
    'vars: { a: "€{vars.a}" }',
    'vars: { a: "€{vars.b}", b: "€{vars.a}" }',
  ],
  ...[
    'vars: 5',
    'vars: { a: { b: 1 } }\nx: "€{vars.a}x"',
    'vars: { a: [1] }\nx: €{vars.a.1}',
    'params: 5',
    'params: { a: 5 }',
    'params: { a: { type: int } }',
  ],
  ...[
    'params: { a: { type: int, default: x } }',
    'params: { a: { values: [] } }',
    'params: { a: { values: [x], default: y } }',
    'params: { a: { type: odd } }',
  ],
  ...[
    'params: { "a b": { default: 1 } }',
    'params: { a: { type: bool, default: 1 } }',
    'params: { a: { type: float, default: "1" } }',
    'params: { a: { nothing: 1 } }',
  ],
  'a: &a [x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: [*d, *d, *d, *d, *d, *d, *d, *d, *d]',
  `a: ${'['.repeat(120)}${']'.repeat(120)}`,
  `a: ${'['.repeat(60)}${']'.repeat(60)}`,
];

/** What does not go together, and what only a second look finds. */
const CONFIGS = [
  ...[
    'url: "ws://a", urls: ["ws://a"]',
    'unbounded: false',
    'unbounded: true, max_messages: 5',
    'pong_timeout: 5',
    'ping_interval: 5, pong_timeout: 5',
    'stale_timeout: 5, ping_interval: 10',
  ],
  ...[
    'require_protocol: true',
    'protocols: [a, a]',
    'protocols: ["a b"]',
    'headers: { "A B": x }',
    'headers: { A: x, a: y }',
    'headers: { Host: x }',
    'headers: { A: "x\\n" }',
  ],
  ...[
    'connection',
    'upgrade',
    'sec-websocket-key',
    'sec-websocket-version',
    'sec-websocket-protocol',
    'sec-websocket-extensions',
    'cookie',
  ].map((name) => `headers: { ${name}: x }`),
  ...[
    'records_path: a, message_format: raw_string',
    'split: lines, message_format: binary',
    'split: lines, records_path: a',
    'utf8: fail',
    'utf8: fail, message_format: raw_string',
  ],
  ...[
    'stop_when: { path: a }, message_format: raw_string',
    'stop_when: { text: a }, message_format: binary',
    'stop_when: { path: a, text: b }',
    'stop_when: { equals: 1 }',
  ],
  ...[
    'select: [a, a]',
    'select: [""]',
    'select: []',
    'select: [a], message_format: raw_string',
    'select: ["a..b"]',
    'records_path: "a..b"',
    'records_path: "$"',
    'sequence: { path: "*" }',
  ],
  ...[
    'dead_letter: d.jsonl, on_parse_error: fail',
    'on_parse_error: dead_letter',
    'dead_letter: ""',
    'record_schema: { type: odd }',
    'record_schema: { $ref: "#/none" }',
    'on_invalid_record: skip',
  ],
  ...[
    'reconnect_backoff: { initial: 5, max: 1 }',
    'reconnect_backoff: 5',
    'reconnect_backoff: -1',
    'max_reconnect_attempts: 3',
    'clean_codes: [999]',
    'clean_codes: [1000, 1000]',
  ],
  ...[
    'rotation_overlap: 5s',
    'rotation_jitter: 5s',
    'rotate_at: "24:00"',
    'rotate_at: "23:59:60"',
    'rotate_at: "23:59"',
    'rotate_at: 1439',
    'dedupe: { key: [] }',
    'dedupe: {}',
    'overflow: odd',
  ],
  ...[
    'proxy: ftp://a',
    'proxy: "http://a/path"',
    'proxy: none',
    'tls: { ca: x }',
    'tls: { cert_file: a }',
    'tls: { server_name: "a b" }',
    'idle_timeout: 5 minutes',
    'idle_timeout: 0',
    'idle_timeout: 1e400',
  ],
  ...[
    'url: http://h',
    'url: "ws://h#x"',
    'url: " ws://h"',
    'url: "ws://h/{none}"',
    'url: "ws://h/{}"',
    'url: "ws://[::1"',
    'url: 5',
    'url: ""',
    'url: "ws://{symbol}.h/{symbol}"',
    'urls: ["ws://h", "ws://h/{none}"]',
    'urls: []',
  ],
  ...[
    'type: none',
    'type: none, config: {}',
    'type: odd',
    'type: bearer',
    'type: bearer, config: {}',
    'type: bearer, config: { token: "" }',
    'type: bearer, config: { token: "a b\\n" }',
  ].map((auth) => `auth: { ${auth} }`),
  ...[
    'token: a',
    'token: a, header: b',
    '',
    'header: X-A',
    'header: X-A, value: b',
    'header: "X A", value: b',
    'username: a',
    'username: a, password: b',
    'username: a, password: b, token: c',
  ].map((config) => `auth: { type: static, config: { ${config} } }`),
  ...['path: ""', 'path: a', 'path: a, header: Host', 'path: a, scheme: "a\\n"', 'path: /dev/zero'].map(
    (config) => `auth: { type: token_file, config: { ${config} } }`,
  ),
  ...[
    '',
    'scope: a, scopes: [b]',
    'expiry_margin: 5, expiry_ratio: 0.5',
    'expiry_ratio: 0',
    'expiry_ratio: 1',
    'expiry_ratio: 1.5',
    'client_auth: odd',
    'token_url: x',
    'params: { a: 1 }',
    'params: { a: b }',
  ].map(
    (more) => `auth: { type: oauth2, config: { token_url: "https://a", client_id: b, client_secret: c, ${more} } }`,
  ),
  ...['', 'persist: {}', 'persist: { path: a }', 'persist: { path: "" }'].map(
    (more) =>
      `auth: { type: oauth2_refresh, config: { token_url: "https://a", client_id: b, refresh_token: c, ${more} } }`,
  ),
  ...[
    '',
    'body: [1], encoding: form',
    'body: { a: 1 }, encoding: form',
    'body: { a: {} }, encoding: form',
    'apply_as: { header: "A B" }',
    'apply_as: { header: A, template: x }',
    'apply_as: { header: A, template: "x{token}" }',
    'expires_path: a, expiry_path: b',
    'headers: { Host: x }',
    'method: "G T"',
  ].map((more) => `auth: { type: token_endpoint, config: { url: "https://a", token_path: b, ${more} } }`),
  ...[
    'path: a',
    'path: a, op: odd',
    'path: a, op: eq',
    'path: a, op: in, value: 5',
    'path: a, op: exists, value: 5',
    'path: a, op: exists',
    'path: "a..b", op: exists',
  ].map((config) => ` | transforms: [{ type: filter, config: { ${config} } }]`),
  ...[
    'explode',
    'explode, config: {}',
    'explode, config: { path: "$" }',
    'explode, config: { path: a, on_missing: odd }',
    'rename_field, config: { fields: {} }',
    'set, config: {}',
    'drop, config: { fields: [] }',
    'select, config: { fields: [a, a] }',
    'odd',
  ].map((transform) => ` | transforms: [{ type: ${transform} }]`),
];
