import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Command } from 'commander';
import { captureOf } from '../../../lib/cli/capture/capture-of.js';
import { asFlags } from '../../../lib/cli/capture/flag-values.js';
import { flagsOf, kebab } from '../../../lib/cli/capture/flags.js';
import { pipelineText } from '../../../lib/cli/capture/pipeline-text.js';
import { addSourceFlags, sourceFlags } from '../../../lib/cli/capture/source-flags.js';
import { secretsOf } from '../../../lib/cli/secrets.js';
import { resolveSourceConfig } from '../../../lib/config/source-config.js';
import { sourceConfigSchema } from '../../../lib/config/source-schema.js';
import { ConfigError } from '../../../lib/errors.js';
import { parsePipelineText } from '../../../lib/feed/pipeline-file.js';
import { jsonlSinkSchema } from '../../../lib/sink/file/kind.js';
import { temporaryFolder } from '../cli.js';

const flags = sourceFlags();
const ADDRESSES = ['url', 'urls'];
const URL_TEXT = 'wss://example.com/feed';

/** What a command line stands for. */
async function captured(...args: string[]) {
  const command = addSourceFlags(new Command('capture'), flags)
    .exitOverride()
    .configureOutput({ writeErr() {} });
  command.option('-o, --output <file>').parse(args, { from: 'user' });
  return captureOf([URL_TEXT], { source: flags, sink: [], stdout: [] }, command.opts(), {});
}

/** The words that give a key this value. */
function words(key: string, value: unknown): string[] {
  // What goes with the path of dead letters has flags of its own.
  if (key === 'dead_letter' && typeof value === 'object') {
    const { path, ...others } = value as { readonly path: string; readonly [member: string]: unknown };
    const inner = Object.entries(others).flatMap(([outer, members]) => {
      return Object.entries(members as object).flatMap(([name, one]) => words(`${key}_${outer}_${name}`, one));
    });
    return [...words(key, path), ...inner];
  }
  const name = `--${kebab(key)}`;
  if (typeof value === 'boolean') return [value ? name : `--no-${kebab(key)}`];
  const items = Array.isArray(value) ? value : [value];
  return items.flatMap((item) => [name, typeof item === 'string' ? item : JSON.stringify(item)]);
}

/** What a value needs beside it to be valid. */
async function needs(key: string, value: unknown): Promise<Record<string, unknown>> {
  const candidates = [
    {},
    ...fields.flatMap(([other, { examples }]) => (examples ?? []).map((one) => ({ [other]: one }))),
  ];
  for (const candidate of candidates) {
    try {
      resolveSourceConfig({ url: URL_TEXT, unbounded: true, ...candidate, [key]: value });
      return candidate;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
    }
  }
  throw new Error(`No example of another key makes an example of ${key} valid.`);
}

const fields = Object.entries<{ readonly examples?: readonly unknown[] }>(sourceConfigSchema.properties).filter(
  ([key]) => !ADDRESSES.includes(key) && key !== 'unbounded',
);

describe('the flags of capture', () => {
  it('are there for every key of the table but the addresses, with a text', () => {
    const keys = Object.keys(sourceConfigSchema.properties).filter((key) => !ADDRESSES.includes(key));
    assert.deepEqual(
      flags.map(({ option }) => option.long).filter((flag) => !/^--dead-letter-(roll|keep)-/.test(flag!)),
      keys.map((key) => `--${kebab(key)}`),
    );
    for (const { key, option } of flags) assert.ok((option.description ?? '').length > 20, key);
  });

  for (const [key, { examples = [] }] of fields) {
    it(`give \`${key}\` the values of its examples, and the file that is printed does, too`, async () => {
      for (const value of examples) {
        // A name in the file's own catalogue is not to be had by flags.
        if (key === 'auth' && JSON.stringify(value).includes('"ref"')) continue;
        process.env['TOKEN'] = 'abc';
        process.env['PROXY_PASSWORD'] = 'abc';
        const beside = await needs(key, value);
        const given = Object.entries({ ...beside, [key]: value }).flatMap(([name, one]) => words(name, one));
        const { plain, source, sink } = await captured(...given, '-o', 'x.jsonl');
        assert.deepEqual(plain.source[key], value);
        const text = pipelineText(plain, {}, []);
        const env = { ...process.env, TOKEN: 'abc', PASSPHRASE: 'abc' };
        const again = parsePipelineText(text, { env });
        assert.deepEqual(again.sink, sink, text);
        assert.deepEqual(again.source, source, text);
      }
    });
  }

  it('take a list of numbers one by one, or as JSON', async () => {
    for (const given of [
      ['--clean-codes', '1000', '--clean-codes', '1005'],
      ['--clean-codes', '[1000, 1005]'],
    ]) {
      assert.deepEqual(
        (await captured(...given, '-n', '1', '-o', 'x.jsonl')).plain.source['clean_codes'],
        [1000, 1005],
      );
    }
  });

  it('stand beside addresses: one, or several to be tried in turn', async () => {
    const given = { source: flags, sink: [], stdout: [] };
    assert.deepEqual((await captureOf([URL_TEXT], given, {}, {})).plain.source['url'], URL_TEXT);
    const { plain, source } = await captureOf(['ws://a', 'ws://b'], given, {}, {});
    assert.deepEqual(plain.source['urls'], ['ws://a', 'ws://b']);
    assert.deepEqual(parsePipelineText(pipelineText(plain, {}, [])).source, source);
  });

  it('show the default of each key that has one', () => {
    const described = Object.fromEntries(flags.map(({ key, option }) => [key, option.description]));
    assert.match(described['reconnect_backoff']!, /\(default: 1 s\)$/);
    assert.match(described['batch_size']!, /\(default: 1000\)$/);
    assert.match(described['message_format']!, /\(default: json\)$/);
    assert.match(described['max_message_bytes']!, /\(default: 67108864, 67\.1 MB\)$/);
  });

  it('say what kind of value each takes', () => {
    const taken = Object.fromEntries(flags.map(({ key, option }) => [key, option.flags.replace(/^.*? /, '')]));
    assert.deepEqual(
      ['auth', 'subscribe', 'idle_timeout', 'batch_size', 'message_format', 'records_path'].map((key) => taken[key]),
      ['<json>', '<json>', '<duration>', '<n>', '<word>', '<text>'],
    );
  });

  it('say no to what is on by default, and to what has no default', () => {
    const properties = { on: { type: 'boolean', default: true }, off: { type: 'boolean', default: false } };
    const names = flagsOf(properties, { group: 'x' }).map(({ option, negative }) => [option.long, negative?.long]);
    assert.deepEqual(names, [
      ['--on', '--no-on'],
      ['--off', undefined],
    ]);
  });

  it('take a separator with escapes for what a shell cannot give', async () => {
    for (const [given, on] of [
      ['\\u001e', '\u001e'],
      ['\\x1E', '\u001e'],
      ['\\0', '\0'],
      ['\\r\\n', '\r\n'],
      ['\\t|\\\\u', '\t|\\u'],
      ['\u001e', '\u001e'],
      ['é', 'é'],
    ] as const) {
      const { plain, source } = await captured('--split-on', given);
      assert.deepEqual(source.split, { on });
      assert.deepEqual(parsePipelineText(pipelineText(plain, {}, [])).source.split, { on });
    }
    await assert.rejects(captured('--split-on', 'a\\q'), { message: /^--split-on: .*here it is `\\q`/ });
    await assert.rejects(captured('--split-on', 'a\\'), { message: /^--split-on: .*here it is `\\`/ });
    await assert.rejects(captured('--split-on', '\\xZZ'), { message: /^--split-on: .*here it is `\\x`/ });
    await assert.rejects(captured('--split-on', 'a', '--split', 'lines'), { message: /give one of them/ });
  });

  it('take files for what may be repeated or is JSON, and @@ for an @', async (t) => {
    const folder = await temporaryFolder(t);
    const [text, json] = [join(folder, 'text'), join(folder, 'auth.json')];
    await writeFile(text, '{"op":"subscribe"}\n');
    await writeFile(json, '{"type":"bearer","config":{"token":"abc"}}');
    const { plain } = await captured('-s', `@${text}`, '-s', '@@x', '-s', 'y', '--auth', `@${json}`);
    assert.deepEqual(plain.source['subscribe_messages'], ['{"op":"subscribe"}', '@x', 'y']);
    assert.deepEqual(plain.source['auth'], { type: 'bearer', config: { token: 'abc' } });
    await assert.rejects(captured('-s', `@${folder}/none`), {
      code: 'ERR_CONFIG',
      message: /^--subscribe-messages: .*ENOENT/,
    });
    await assert.rejects(captured('--auth', `@${folder}`), { code: 'ERR_CONFIG', message: /^--auth: .*EISDIR/ });
  });

  it('take paths with commas between them for select', async () => {
    const { plain } = await captured('--select', `data.price,a["x,y"].b,$['it\\'s, here']`, '--select', 'c');
    assert.deepEqual(plain.source['select'], ['data.price', 'a["x,y"].b', "$['it\\'s, here']", 'c']);
  });

  it('take headers as they stand on the wire, beside those of --headers', async () => {
    const { plain } = await captured('-H', 'A: 1:2', '-H', 'B:  x ', '--headers', '{"C":"3"}');
    assert.deepEqual(plain.source['headers'], { C: '3', A: '1:2', B: 'x' });
    await assert.rejects(captured('-H', 'secret'), (error: Error) => !error.message.includes('secret'));
  });

  it('make a run without limits unbounded, and no other', async () => {
    assert.equal((await captured()).source.unbounded, true);
    assert.equal((await captured('-n', '1')).source.unbounded, false);
    assert.equal((await captured('--idle-timeout', '1')).source.unbounded, false);
  });

  it('have pages written after 100 ms at the latest, unless told otherwise', async () => {
    const lingers = await Promise.all([captured(), captured('-o', 'x'), captured('-o', 'x', '--linger', '3s')]);
    assert.deepEqual(
      lingers.map(({ source }) => source.lingerMs),
      [100, 100, 3_000],
    );
  });

  it('fill environment placeholders for the run, and leave them in the file', async () => {
    process.env['CAPTURE_TEST'] = 'filled "and" quoted';
    const { plain, source } = await captured(
      '-s',
      `\${env:CAPTURE_TEST}`,
      '--headers',
      `{"A":"\${env:CAPTURE_NONE:-x}"}`,
    );
    assert.deepEqual(source.subscribeMessages, ['filled "and" quoted']);
    assert.deepEqual(source.headers, { A: 'x' });
    const text = pipelineText(plain, {}, []);
    assert.ok(text.includes(`"\${env:CAPTURE_TEST}"`), text);
    assert.deepEqual(parsePipelineText(text).source, source);
    await assert.rejects(captured('-s', `\${env:CAPTURE_NONE}`), {
      message: /^--subscribe-messages: .*CAPTURE_NONE is not set/,
    });
    await assert.rejects(captured('-s', `\${env:}`), {
      message: /^--subscribe-messages: Expected `\$\{env:NAME\}` or/,
    });
  });

  it('are what errors name', async () => {
    const error = await captured('--batch-size', 'many', '--auth', '{"type":"bearer"}').then(
      () => assert.fail(),
      (reason: ConfigError) => asFlags(reason, flags),
    );
    assert.deepEqual(error.problems.map(({ path }) => path).sort(), ['--auth.config', '--batch-size']);
  });
});

describe('the pipeline file that capture prints', () => {
  it('has a placeholder in the place of every credential, and is the same run once they are set', async () => {
    const secrets = ['hush-hush', 'q-123456', 'sk-987654', 'Bearer tok-1', 'cookie-1'];
    const [password, query, apiKey, bearer, cookie] = secrets as [string, string, string, string, string];
    const command = addSourceFlags(new Command('capture'), flags);
    const args = [
      '-s',
      `{"op":"login","apiKey":"${apiKey}"}`,
      '-H',
      `Authorization: ${bearer}`,
      '-H',
      `Cookie: ${cookie}`,
    ];
    command.parse(args, { from: 'user' });
    const address = `wss://me:${password}@example.com/{symbol}?listenKey=${query}`;
    const { plain, source } = await captureOf([address], { source: flags, sink: [], stdout: [] }, command.opts(), {
      context: { symbol: 'btc' },
    });
    const text = pipelineText(plain, { symbol: 'btc' }, secretsOf(source));
    for (const secret of secrets) assert.ok(!text.includes(secret), text);
    assert.match(text, /^# Run it: spillway run FILE --set symbol=…\n# Credentials are no part of this file\./);
    const env = { PASSWORD: password, LISTENKEY: query, APIKEY: apiKey, AUTHORIZATION: bearer, COOKIE: cookie };
    for (const name of Object.keys(env)) assert.match(text, new RegExp(`^# .*\\b${name}\\b`, 'm'));
    assert.deepEqual(parsePipelineText(text, { env, context: { symbol: 'btc' } }).source, source);
  });

  it('hides credentials by their place where they are too short to be told by their text', async () => {
    const auth = { type: 'basic', config: { username: 'me', password: 'x' } };
    const { plain, source } = await captured('--auth', JSON.stringify(auth));
    const text = pipelineText(plain, {}, secretsOf(source));
    assert.match(text, /password: "\$\{env:PASSWORD\}"/);
    assert.match(text, /username: me\n/);
  });
});

it('--drain-timeout is for a file and for standard output', async () => {
  const { drain_timeout } = jsonlSinkSchema.properties;
  const sink = flagsOf({ drain_timeout }, { group: 'The file:' });
  for (const output of [undefined, '-', 'out.jsonl']) {
    const given = { drainTimeout: '5m', ...(output !== undefined && { output }) };
    const capture = await captureOf([URL_TEXT], { source: flags, sink, stdout: [] }, given, {});
    assert.equal(capture.sink.drainTimeoutMs, 300_000);
  }
});
