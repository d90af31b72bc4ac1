import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import type { CodeSourceConfig } from '../../lib/config/code-settings.js';
import { resolveSourceConfig } from '../../lib/config/source-config.js';
import type { WebSocketReadableOptions } from '../../lib/connect/options/options.js';
import { ConnectError, ReconnectExhaustedError } from '../../lib/errors.js';
import { createSource, filter, parse, renameFields, validate, WebSocketReadable } from '../../lib/index.js';
import { namesIn, tellBy } from '../../lib/internal/names.js';
import { duration } from '../../lib/internal/options/kinds.js';
import { inNamesOf, STAGE_NAMES } from '../../lib/internal/surface.js';
import { sourceOf } from '../../lib/source/source.js';
import type { FeedClient } from '../../lib/testing/index.js';
import { feed, sends } from '../support/feed.js';
import { collector, frameOf, messagesOf } from '../support/messages.js';
import { pageAt } from '../support/pages.js';

test('a text names keys as files do, as code does, or as the options of a stage', () => {
  const text =
    'Set `on_parse_error: skip`, `message_format`, `utf8: fail` or `reconnect: true`; see `parse()` and `split: { on }`.';
  assert.equal(inNamesOf('file', text), text);
  assert.equal(
    inNamesOf('code', text),
    "Set `onParseError: 'skip'`, `messageFormat`, `utf8: 'fail'` or `reconnect: true`; see `parse()` and `split: { on }`.",
  );
  assert.equal(
    inNamesOf('stage', text),
    "Set `onError: 'skip'`, `format`, `utf8: 'fail'` or `reconnect: true`; see `parse()` and `split: { on }`.",
  );
});

for (const [key, name] of Object.entries(STAGE_NAMES)) {
  test(`a stage calls ${key} ${name}`, () => {
    assert.match(pageAt('docs/configuration.md'), new RegExp(`^\\| \`${key}\` \\| .*\\(\\{ ${name} \\}\\)`, 'm'));
  });
}

/** What a record is, and what of it is wrong, by what a file says of it. */
const FAULTS = [
  ['[1,}', {}, /Set `on_parse_error: skip` to count and drop such frames, or another `message_format`\./],
  ['{"a":1}', { records_path: 'b' }, /there is no array at "b", where `records_path` looks for one/],
  ['{"a":1}', { record_schema: { type: 'array' } }, /Set `on_invalid_record: skip` to go on without such records\./],
  [
    '{"a":1,"b":2}',
    { transforms: [{ type: 'rename_field', config: { fields: { a: 'b' } } }] },
    /Set `on_parse_error: skip` to go/,
  ],
] as const;

for (const [text, config, message] of FAULTS) {
  for (const [surface, names] of [
    ['file', config],
    ['code', inCode(config)],
  ] as const) {
    for (const arrangement of ['fused', 'by hand'] as const) {
      test(`what is wrong with ${text}, and ${JSON.stringify(config)}, is told by the names of ${surface}, ${arrangement}`, async (t) => {
        const server = await feed(t, sends(text));
        const given = { url: server.url, unbounded: true, ...names };
        const source =
          surface === 'file'
            ? sourceOf(resolveSourceConfig(given), {})
            : createSource({ ...given, maxMessageBytes: 100 });
        const sink = collector();
        const done = arrangement === 'fused' ? pipeline(source.pages(), sink) : pipeline([...source.stages(), sink]);
        await assert.rejects(done, { message: new RegExp(inNamesOf(surface, message.source)) });
      });
    }
  }
}

test('stages by hand name their own options', async () => {
  const frames = () => Readable.from([frameOf('[1,}')]);
  await assert.rejects(pipeline(frames(), parse(), collector()), {
    message: / Set `onError: 'skip'` to count and drop such frames, or another `format`\.$/,
  });
  await assert.rejects(pipeline(Readable.from([frameOf('{}')]), parse({ recordsPath: 'b' }), collector()), {
    message: /where `recordsPath` looks for one/,
  });
  await assert.rejects(pipeline(Readable.from(messagesOf('1')), validate({ type: 'array' }), collector()), {
    message: / Set `onError: 'skip'` to go on without such records\.$/,
  });
  await assert.rejects(
    pipeline(
      Readable.from(messagesOf('{"a":1,"b":2}')),
      renameFields({ a: 'b' }),
      filter(() => true),
      collector(),
    ),
    { message: / Set `onError: 'skip'` to go on without such records\.$/ },
  );
});

/** A configuration by the names of code. */
function inCode(config: object): object {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [inNamesOf('code', `\`${key}\``).slice(1, -1), value]),
  );
}

/** How a connection ends, and what its error advises, by the keys of files and by the names of code. */
const ENDS: readonly {
  readonly what: string;
  readonly act: (client: FeedClient) => Promise<void>;
  readonly config: object;
  readonly said: RegExp;
  readonly options: Pick<WebSocketReadableOptions & CodeSourceConfig, 'maxMessageBytes' | 'subscribe'>;
  readonly saidInCode: RegExp;
}[] = [
  {
    what: 'a message that is too large',
    act: sends('12345'),
    config: { max_message_bytes: 3 },
    said: /Raise `max_message_bytes` if messages of that size are expected\./,
    options: { maxMessageBytes: 3 },
    saidInCode: /Raise `maxMessageBytes` if messages of that size are expected\./,
  },
  {
    what: 'a close with a code of its own',
    act: async (client) => void (await client.close(4000)),
    config: { reconnect: false },
    said: /add it to `clean_codes`\. Set `reconnect: true` to connect again/,
    options: { maxMessageBytes: 3 },
    saidInCode: /add it to `cleanCodes`\. Set `reconnect: true` to connect again/,
  },
  {
    what: 'a step that is not confirmed',
    act: async () => {},
    config: { subscribe: [{ send: 'x', expect: { text: 'y' }, timeout: '20ms' }] },
    said: /Check `expect`, or raise its `timeout`\./,
    options: { subscribe: [{ send: 'x', expect: { text: 'y' }, timeoutMs: 20 }] },
    saidInCode: /Check `expect`, or raise its `timeoutMs`\./,
  },
];

for (const { what, act, config, said, options, saidInCode } of ENDS) {
  test(`${what} is told by the names of files, of createSource() and of WebSocketReadable`, async (t) => {
    const server = await feed(t, act);
    const run = { url: server.url, unbounded: true };
    await assert.rejects(pipeline(sourceOf(resolveSourceConfig({ ...run, ...config }), {}).pages(), collector()), {
      message: said,
    });
    await assert.rejects(pipeline(createSource({ ...run, ...options }).pages(), collector()), (error: Error) => {
      assert.match(error.message, saidInCode);
      assert.match(error.stack!, saidInCode);
      return true;
    });
    const frames = new WebSocketReadable(server.url, options);
    const told: unknown[] = [];
    frames.on('disconnected', ({ error }) => told.push(error?.message));
    await assert.rejects(pipeline(frames, collector()), { message: saidInCode });
    assert.match(String(told), saidInCode);
  });
}

test('a subscription that is not confirmed is told by the names of code', async (t) => {
  const server = await feed(t, () => {});
  const frames = new WebSocketReadable(server.url);
  const ended = pipeline(frames, collector());
  const step = { send: 'x', expect: { text: 'y' }, timeoutMs: 20 };
  await assert.rejects(frames.addSubscription('more', step), { message: /or raise its `timeoutMs`\./ });
  frames.stop();
  await ended;
});

test('what somebody else puts between backticks stays', () => {
  const said = 'The server said "`foo_bar`"; set `idle_timeout` of `ssl`, and raise `idle_timeout`.';
  const error = new ConnectError(said, { url: 'ws://a' });
  const names = namesIn({ idleTimeoutMs: duration({ description: '' }) });
  assert.equal(
    tellBy(() => names, error),
    error,
  );
  assert.equal(error.message, 'The server said "`foo_bar`"; set `idle_timeout` of `ssl`, and raise `idleTimeoutMs`.');
  assert.ok(!Object.keys(error).includes('message'));
});

test('an error is told by the names of code with all that caused it', () => {
  const names = namesIn({ idleTimeoutMs: duration({ description: '' }) });
  const cause = new ConnectError('Raise `idle_timeout: 5`.', { url: 'ws://a' });
  const outer = new ReconnectExhaustedError({ url: 'ws://a', attempts: 1, cause });
  tellBy(() => names, outer);
  assert.match(outer.message, /Raise `idleTimeoutMs: 5`\./);
  assert.equal(cause.message, 'Raise `idleTimeoutMs: 5`.');
  assert.equal(
    tellBy(() => names, undefined),
    undefined,
  );
});
