import { isMap, isScalar, isSeq, parseDocument } from 'yaml';

/** A value that only the environment knows: it must never be shown, wherever a file puts it. */
export const SECRET_IN_ENVIRONMENT = { name: 'FEED_SECRET', value: 'pLaNtEd-1n-env' } as const;

/** A value that the samples hold where credentials belong: it must not be shown while it stands there. */
export const SECRET_IN_FILE = 'pLaNtEd-1n-f1le';

const [VARIABLE, FILE] = [`\${env:${SECRET_IN_ENVIRONMENT.name}}`, SECRET_IN_FILE];

/** Valid pipeline files, which between them use every part of the format. They are short, so that many can be tried. */
export const SAMPLES: readonly string[] = [
  `# Credentials in the address.
version: 1
name: trades
pipeline:
  source:
    type: websocket
    config:
      url: wss://user:${FILE}@example.com/{symbol}?key=${FILE}
      max_messages: 100
      reconnect: true
  sink:
    type: jsonl
    config: { path: ./trades.jsonl.gz, append: true }
`,
  `version: 1
pipeline:
  source:
    type: websocket
    config:
      url: ws://h/
      subscribe_messages: ['{"op":"auth","key":"${FILE}"}', hi]
      headers: { X-Api-Key: ${FILE}, A: 'b c' }
      idle_timeout: 30s
  sink: { type: stdout, config: { format: pretty_json } }
`,
  `version: 1
auth:
  one: &one { type: bearer, config: { token: ${FILE} } }
  two: { type: basic, config: { username: me, password: "${FILE}" } }
  four: *one
pipeline:
  source: { type: websocket, config: { url: ws://h/, auth: { ref: two }, unbounded: true } }
  sink: { type: stdout }
`,
  `version: 1
pipeline:
  sink: { type: stdout }
  source:
    type: websocket
    config:
      url: "wss://h/feed?token=${VARIABLE}"
      unbounded: true
      envelope: \${env:UNSET_VARIABLE:-true}
      records_path: data[0].trades
      record_schema: { type: object, required: [price] }
      on_invalid_record: skip
`,
  JSON.stringify({
    version: 1,
    pipeline: {
      source: {
        type: 'websocket',
        config: {
          url: `ws://h/${VARIABLE}`,
          auth: { type: 'bearer', config: { token: VARIABLE } },
          protocols: ['v1', 'v2'],
          idle_timeout: '5m',
        },
      },
      sink: { type: 'jsonl', config: { path: 'a', compression: 'none', fsync: 'end' } },
    },
  }),
  '{version: 1, pipeline: {sink: {type: stdout}, source: {type: websocket, config: {url: "ws://h", max_messages: 1}}}}',
  `version: 1
pipeline:
  source:
    type: websocket
    config:
      url: >-
        wss://example.com/feed
      auth:
        type: token_file
        config: { path: /run/token, header: X-Token, scheme: "" }
      subscribe_messages:
        - |
          {"key": "${FILE}"}
      max_messages: 10
  sink: { type: stdout }
`,
  `version: 1
x-base: &base { max_messages: 3, batch_size: null }
vars:
  a: "\${vars.b.c}-\${now.date}"
  b: { c: "\${secret:${SECRET_IN_ENVIRONMENT.name}}", d: [1, "\${param.p}"] }
params: { p: { type: int, default: 5 }, q: { values: [x, y], default: x, secret: true } }
execution: { max_concurrent: 2 }
pipeline:
  source:
    type: websocket
    config:
      <<: *base
      url: "ws://h/\${vars.a}"
      batch_size: "\${param.p}"
      headers: { X-A: "\${vars.a}", X-B: '$\${literal}' }
  sink: { type: jsonl, config: { path: "a-\${now.strftime.%Y}-\${param.q}.jsonl" } }
`,
  `version: 1
pipeline:
  source:
    type: websocket
    config:
      url: ws://h
      auth: { type: custom, config: { headers: { X-Key: ${FILE} } } }
      batch_size: 0
      linger: 250ms
      unbounded: true
  sink: { type: jsonl, config: { path: a.jsonl } }
`,
];

/**
 * Whether a text holds {@link SECRET_IN_FILE} where a message may show it: in a key, or as a value that is none of the
 * credentials any more. A text that is no YAML never is shown.
 */
export function isExposed(text: string): boolean {
  // As the reader sees it: placeholders are no YAML.
  const masked = text.replace(/\$\$\{([^{}"'\\\r\n]*\})?|\$\{[A-Za-z][\w-]*([:.][^}\r\n]*)?\}/g, 'E');
  const document = parseDocument(masked, { stringKeys: true, uniqueKeys: false, logLevel: 'silent' });
  if (document.errors.length > 0) return false;
  const walk = (node: unknown, isHidden: boolean): boolean => {
    if (isScalar(node)) return !isHidden && String(node.value).includes(SECRET_IN_FILE);
    if (isSeq(node)) return node.items.some((item) => walk(item, isHidden));
    if (!isMap(node)) return false;
    return node.items.some(({ key, value }) => {
      const name = isScalar(key) ? String(key.value) : String(key);
      return name.includes(SECRET_IN_FILE) || walk(value, isHidden || HIDDEN_KEYS.has(name));
    });
  };
  return walk(document.contents, false);
}

const HIDDEN_KEYS: ReadonlySet<string> = new Set(['auth', 'headers', 'url', 'subscribe_messages', 'protocols']);
