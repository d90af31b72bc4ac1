import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { resolveSourceConfig } from '../../lib/config/source-config.js';
import { ConfigError } from '../../lib/errors.js';
import { loadPipelineFile, type PipelineOptions, parsePipelineText } from '../../lib/feed/pipeline-file.js';
import { tempFolder } from '../support/temp-folder.js';

const env = (inside: string) => `$\{env:${inside}}`;

const EXAMPLE = `version: 1
pipeline:
  source:
    type: websocket
    config:
      url: "wss://stream.binance.com:9443/ws/btcusdt@trade"
      message_format: json
      max_messages: 100
      idle_timeout: 30
      ping_interval: 20
      batch_size: 50
  sink:
    type: jsonl
    config:
      path: ./out/trades.jsonl
      append: false
      pretty: false
`;

const EXAMPLE_RESULT = {
  name: undefined,
  source: resolveSourceConfig({
    url: 'wss://stream.binance.com:9443/ws/btcusdt@trade',
    message_format: 'json',
    max_messages: 100,
    idle_timeout: 30,
    ping_interval: 20,
    batch_size: 50,
  }),
  sink: {
    type: 'jsonl',
    path: './out/trades.jsonl',
    append: false,
    pretty: false,
    compression: 'auto',
    compressionLevel: undefined,
    fsync: 'never',
    onFull: 'wait',
    onMissing: 'create',
    drainTimeoutMs: 30_000,
    roll: undefined,
    keep: undefined,
  },
  spool: undefined,
  dlq: undefined,
  state: undefined,
  listen: undefined,
  otel: undefined,
  watch: { freshWithinMs: undefined, eventTime: undefined },
  secrets: [],
  notes: [],
} as const;

test("The original's example file is read unchanged", () => {
  assert.deepEqual(parsePipelineText(EXAMPLE), EXAMPLE_RESULT);
});

test('The same pipeline as JSON, with tabs and a byte-order mark, is read by the same parser', async (t) => {
  const json = JSON.stringify(
    {
      version: 1,
      pipeline: {
        source: {
          type: 'websocket',
          config: {
            url: 'wss://stream.binance.com:9443/ws/btcusdt@trade',
            message_format: 'json',
            max_messages: 100,
            idle_timeout: 30,
            ping_interval: 20,
            batch_size: 50,
          },
        },
        sink: { type: 'jsonl', config: { path: './out/trades.jsonl' } },
      },
    },
    null,
    '\t',
  );
  const path = await fileWith(t, `\uFEFF${json}`);
  assert.deepEqual(await loadPipelineFile(path), EXAMPLE_RESULT);
});

for (const [what, sink, expected] of [
  [
    'jsonl with all its keys',
    '{type: jsonl, config: {path: a, append: true, pretty: true, compression: zstd, fsync: page, on_missing: fail, drain_timeout: 5m}}',
    {
      type: 'jsonl',
      path: 'a',
      append: true,
      pretty: true,
      compression: 'zstd',
      compressionLevel: undefined,
      fsync: 'page',
      onFull: 'wait',
      onMissing: 'fail',
      drainTimeoutMs: 300_000,
      roll: undefined,
      keep: undefined,
    },
  ],
  [
    'jsonl whose files are rolled',
    '{type: jsonl, config: {path: "%H.jsonl", roll: {every: 1h, bytes: 100MB, records: 7}, keep: {bytes: 1.5 GiB, age: 30d, files: 9}}}',
    {
      type: 'jsonl',
      path: '%H.jsonl',
      append: false,
      pretty: false,
      compression: 'auto',
      compressionLevel: undefined,
      fsync: 'never',
      onMissing: 'create',
      onFull: 'wait',
      drainTimeoutMs: 30_000,
      roll: { everyMs: 3_600_000, bytes: 100_000_000, records: 7 },
      keep: { bytes: 1_610_612_736, ageMs: 2_592_000_000, files: 9 },
    },
  ],
  [
    'stdout without a config',
    '{type: stdout}',
    {
      type: 'stdout',
      format: 'json_lines',
      destination: 'stdout',
      flushPerRecord: false,
      maxRecords: undefined,
      drainTimeoutMs: 30_000,
    },
  ],
  [
    'stdout with all its keys',
    '{type: stdout, config: {format: pretty_json, destination: stderr}}',
    {
      type: 'stdout',
      format: 'pretty_json',
      destination: 'stderr',
      flushPerRecord: false,
      maxRecords: undefined,
      drainTimeoutMs: 30_000,
    },
  ],
] as const) {
  test(`A sink ${what} is resolved`, () => {
    assert.deepEqual(parsePipelineText(file({ sink })).sink, expected);
  });
}

for (const [what, entry, expected] of [
  ['bearer', '{type: bearer, config: {token: t}}', { type: 'bearer', config: { token: 't' } }],
  ['static', '{type: static, config: {token: t}}', { type: 'static', config: { token: 't' } }],
  [
    'basic',
    '{type: basic, config: {username: u, password: p}}',
    { type: 'basic', config: { username: 'u', password: 'p' } },
  ],
  ['custom', '{type: custom, config: {headers: {X: y}}}', { type: 'custom', config: { headers: { X: 'y' } } }],
  ['token_file', '{type: token_file, config: {path: p}}', { type: 'token_file', config: { path: 'p' } }],
] as const) {
  test(`A reference to an entry of the catalogue is resolved: ${what}`, () => {
    const text = file({ top: `auth: {mine: ${entry}}`, source: 'auth: {ref: mine}' });
    assert.deepEqual(parsePipelineText(text).source.auth, expected);
  });
}

test('A name, environment placeholders and context placeholders are filled in', () => {
  const text = file({
    top: 'name: btc',
    url: env('URL'),
    source: `batch_size: ${env('SIZE')}, envelope: ${env('ENVELOPE:-true')}, subscribe_messages: ["${env('SIZE')}"]`,
  });
  const { name, source } = parsePipelineText(text, {
    env: { URL: 'wss://x/{symbol}', SIZE: '50' },
    context: { symbol: 'btc' },
  });
  assert.equal(name, 'btc');
  assert.equal(source.url, 'wss://x/btc');
  assert.equal(source.batchSize, 50);
  assert.equal(source.envelope, true);
  assert.deepEqual(source.subscribeMessages, ['50']);
});

test('All problems come at once, in the order of the file, each with line and column', () => {
  const text = `version: 2
nme: x
auth:
  a: {type: static, config: {tken: S3CR3T}}
  b:
    type: bearer
    config: {token: "S3CR3T\\nx"}
pipeline:
  source:
    type: websockt
    config:
      ulr: "x"
      max_messages: ${env('N')}
      batch_size: ${env('UNSET')}
      auth: {ref: c}
      linger: &list [1]
      split: *list
      headers:
        "Authorization: S3CR3T": ""
      protocols:
        - ok
        - not ok
  sink:
    type: jsnl
    config: {}
`;
  assert.equal(
    messageOf(text, { env: { N: 'S3CR3T' } }),
    `feed.yaml:1:10: version: Expected 1, but found 2.
feed.yaml:2:1: nme: There is no such key. Did you mean \`name\`?
feed.yaml:4:29: auth.a.config: Expected one of three: \`token\`; \`header\` and \`value\`; or \`username\` and \`password\`.
feed.yaml:4:30: auth.a.config.tken: There is no such key. Did you mean \`token\`?
feed.yaml:7:21: auth.b.config.token: Expected text that an HTTP header can carry: one line, without control characters.
feed.yaml:10:11: pipeline.source.type: Expected \`websocket\`, but found the text "websockt".
feed.yaml:11:5: pipeline.source.config.url: The key \`url\` is required here, but missing.
feed.yaml:12:7: pipeline.source.config.ulr: There is no such key. Did you mean \`url\`?
feed.yaml:13:21: pipeline.source.config.max_messages: Expected a whole number of at least 1, but found a string that is not shown here.
feed.yaml:14:19: pipeline.source.config.batch_size: The environment variable UNSET is not set. Set it, or write \`\${env:UNSET:-…}\` with a default.
feed.yaml:15:19: pipeline.source.config.auth.ref: No credentials have this name. Known are: \`a\`, \`b\`.
feed.yaml:16:21: pipeline.source.config.linger: Expected a duration of at least 1 ms (a number of seconds (fractions allowed), or text with a unit such as "500ms", "30s", "5m", "1.5h" or "1d"), or \`none\`, but found a list of 1.
feed.yaml:17:14: pipeline.source.config.split: Expected \`none\`, \`lines\`, or \`on\` with a text of 1 to 100 characters, such as \`{ on: "\\u001e" }\`, but found a list of 1.
feed.yaml:19:9: pipeline.source.config.headers.Authorization: Expected the name of an HTTP header: letters, digits and hyphens, without a colon or a space.
feed.yaml:22:11: pipeline.source.config.protocols[1]: Expected a name without spaces, quotes or brackets, but found a string that is not shown here.
feed.yaml:24:11: pipeline.sink.type: Expected one of \`csv\`, \`jsonl\`, \`kafka\`, \`stdout\`, but found the text "jsnl".`,
  );
});

test('A file that says nothing is told what is missing, one sentence a key', () => {
  assert.equal(
    messageOf('{}'),
    'feed.yaml:1:1: version: The key `version` is required here, but missing.\nfeed.yaml:1:1: pipeline: The key `pipeline` is required here, but missing.',
  );
  assert.equal(messageOf(''), 'feed.yaml:1:1: Expected an object, but found null.');
});

test('A source that nothing ends is pointed at by its key, with all three ways out', () => {
  const message = messageOf(
    'version: 1\npipeline:\n  source:\n    type: websocket\n    config:\n      url: ws://x\n  sink: {type: stdout}',
  );
  assert.equal(
    message,
    'feed.yaml:5:5: pipeline.source.config: Nothing says when the run ends. Set `max_messages`, `idle_timeout`, `max_duration`, `max_bytes` or `stop_when`, or `unbounded: true` if it is meant to go on for ever.',
  );
});

for (const [what, text, message] of [
  [
    'a jsonl sink without a path',
    file({ sink: '{type: jsonl, config: {}}' }),
    /^feed\.yaml:3:23: pipeline\.sink\.config\.path: The key `path` is required here, but missing\.$/,
  ],
  [
    'a jsonl sink without a config',
    file({ sink: '{type: jsonl}' }),
    /pipeline\.sink\.config: The key `config` is required here, but missing\.$/,
  ],
  [
    'an unknown key of a sink',
    file({ sink: '{type: stdout, config: {formt: x}}' }),
    /pipeline\.sink\.config\.formt: There is no such key\. Did you mean `format`\?$/,
  ],
  [
    'a sink of an unknown type',
    file({ sink: '{type: kafak, config: {}}' }),
    /pipeline\.sink\.type: Expected one of `csv`, `jsonl`, `kafka`, `stdout`, but found the text "kafak"\.$/,
  ],
  [
    'a wrong value of a sink',
    file({ sink: '{type: jsonl, config: {path: a, compression: lz4}}' }),
    /compression: Expected one of `auto`, `none`, `gzip`, `zstd`, but found the text "lz4"\.$/,
  ],
  [
    'an unknown reference without a catalogue',
    file({ source: 'auth: {ref: a}' }),
    /auth\.ref: No credentials have a name here\. Add them to the `auth` catalogue, or write them out\.$/,
  ],
  [
    'a reference in the catalogue',
    file({ top: 'auth: {a: {ref: b}}' }),
    /auth\.a\.type: The key `type` is required here, but missing\.\n.*auth\.a\.ref: There is no such key\./,
  ],
  [
    'a duplicate key',
    'version: 1\nversion: 1',
    /^feed\.yaml:2:1: This key stands here twice\. Remove one of the two\.$/,
  ],
  ['a YAML syntax error', 'a: "x\nb: [', /^feed\.yaml:2:\d+: The YAML cannot be read: /],
  [
    'two documents',
    'a: 1\n---\nb: 1',
    /^feed\.yaml:2:1: The file holds more than one YAML document\. Keep one of them\.$/,
  ],
  ['an unknown tag', 'a: !S3CR3T 1', /^feed\.yaml:1:4: The YAML cannot be read: Unresolved tag\./],
  ['an alias without an anchor', 'a: *b', /^feed\.yaml:1:4: This alias names no anchor that is complete before it\./],
  [
    'an alias inside what it names',
    'a: &a [*a]',
    /^feed\.yaml:1:8: This alias names no anchor that is complete before it\./,
  ],
  ['an alias bomb', `a: &a [x]\n${bomb()}`, /^feed\.yaml:\d+:\d+: The file uses aliases or `vars` so often/],
  [
    'thousands of aliases',
    `a: &a 1\nb: [${'*a, '.repeat(1500)}]`,
    /^feed\.yaml:2:\d+: The file uses aliases or `vars` so often/,
  ],
  ['flow lists nested without end', '['.repeat(100_000), /^feed\.yaml: The file is nested too deeply to be read\.$/],
  ['flow maps nested without end', '{a: '.repeat(100_000), /^feed\.yaml: The file is nested too deeply to be read\.$/],
  ['block lists nested without end', '- '.repeat(100_000), /^feed\.yaml: The file is nested too deeply to be read\.$/],
  ['a key that is no text', '? [a]\n: 1', /^feed\.yaml:1:3: Expected text as a key\.$/],
  [
    'a number that is not finite',
    file({ source: 'idle_timeout: .inf' }),
    /idle_timeout: Expected a duration of at least 1 ms.*but found Infinity\.$/,
  ],
  [
    'a key with nothing after it that is required',
    file({ sink: '{type: jsonl, config: {path: }}' }),
    /^feed\.yaml:3:32: pipeline\.sink\.config\.path: The key `path` is required here, but null\.$/,
  ],
] as const) {
  test(`A file with ${what} is refused`, () => {
    const found = messageOf(text);
    assert.match(found, message);
    assert.ok(!found.includes('S3CR3T'));
  });
}

test('No more than a hundred problems are reported', () => {
  const keys = Array.from({ length: 5000 }, (_, index) => `k${index}: ${env('UNSET')}`).join('\n');
  assert.throws(
    () => parsePipelineText(keys, { env: {} }),
    (error) => error instanceof ConfigError && error.problems.length === 100,
  );
});

test('Values from the environment are shown in no message, whatever they break', () => {
  const keys = [
    'url',
    'message_format',
    'max_messages',
    'idle_timeout',
    'envelope',
    'records_path',
    'record_schema',
    'headers',
    'auth',
    'protocols',
  ];
  for (const key of keys) {
    const text = `version: 1\npipeline:\n  source:\n    type: ${env('S')}\n    config:\n      ${key}: ${env('S')}\n  sink: {type: "${env('S')}"}`;
    for (const S of ['S3CR3T', 'wss://u:S3CR3T@x/#']) assert.ok(!messageOf(text, { env: { S } }).includes('S3CR3T'));
  }
  for (const S of ['77777777', '-77777777', '7777.7777'])
    assert.ok(!messageOf(file({ source: `batch_size: ${env('S')}` }), { env: { S } }).includes('7777'));
});

test('`-` reads the standard input', async () => {
  const bytes = Buffer.from(EXAMPLE);
  const stdin = Readable.from([bytes.subarray(0, 50), bytes.subarray(50)]);
  assert.deepEqual(await loadPipelineFile('-', { stdin }), EXAMPLE_RESULT);
});

test('A problem in the standard input names it so', async () => {
  await assert.rejects(
    loadPipelineFile('-', { stdin: Readable.from([Buffer.from('{}')]) }),
    /^ConfigError: \(standard input\):1:1: version: /,
  );
});

test('A file that does not exist is a ConfigError with its path and cause', async (t) => {
  const path = join(await tempFolder(t), 'no.yaml');
  await assert.rejects(loadPipelineFile(path), (error) => {
    assert.ok(error instanceof ConfigError && error.cause instanceof Error);
    assert.equal(error.file, path);
    assert.equal(
      error.message,
      `${path}: This pipeline file cannot be read: there is no such file. Check its path and its permissions.`,
    );
    return true;
  });
});

test('A folder is refused in a whole sentence', async (t) => {
  await assert.rejects(loadPipelineFile(await tempFolder(t)), /cannot be read: it is a folder\. Check its path/);
});

for (const [what, content, message] of [
  [
    'of 1 MiB and one byte',
    Buffer.alloc(1024 * 1024 + 1, '#'),
    /is larger than 1 MiB\. Check that it is the right file\.$/,
  ],
  ['that is not UTF-8', Buffer.from([0x61, 0x3a, 0x20, 0xff]), /is not UTF-8 text\. Save it as UTF-8\.$/],
] as const) {
  test(`A file ${what} is refused`, async (t) => {
    const path = await fileWith(t, content);
    await assert.rejects(
      loadPipelineFile(path),
      (error) => error instanceof ConfigError && message.test(error.message),
    );
    await assert.rejects(loadPipelineFile('-', { stdin: Readable.from([content]) }), message);
  });
}

test('A file of exactly 1 MiB is read', async (t) => {
  const path = await fileWith(t, EXAMPLE.padEnd(1024 * 1024, '#'));
  assert.deepEqual(await loadPipelineFile(path), EXAMPLE_RESULT);
});

function file(parts: { top?: string; url?: string; source?: string; sink?: string }): string {
  const { top = '', url = '"ws://x"', source, sink = '{type: stdout}' } = parts;
  const extra = source === undefined ? '' : `, ${source}`;
  return `version: 1\npipeline:\n  sink: ${sink}\n  source: {type: websocket, config: {url: ${url}, max_messages: 5${extra}}}\n${top}\n`;
}

function bomb(): string {
  return Array.from({ length: 8 }, (_, index) => {
    const [from, to] = ['abcdefghi'[index], 'abcdefghi'[index + 1]];
    return `${to}: &${to} [${Array(9).fill(`*${from}`).join(', ')}]`;
  }).join('\n');
}

function messageOf(text: string, options: PipelineOptions = {}): string {
  try {
    parsePipelineText(text, { env: {}, ...options, file: 'feed.yaml' });
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message;
  }
  return assert.fail('nothing was found wrong');
}

async function fileWith(t: TestContext, content: string | Buffer): Promise<string> {
  const path = join(await tempFolder(t), 'feed.yaml');
  await writeFile(path, content);
  return path;
}

test('what is missing in a sequence may be fetched, and its durations are read', () => {
  const backfill =
    "{ url: 'https://a.example/t?from={after}', max_duration: 5s, on_failure: fail, next: { link: true } }";
  const text = (sequence: string) =>
    `version: 1\npipeline:\n  source: { type: websocket, config: { url: 'wss://a.example', unbounded: true, ${sequence}backfill: ${backfill} } }\n  sink: { type: stdout }\n`;
  const { source } = parsePipelineText(text('sequence: { path: id }, '));
  assert.deepEqual(source.backfill.backfill, {
    ...{ url: 'https://a.example/t?from={after}', maxDurationMs: 5_000, onFailure: 'fail', next: { link: true } },
  });
  assert.throws(() => parsePipelineText(text('')), /set `sequence`, too/);
});
