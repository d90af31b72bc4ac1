import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { loadPipelineFile } from '../../lib/feed/pipeline-file.js';
import type { FeedClient } from '../../lib/testing/index.js';
import { feed, sends, sendsThenWaits } from '../support/feed.js';
import { type Exit, spillway, temporaryFolder } from './cli.js';
import { noTerminal, onTerminal } from './on-terminal.js';

/** Runs it in an empty folder: how it ended, and what it wrote. */
async function init(
  t: TestContext,
  args: readonly string[],
): Promise<Exit & { readonly file: string; readonly text: string }> {
  const file = join(await temporaryFolder(t), 'sub', 'trades.yaml');
  const exit = await spillway(t, ['init', file, ...args]).exit;
  return { ...exit, file, text: existsSync(file) ? await readFile(file, 'utf8') : '' };
}

describe('spillway init', { concurrency: 2 }, () => {
  it('writes a commented file that is valid, names its schema, and says what to try next', async (t) => {
    const { status, stdout, stderr, file, text } = await init(t, []);
    assert.match(
      text,
      /^# yaml-language-server: \$schema=https:\/\/unpkg\.com\/spillway@[^/]+\/dist\/pipeline\.schema\.json\n/,
    );
    assert.match(text, /# Sent in this order after every connect/);
    const { name, source, sink } = await loadPipelineFile(file);
    assert.deepEqual([name, source.maxMessages, source.reconnect.reconnect], ['trades', 100, true]);
    assert.equal(sink.type === 'jsonl' && sink.path, './out/trades.jsonl');
    assert.ok(stderr.includes(`spillway run ${file}\n`), stderr);
    assert.equal(stdout, '');
    assert.equal(status, 0);
    assert.equal((await spillway(t, ['validate', file]).exit).status, 0);
  });

  it('writes feed.yaml when it is given no name', async (t) => {
    const folder = await temporaryFolder(t);
    const { status, stderr } = await spillway(t, ['init'], { cwd: folder }).exit;
    assert.equal(status, 0, stderr);
    assert.equal((await loadPipelineFile(join(folder, 'feed.yaml'))).name, 'feed');
  });

  it('refuses to overwrite a file, unless told to', async (t) => {
    const file = join(await temporaryFolder(t), 'feed.yaml');
    await writeFile(file, 'precious');
    const refused = await spillway(t, ['init', file]).exit;
    assert.ok(refused.stderr.includes(`${file}: It exists already.`), refused.stderr);
    assert.match(refused.stderr, /--force/);
    assert.equal(refused.status, 2);
    assert.equal(await readFile(file, 'utf8'), 'precious');
    assert.equal((await spillway(t, ['init', file, '--force']).exit).status, 0);
    assert.match(await readFile(file, 'utf8'), /^version: 1$/m);
  });

  it('writes to standard output for -, and nothing else', async (t) => {
    const { status, stdout, stderr } = await spillway(t, ['init', '-']).exit;
    assert.match(stdout, /^# yaml-language-server: /);
    assert.equal(stderr, '');
    assert.equal(status, 0);
  });

  it('exits 2 for a file that cannot be written, and for an address that is none', async (t) => {
    const below = await spillway(t, ['init', '/dev/null/feed.yaml']).exit;
    assert.match(below.stderr, /\/dev\/null\/feed\.yaml: This file cannot be written: /);
    assert.equal(below.status, 2);
    const { status, stderr, text } = await init(t, ['--from', 'https://example.com']);
    assert.match(stderr, /Write `wss:\/\/` in its place/);
    assert.equal(status, 2);
    assert.equal(text, '');
  });
});

describe('spillway init --from', { concurrency: 2 }, () => {
  const trades = [1, 2, 3].map((id) => `{"id":${id},"symbol":"btc","price":"${id}.10"}`);
  const seen: [title: string, frames: (string | Buffer)[], says: RegExp[], not: RegExp[]][] = [
    [
      'records',
      trades,
      [
        /3 frames within .*: text, 38 B on average/,
        /# {3}price {3}string, such as "1\.10"/,
        /`id` counts up/,
        /`symbol` names/,
      ],
      [/records_path/, /^ +on_parse_error/m],
    ],
    ['arrays of records', [`[${trades.join()}]`], [/^ +records_path: ""$/m, /each of them becomes a record/], []],
    [
      'arrays below a key',
      [`{"data":[${trades.join()}]}`, `{"data":[${trades[0]}]}`],
      [/^ +records_path: "data"$/m],
      [],
    ],
    ['lines of JSON', [`${trades.join('\n')}\n`], [/^ +split: lines$/m, /`id` counts up/], []],
    [
      'JSON with a separator of its own',
      ['{}\u001e', `${trades.join('\u001e')}\u001e`],
      [/^ +split: \{ on: "\\u001e" \}$/m, /U\+001E between them: each of them becomes a record/],
      [],
    ],
    [
      'compressed JSON',
      trades.map((trade) => gzipSync(trade)),
      [/^ +decompress: gzip$/m, /^ +message_format: json$/m, /`id` counts up/, /binary frames are compressed/],
      [],
    ],
    [
      'compressed lines of JSON beside text',
      ['{}', deflateSync(`${trades.join('\n')}\n`)],
      [/^ +decompress: deflate$/m],
      [],
    ],
    [
      'MessagePack',
      [Buffer.from('82a7636f6d70616374c3a6736368656d6100', 'hex'), Buffer.from('81a16101', 'hex')],
      [/^ +message_format: binary$/m, /look like MessagePack: they are stored as base64/],
      [],
    ],
    ['text', ['hello', 'world'], [/^ +message_format: raw_string$/m, /no JSON: they are stored as text/], []],
    ['bytes', [Buffer.from([0xff, 0, 1])], [/^ +message_format: binary$/m, /stored as base64/], []],
    ['some that are no JSON', ['hello', ...trades], [/^ +on_parse_error: skip$/m, /1 of them are no JSON/], []],
  ];
  for (const [title, frames, says, not] of seen) {
    it(`fills in what it saw: ${title}`, async (t) => {
      const server = await feed(t, sends(...frames));
      const { status, stderr, file, text } = await init(t, ['--from', server.url]);
      assert.equal(status, 0, stderr);
      for (const pattern of says) assert.match(text, pattern);
      for (const pattern of not) assert.doesNotMatch(text, pattern);
      assert.equal((await loadPipelineFile(file)).source.url, server.url);
    });
  }

  it('writes a file that captures that feed', async (t) => {
    const server = await feed(t, sendsThenWaits(...trades));
    const { file } = await init(t, ['--from', server.url, '--wait', '0.2']);
    const output = join(await temporaryFolder(t), 'out.jsonl');
    const text = (await readFile(file, 'utf8'))
      .replace('./out/trades.jsonl', output)
      .replace('messages: 100', 'messages: 3');
    await writeFile(file, text);
    assert.equal((await spillway(t, ['run', file]).exit).status, 0);
    assert.equal(await readFile(output, 'utf8'), `${trades.join('\n')}\n`);
  });

  it('sends what the feed asks for, and writes it into the file', async (t) => {
    const messages = ['{"op":"auth"}', '{"op":"subscribe","to":"it\'s"}'];
    const server = await feed(t, async (client: FeedClient) => {
      await client.expectMessages(messages);
      await sends('1', '2', '3')(client);
    });
    const { status, file } = await init(t, ['--from', server.url, ...messages.flatMap((one) => ['--subscribe', one])]);
    assert.equal(status, 0);
    assert.deepEqual((await loadPipelineFile(file)).source.subscribeMessages, messages);
  });

  it('keeps credentials out of the file, and says which variables to set for them', async (t) => {
    const server = await feed(t, async (client) => {
      await client.receive();
      await sends('{"token":"sesame-open-1"}')(client);
    });
    const address = `${server.url.replace('ws://', 'ws://me:sesame-open-2@')}/?api_key=sesame-open-3&symbol=btc`;
    const message = '{"op":"login","token":"sesame-open-1"}';
    const { status, stderr, file, text } = await init(t, ['--from', address, '--subscribe', message]);
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(`${stderr}${text}`, /sesame/);
    const sentence = 'Credentials are no part of this file. Set these first: PASSWORD, API_KEY, TOKEN';
    assert.ok(text.includes(`# ${sentence}\n`), text);
    assert.ok(stderr.includes(sentence), stderr);
    const env = { PASSWORD: 'sesame-open-2', API_KEY: 'sesame-open-3', TOKEN: 'sesame-open-1' };
    const { source } = await loadPipelineFile(file, { env });
    assert.deepEqual([source.url, source.subscribeMessages], [address, [message]]);
  });

  it('fills an address from the environment, and leaves the placeholder in the file', async (t) => {
    const server = await feed(t, sends('{"n":1}'));
    const file = join(await temporaryFolder(t), 'feed.yaml');
    const args = ['init', file, '--from', `\${env:FEED_URL}/x`];
    const { status, stderr } = await spillway(t, args, { env: { FEED_URL: server.url } }).exit;
    assert.equal(status, 0, stderr);
    assert.ok((await readFile(file, 'utf8')).includes(`url: "\${env:FEED_URL}/x"`));
    assert.equal(server.requests[0]!.url, '/x');
    const unset = await spillway(t, args.with(1, `${file}2`)).exit;
    assert.match(unset.stderr, /--from: .*FEED_URL/);
    assert.equal(unset.status, 2);
  });

  it('says so when nothing came, and writes the file all the same', async (t) => {
    const server = await feed(t, () => {});
    const { status, stderr, text } = await init(t, ['--from', server.url, '--wait', '100ms']);
    assert.match(stderr, /It sent nothing within 100 ms\..* give --subscribe/);
    assert.match(text, /^version: 1$/m);
    assert.equal(status, 0);
  });

  it('writes what it saw before the feed hung up', async (t) => {
    const server = await feed(t, async (client) => {
      await client.send('{"n":1}');
      await client.drop();
    });
    const { status, text } = await init(t, ['--from', server.url]);
    assert.match(text, /It sent 1 frame /);
    assert.equal(status, 0);
  });

  it('writes nothing when there is no connection, and exits 1', async (t) => {
    const { status, stderr, text } = await init(t, ['--from', 'ws://127.0.0.1:1']);
    assert.match(stderr, /ERR_CONNECT/);
    assert.equal(text, '');
    assert.equal(status, 1);
  });

  it('ends at Ctrl-C, and writes nothing', async (t) => {
    const server = await feed(t, () => {});
    const file = join(await temporaryFolder(t), 'feed.yaml');
    const running = spillway(t, ['init', file, '--from', server.url, '--wait', '3600']);
    await server.nextClient();
    running.child.kill('SIGINT');
    assert.equal((await running.exit).status, 130);
    assert.equal(existsSync(file), false);
  });
});

describe('spillway init on a terminal', { skip: noTerminal }, () => {
  async function asked(t: TestContext, answers: [question: string, answer: string][]) {
    const file = join(await temporaryFolder(t), 'feed.yaml');
    const exit = await onTerminal(t, ['init', file], { answers }).exit;
    return { ...exit, file };
  }

  it('asks, looks at the feed, and writes the answers', async (t) => {
    const server = await feed(t, async (client) => {
      await client.expectMessages(['hi']);
      await sends('[{"n":1}]')(client);
    });
    const { status, stdout, file } = await asked(t, [
      ['Address', `${server.url}\r`],
      ['Message', 'hi\r'],
      ['File', 'here.jsonl\r'],
      ['how many', '0\r'],
      ['Connect now', '\r'],
    ]);
    assert.equal(status, 0, stdout);
    const { source, sink } = await loadPipelineFile(file);
    assert.equal(source.url, server.url);
    assert.deepEqual(source.subscribeMessages, ['hi']);
    assert.deepEqual([source.unbounded, source.maxMessages, source.recordsPath], [true, undefined, '']);
    assert.equal(sink.type === 'jsonl' && sink.path, 'here.jsonl');
  });

  it('takes what stands in brackets for an empty answer', async (t) => {
    const enter = ['Address', 'Message', 'File', 'how many'].map((question): [string, string] => [question, '\r']);
    const { status, stdout, file } = await asked(t, [...enter, ['Connect now', 'no\r']]);
    assert.equal(status, 0, stdout);
    const { source } = await loadPipelineFile(file);
    assert.deepEqual([source.url, source.maxMessages], ['wss://example.com/feed', 100]);
  });

  it('ends at Ctrl-C, and writes nothing', async (t) => {
    const { status, file } = await asked(t, [['Address', '\x03']]);
    assert.equal(status, 130);
    assert.equal(existsSync(file), false);
  });
});
