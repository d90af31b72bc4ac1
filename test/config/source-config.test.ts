import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ResolvedSourceConfig, resolveSourceConfig } from '../../lib/config/source-config.js';
import { ConfigError } from '../../lib/errors.js';
import { pathProblem } from '../../lib/json/field.js';

const URL = 'wss://example.com/feed';
const base = { url: URL, max_messages: 1 };

test('A minimal configuration has the default of the contract in every field', () => {
  assert.deepEqual(resolveSourceConfig(base), {
    url: URL,
    urls: [URL],
    auth: { type: 'none' },
    subscribeMessages: [],
    messageFormat: 'json',
    onParseError: 'fail',
    deadLetter: undefined,
    utf8: 'replace',
    envelope: false,
    pingIntervalMs: undefined,
    maxMessages: 1,
    idleTimeoutMs: undefined,
    maxDurationMs: undefined,
    maxBytes: undefined,
    stopWhen: undefined,
    maxMessageBytes: 67_108_864,
    batchSize: 1000,
    unbounded: false,
    lingerMs: 100,
    pageBytes: 1_048_576,
    split: 'none',
    recordsPath: undefined,
    bigIntegers: 'number',
    recordSchema: undefined,
    onInvalidRecord: 'fail',
    select: undefined,
    handshakeTimeoutMs: 10_000,
    protocols: [],
    requireProtocol: false,
    headers: {},
    perMessageDeflate: false,
    reach: { tls: {}, origin: undefined, proxy: 'environment' },
    maxBufferedBytes: 16_777_216,
    subscribe: { subscribe: [], throttleMs: undefined },
    rotation: { maxConnectionAgeMs: undefined, rotateAt: undefined, rotationJitterMs: 0 },
    reconnect: {
      reconnect: false,
      reconnectBackoff: 1000,
      maxReconnectAttempts: undefined,
      stableAfterMs: undefined,
      cleanCodes: [1000],
    },
    liveness: {
      pongTimeoutMs: undefined,
      staleTimeoutMs: undefined,
      idleReset: 'any',
      heartbeat: undefined,
      reply: [],
      controlFrames: 'drop',
    },
    transforms: [],
    intake: {
      decompress: undefined,
      gaps: 'events',
      sequence: undefined,
      dedupe: undefined,
      overflow: 'block',
      maxBufferedFrames: 100_000,
    },
    resume: { resume: undefined },
    backfill: { backfill: undefined },
  } satisfies ResolvedSourceConfig);
});

const ACCEPTED: readonly [string, unknown, keyof ResolvedSourceConfig, unknown][] = [
  ['url', 'ws://127.0.0.1:1', 'url', 'ws://127.0.0.1:1'],
  ['url', 'WSS://Example.com', 'url', 'WSS://Example.com'],
  ['auth', { type: 'none' }, 'auth', { type: 'none' }],
  ['auth', { type: 'bearer', config: { token: 't' } }, 'auth', { type: 'bearer', config: { token: 't' } }],
  [
    'auth',
    { type: 'basic', config: { username: 'u', password: '' } },
    'auth',
    { type: 'basic', config: { username: 'u', password: '' } },
  ],
  [
    'auth',
    { type: 'custom', config: { headers: { 'X-Key': 'k' } } },
    'auth',
    { type: 'custom', config: { headers: { 'X-Key': 'k' } } },
  ],
  ['auth', { type: 'token_file', config: { path: 'p' } }, 'auth', { type: 'token_file', config: { path: 'p' } }],
  ['auth', { ref: 'exchange' }, 'auth', { ref: 'exchange' }],
  ['subscribe_messages', ['a', ''], 'subscribeMessages', ['a', '']],
  ['message_format', 'raw_string', 'messageFormat', 'raw_string'],
  ['message_format', 'binary', 'messageFormat', 'binary'],
  ['on_parse_error', 'skip', 'onParseError', 'skip'],
  ['envelope', true, 'envelope', true],
  ['ping_interval', 20, 'pingIntervalMs', 20_000],
  ['ping_interval', '20s', 'pingIntervalMs', 20_000],
  ['max_messages', 9007199254740991, 'maxMessages', 9007199254740991],
  ['max_messages', 1.0, 'maxMessages', 1],
  ['idle_timeout', 0.5, 'idleTimeoutMs', 500],
  ['idle_timeout', '1ms', 'idleTimeoutMs', 1],
  ['max_message_bytes', 2 ** 31 - 1, 'maxMessageBytes', 2 ** 31 - 1],
  ['batch_size', 0, 'batchSize', 0],
  ['batch_size', 1_000_000, 'batchSize', 1_000_000],
  ['unbounded', true, 'unbounded', true],
  ['linger', '250ms', 'lingerMs', 250],
  ['linger', 'none', 'lingerMs', 'none'],
  ['page_bytes', 1, 'pageBytes', 1],
  ['split', 'lines', 'split', 'lines'],
  ['split', { on: '\u001e' }, 'split', { on: '\u001e' }],
  ['records_path', 'data.trades', 'recordsPath', 'data.trades'],
  ['records_path', '[0]["a.b"].trades[1]', 'recordsPath', '[0]["a.b"].trades[1]'],
  ['big_integers', 'bigint', 'bigIntegers', 'bigint'],
  ['record_schema', { type: 'object' }, 'recordSchema', { type: 'object' }],
  ['on_invalid_record', 'skip', 'onInvalidRecord', 'skip'],
  ['handshake_timeout', '3s', 'handshakeTimeoutMs', 3000],
  ['protocols', ['a', 'b'], 'protocols', ['a', 'b']],
  ['headers', { 'User-Agent': 'x' }, 'headers', { 'User-Agent': 'x' }],
  ['per_message_deflate', true, 'perMessageDeflate', true],
  ['max_buffered_bytes', 1, 'maxBufferedBytes', 1],
];

for (const [field, given, key, expected] of ACCEPTED) {
  test(`${field}: ${JSON.stringify(given)} is accepted as ${key}`, () => {
    assert.deepEqual(resolveSourceConfig({ ...base, [field]: given })[key], expected);
  });
}

test('a page waits 100 ms for more, and one for the whole run as long as it takes, unless told otherwise', () => {
  const lingers = [{}, { batch_size: 0 }, { batch_size: 0, linger: '2s' }, { batch_size: 1, linger: 'none' }];
  assert.deepEqual(
    lingers.map((config) => resolveSourceConfig({ ...base, ...config }).lingerMs),
    [100, 'none', 2_000, 'none'],
  );
});

const DURATION =
  'a number of seconds (fractions allowed), or text with a unit such as "500ms", "30s", "5m", "1.5h" or "1d"';
const TIMER = `Expected a duration of at least 1 ms: ${DURATION}`;
const PAGE_AGE = `Expected a duration of at least 1 ms (${DURATION}), or \`none\``;
const SPLIT = 'Expected `none`, `lines`, or `on` with a text of 1 to 100 characters, such as `{ on: "\\u001e" }`';
const HIDDEN = 'a string that is not shown here';

const REFUSED: readonly [string, unknown, string, string][] = [
  ['url', '', 'url', 'Expected text that is not empty, but found empty text.'],
  ...[' wss://x', 'wss://x\n', 'wss://x/a\tb'].map(
    (url) =>
      [
        'url',
        url,
        'url',
        'Expected an address without blanks around it and without line breaks and tabs in it. Remove them.',
      ] as [string, unknown, string, string],
  ),
  ['url', null, 'url', 'The key `url` is required here, but null.'],
  ['url', 5, 'url', 'Expected text that is not empty, but found a number that is not shown here. Put it in quotes.'],
  [
    'url',
    'https://x',
    'url',
    'Expected an address that begins with `ws://` or `wss://`, but found `https://`. Write `wss://` in its place.',
  ],
  [
    'url',
    'http://x',
    'url',
    'Expected an address that begins with `ws://` or `wss://`, but found `http://`. Write `ws://` in its place.',
  ],
  [
    'url',
    'me:secret@host',
    'url',
    'Expected an address that begins with `ws://` or `wss://`, but this one begins with something else.',
  ],
  [
    'url',
    'wss:example.com',
    'url',
    'Expected an address that begins with `ws://` or `wss://`, but this one begins with something else.',
  ],
  [
    'url',
    'example.com',
    'url',
    'Expected a whole address such as `wss://example.com/feed`, but this cannot be parsed as one.',
  ],
  [
    'url',
    'wss://',
    'url',
    'Expected a whole address such as `wss://example.com/feed`, but this cannot be parsed as one.',
  ],
  [
    'url',
    'wss://{host}/x',
    'url',
    'The host is still a placeholder: the context has no value of its name. Give it one.',
  ],
  [
    'url',
    'wss://x/#',
    'url',
    'Expected an address without a fragment: what follows `#` is never sent to a server. Remove it.',
  ],
  ['auth', 'secret', 'auth', `Expected an object, but found ${HIDDEN}.`],
  ['auth', {}, 'auth.type', 'The key `type` is required here, but missing.'],
  [
    'auth',
    { type: 'barer' },
    'auth.type',
    `Expected one of \`none\`, \`bearer\`, \`basic\`, \`custom\`, \`static\`, \`token_file\`, \`oauth2\`, \`oauth2_refresh\`, \`token_endpoint\`, but found ${HIDDEN}.`,
  ],
  ['auth', { type: 'none', config: { a: 1 } }, 'auth.config.a', 'No keys are known here.'],
  ['auth', { type: 'bearer' }, 'auth.config', 'The key `config` is required here, but missing.'],
  ['auth', { type: 'bearer', config: {} }, 'auth.config.token', 'The key `token` is required here, but missing.'],
  [
    'auth',
    { type: 'bearer', config: { token: '' } },
    'auth.config.token',
    'Expected text that is not empty, but found empty text.',
  ],
  [
    'auth',
    { type: 'bearer', config: { token: 'a\nb' } },
    'auth.config.token',
    'Expected text that an HTTP header can carry: one line, without control characters.',
  ],
  [
    'auth',
    { type: 'bearer', config: { token: 'x', tokn: 'y' } },
    'auth.config.tokn',
    'There is no such key. Did you mean `token`?',
  ],
  [
    'auth',
    { type: 'basic', config: { username: 'a:b', password: '' } },
    'auth.config.username',
    `Expected text without a colon, but found ${HIDDEN}.`,
  ],
  [
    'auth',
    { type: 'basic', config: { username: 'a' } },
    'auth.config.password',
    'The key `password` is required here, but missing.',
  ],
  [
    'auth',
    { type: 'custom', config: { headers: { X: 5 } } },
    'auth.config.headers.X',
    'Expected text, but found a number that is not shown here. Put it in quotes.',
  ],
  [
    'auth',
    { type: 'custom', config: { headers: { 'Authorization: Bearer secret': '' } } },
    'auth.config.headers.Authorization',
    'Expected the name of an HTTP header: letters, digits and hyphens, without a colon or a space.',
  ],
  ['auth', { type: 'token_file', config: {} }, 'auth.config.path', 'The key `path` is required here, but missing.'],
  [
    'auth',
    { type: 'token_file', config: { path: 'p', header: 'a b' } },
    'auth.config.header',
    'Expected the name of an HTTP header: letters, digits and hyphens, without a colon or a space.',
  ],
  [
    'auth',
    { type: 'token_file', config: { path: 'p', scheme: '\n' } },
    'auth.config.scheme',
    'Expected text that an HTTP header can carry: one line, without control characters.',
  ],
  ['auth', { ref: '' }, 'auth.ref', 'Expected text that is not empty, but found empty text.'],
  ['auth', { ref: 'a', type: 'none' }, 'auth.type', 'This key does not go together with `ref`. Remove one of the two.'],
  ['subscribe_messages', 'x', 'subscribe_messages', `Expected a list of at most 10000 items, but found ${HIDDEN}.`],
  [
    'subscribe_messages',
    ['a', { op: 'secret' }],
    'subscribe_messages[1]',
    `Expected text, but found an object. Write it as text, in quotes: '{"op":"…"}'.`,
  ],
  [
    'message_format',
    'jsn',
    'message_format',
    'Expected one of `json`, `raw_string`, `binary`, but found the text "jsn".',
  ],
  ['on_parse_error', 'ignore', 'on_parse_error', 'Expected one of `fail`, `skip`, but found the text "ignore".'],
  ['envelope', 'yes', 'envelope', 'Expected `true` or `false`, but found the text "yes".'],
  ['ping_interval', 0, 'ping_interval', `${TIMER}, but found 0.`],
  ['ping_interval', '20', 'ping_interval', `${TIMER}, but found the text "20".`],
  ['max_messages', 0, 'max_messages', 'Expected a whole number of at least 1, but found 0.'],
  ['max_messages', 1.5, 'max_messages', 'Expected a whole number of at least 1, but found 1.5.'],
  ['max_messages', '5', 'max_messages', 'Expected a whole number of at least 1, but found the text "5".'],
  ['max_messages', 2 ** 53, 'max_messages', 'Expected at most 9007199254740991, but found 9007199254740992.'],
  ['max_messages', Number.NaN, 'max_messages', 'Expected a whole number of at least 1, but found NaN.'],
  ['max_messages', 5n, 'max_messages', 'Expected a whole number of at least 1, but found 5.'],
  ['idle_timeout', -1, 'idle_timeout', `${TIMER}, but found -1.`],
  ['idle_timeout', Infinity, 'idle_timeout', `${TIMER}, but found Infinity.`],
  ['idle_timeout', '0.00s', 'idle_timeout', `${TIMER}, but found the text "0.00s".`],
  ['idle_timeout', 0.0009, 'idle_timeout', `${TIMER}, but found 0.0009.`],
  ['idle_timeout', '0.9ms', 'idle_timeout', 'Expected a duration of at least 1 ms, but found a shorter one.'],
  ['reconnect', 1, 'reconnect', 'Expected `true` or `false`, but found 1.'],
  ['max_reconnect_attempts', -1, 'max_reconnect_attempts', 'Expected a whole number of at least 0, but found -1.'],
  [
    'max_message_bytes',
    0,
    'max_message_bytes',
    'Expected a number of bytes, or text with a unit such as "100MB" or "1GiB", of at least 1 and at most 2147483647, but found 0.',
  ],
  [
    'max_message_bytes',
    2 ** 31,
    'max_message_bytes',
    'Expected a number of bytes, or text with a unit such as "100MB" or "1GiB", of at least 1 and at most 2147483647, but found 2147483648.',
  ],
  ['batch_size', 1_000_001, 'batch_size', 'Expected a whole number from 0 to 1000000, but found 1000001.'],
  ['batch_size', -1, 'batch_size', 'Expected a whole number from 0 to 1000000, but found -1.'],
  ['unbounded', 'true', 'unbounded', 'Expected `true` or `false`, but found the text "true".'],
  ['linger', '', 'linger', `${PAGE_AGE}, but found empty text.`],
  ['linger', 'off', 'linger', `${PAGE_AGE}, but found the text "off".`],
  ['linger', '0ms', 'linger', `${PAGE_AGE}, but found the text "0ms".`],
  [
    'page_bytes',
    0,
    'page_bytes',
    'Expected a number of bytes, or text with a unit such as "100MB" or "1GiB", of at least 1 and at most 2147483647, but found 0.',
  ],
  ['split', 'line', 'split', `${SPLIT}, but found the text "line".`],
  ['split', {}, 'split.on', 'The key `on` is required here, but missing.'],
  ['split', { on: '' }, 'split.on', 'Expected a text of 1 to 100 characters, but found empty text.'],
  ['split', { on: 30 }, 'split.on', 'Expected a text of 1 to 100 characters, but found 30. Put it in quotes: "30".'],
  ['split', { on: '\ud83d' }, 'split.on', 'Expected text, but found half a surrogate pair, which no frame can hold.'],
  ['records_path', 'a..b', 'records_path', pathProblem('a..b')!],
  ['big_integers', 'int', 'big_integers', 'Expected one of `number`, `bigint`, `string`, but found the text "int".'],
  ['record_schema', true, 'record_schema', 'Expected an object, but found true.'],
  ['record_schema', [], 'record_schema', 'Expected an object, but found an empty list.'],
  ['on_invalid_record', 'divert', 'on_invalid_record', 'Expected one of `fail`, `skip`, but found the text "divert".'],
  ['handshake_timeout', 0, 'handshake_timeout', `${TIMER}, but found 0.`],
  ['protocols', ['a b'], 'protocols[0]', `Expected a name without spaces, quotes or brackets, but found ${HIDDEN}.`],
  ['protocols', ['a', 'a'], 'protocols', 'Expected a list of at most 100 different names, but found a list of 2.'],
  [
    'headers',
    { 'X-A': 'a\r\nb' },
    'headers.X-A',
    'Expected text that an HTTP header can carry: one line, without control characters.',
  ],
  [
    'headers',
    { 'X-A': '1', 'x-a': '2' },
    'headers.x-a',
    'This header is set twice: names of headers ignore case. Remove one.',
  ],
  [
    'headers',
    { Upgrade: 'x' },
    'headers.Upgrade',
    'The WebSocket handshake sets this header itself, so it cannot be set here. Sub-protocols go into `protocols`, compression into `per_message_deflate`.',
  ],
  ['per_message_deflate', {}, 'per_message_deflate', 'Expected `true` or `false`, but found an object.'],
  [
    'max_buffered_bytes',
    0,
    'max_buffered_bytes',
    'Expected a number of bytes, or text with a unit such as "100MB" or "1GiB", of at least 1, but found 0.',
  ],
  ['max_mesages', 5, 'max_mesages', 'There is no such key. Did you mean `max_messages`?'],
  ['__proto__x', 5, '__proto__x', 'There is no such key.'],
];

for (const [field, given, path, message] of REFUSED) {
  test(`${field}: ${show(given)} is refused at ${path}`, () => {
    const found = problemsOf({ ...base, [field]: given }).find((problem) => problem.path === path);
    assert.ok(found, `no problem at ${path}`);
    if (field === '__proto__x') assert.ok(found.message.startsWith(message));
    else assert.equal(found.message, message);
  });
}

for (const field of [
  'message_format',
  'envelope',
  'idle_timeout',
  'batch_size',
  'auth',
  'headers',
  'record_schema',
  'unbounded',
]) {
  test(`${field}: an explicit undefined or null means the default`, () => {
    assert.deepEqual(resolveSourceConfig({ ...base, [field]: undefined }), resolveSourceConfig(base));
    assert.deepEqual(resolveSourceConfig({ ...base, [field]: null }), resolveSourceConfig(base));
  });
}

test('An undefined inside auth counts as left out', () => {
  const auth = { type: 'token_file', config: { path: 'p', header: undefined, scheme: undefined } };
  assert.deepEqual(resolveSourceConfig({ ...base, auth }).auth, { type: 'token_file', config: { path: 'p' } });
});

for (const [what, config] of [
  ['with neither limit', { url: URL }],
  ['with unbounded: false', { url: URL, unbounded: false }],
  ['whose limits are undefined', { url: URL, max_messages: undefined, idle_timeout: undefined, unbounded: undefined }],
] as const) {
  test(`A configuration ${what} is refused, and the error names all three ways out`, () => {
    const [problem, ...others] = problemsOf(config);
    assert.deepEqual(others, []);
    for (const name of ['`max_messages`', '`idle_timeout`', '`unbounded: true`'])
      assert.ok(problem?.message.includes(name));
  });
}

for (const limits of [
  { max_messages: 1 },
  { idle_timeout: 1 },
  { unbounded: true },
  { max_messages: 1, idle_timeout: 1 },
  { unbounded: true, max_messages: 1 },
]) {
  test(`${JSON.stringify(limits)} says when the run ends`, () => {
    resolveSourceConfig({ url: URL, ...limits });
  });
}

for (const [given, paths] of [
  [{ message_format: 'binary', split: 'lines' }, ['split']],
  [{ message_format: 'binary', records_path: 'a' }, ['records_path']],
  [{ message_format: 'raw_string', records_path: 'a' }, ['records_path']],
  [{ message_format: 'raw_string', record_schema: {} }, ['record_schema']],
  [{ message_format: 'raw_string', split: 'lines' }, []],
  [{ message_format: 'binary', split: { on: '\0' } }, ['split']],
  [{ message_format: 'raw_string', split: { on: '\0' } }, []],
  [{ message_format: 'binary', split: 'none' }, []],
  [{ message_format: 'json', split: 'lines', records_path: 'a', record_schema: {} }, []],
  [{ split: 'lines', records_path: 'a', record_schema: {} }, []],
] as const) {
  test(`${JSON.stringify(given)} has ${paths.length === 0 ? 'nothing wrong' : `something wrong at ${paths}`}`, () => {
    assert.deepEqual(
      problemsOf({ ...base, ...given }).map(({ path }) => path),
      paths,
    );
  });
}

for (const config of [null, undefined, 5, 'ws://x', [], true]) {
  test(`A configuration that is ${show(config)} is refused`, () => {
    assert.match(problemsOf(config)[0]?.message ?? '', /^Expected an object, but found /);
  });
}

test('All problems come at once', () => {
  const config = {
    url: 'https://x',
    max_mesages: 1,
    batch_size: -1,
    headers: { 'a b': 'x' },
    split: 'lines',
    message_format: 'binary',
  };
  assert.deepEqual(
    problemsOf(config)
      .map(({ path }) => path)
      .sort(),
    ['', 'batch_size', 'headers.a', 'max_mesages', 'split', 'url'],
  );
});

test('Placeholders in the address are filled before it is checked', () => {
  const context = { scheme: 'wss', host: 'example.com', n: 5, symbol: '{n}' };
  assert.equal(
    resolveSourceConfig({ ...base, url: '{scheme}://{host}/{symbol}/{n}/{other}' }, { context }).url,
    'wss://example.com/{n}/5/{other}',
  );
  assert.match(problemsOf({ ...base, url: '{scheme}://x' }, { scheme: 'https' })[0]?.message ?? '', /`https:\/\/`/);
  assert.match(
    problemsOf({ ...base, url: 'wss://x/{f}' }, { f: () => {} })[0]?.message ?? '',
    /^A placeholder cannot be filled: context\.f/,
  );
});

test('The given configuration is not changed, may be frozen, and shares nothing with the result', () => {
  const config = deepFreeze({
    ...base,
    auth: { type: 'custom', config: { headers: { X: '1' } } },
    subscribe_messages: ['a'],
    protocols: ['p'],
    headers: { Y: '2' },
    record_schema: { type: 'object' },
  });
  const before = structuredClone(config);
  const resolved = resolveSourceConfig(config);
  assert.deepEqual(config, before);
  assert.notEqual(resolved.auth, config.auth);
  assert.notEqual(resolved.subscribeMessages, config.subscribe_messages);
  assert.notEqual(resolved.protocols, config.protocols);
  assert.notEqual(resolved.headers, config.headers);
  assert.deepEqual(resolved.recordSchema, config.record_schema);
  assert.notEqual(resolved.recordSchema, config.record_schema);
});

test('No value below auth, headers, subscribe_messages and protocols, and no part of the address, is ever shown', () => {
  const secret = fc.stringMatching(/^[a-z0-9]{12,24}$/).map((text) => `S3CR3T${text}`);
  const wrong = (text: string) =>
    fc.constantFrom<unknown>(text, [text], { x: text }, `${text}\n`, ` ${text} `, { token: text }, `${text}:`);
  const place = fc.constantFrom(
    'url',
    'auth',
    'auth.type',
    'auth.config',
    'auth.token',
    'headers',
    'headers.X',
    'protocols',
    'subscribe_messages',
  );
  fc.assert(
    fc.property(
      secret.chain((text) => fc.tuple(fc.constant(text), wrong(text))),
      place,
      ([text, value], where) => {
        const config: Record<string, unknown> = { ...base, batch_size: -1 };
        if (where === 'auth.type') config['auth'] = { type: value };
        else if (where === 'auth.config') config['auth'] = { type: 'basic', config: value };
        else if (where === 'auth.token') config['auth'] = { type: 'bearer', config: { token: value } };
        else if (where === 'headers.X') config['headers'] = { X: value };
        else config[where] = value;
        for (const problem of problemsOf(config)) assert.ok(!problem.message.includes(text), problem.message);
      },
    ),
    { numRuns: 500 },
  );
  for (const url of [
    'https://u:S3CR3T@x/?t=S3CR3T',
    'S3CR3T:S3CR3T@x',
    'ws://u:S3CR3T@[',
    'wss://u:S3CR3T@x/#S3CR3T',
    'S3CR3T',
  ]) {
    assert.ok(!problemsOf({ ...base, url })[0]?.message.includes('S3CR3T'));
  }
});

test('A long value is clipped in the message', () => {
  const [problem] = problemsOf({ ...base, message_format: 'x'.repeat(5000) });
  assert.ok((problem?.message.length ?? Infinity) < 200);
});

test('Whatever is given, the outcome is a resolved configuration or a ConfigError with at least one problem', () => {
  const key = fc.constantFrom(...new Set(ACCEPTED.map(([field]) => field)), 'other');
  fc.assert(
    fc.property(
      fc.dictionary(key, fc.oneof(fc.anything(), fc.constantFrom(...ACCEPTED.map(([, value]) => value)))),
      (config) => {
        try {
          resolveSourceConfig(config);
        } catch (error) {
          assert.ok(error instanceof ConfigError, String(error));
          assert.ok(error.problems.length > 0);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

function problemsOf(config: unknown, context: Record<string, unknown> = {}) {
  try {
    resolveSourceConfig(config, { context });
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return [...error.problems];
  }
}

function deepFreeze<T extends object>(value: T): T {
  for (const item of Object.values(value)) if (typeof item === 'object' && item !== null) deepFreeze(item);
  return Object.freeze(value);
}

function show(value: unknown): string {
  return typeof value === 'bigint' || typeof value === 'number' || value === undefined
    ? String(value)
    : JSON.stringify(value);
}
