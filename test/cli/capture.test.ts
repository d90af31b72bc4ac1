import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { feed, sends } from '../support/feed.js';
import { jsonLines, SPILLWAY, spillway, start, temporaryFolder } from './cli.js';

describe('spillway capture', { concurrency: 2 }, () => {
  it('writes JSON lines to standard output, and nothing but a summary to a standard error that is no terminal', async (t) => {
    const server = await feed(t, sends('{"n":1.10}', '{"n": 2}'));
    const { status, stdout, stderr } = await spillway(t, ['capture', server.url]).exit;
    assert.equal(stdout, '{"n":1.10}\n{"n": 2}\n');
    assert.match(stderr, /^Ended: +the server closed the connection in good order/);
    assert.equal(status, 0);
  });

  it('stops after -n records, written to -o as its suffix says', async (t) => {
    const server = await feed(t, (client) => void client.flood('{"n":1}'));
    const path = join(await temporaryFolder(t), 'new', 'out.jsonl.gz');
    const { status, stdout, stderr } = await spillway(t, ['capture', server.url, '-n', '3', '-o', path]).exit;
    assert.equal(gunzipSync(await readFile(path)).toString(), '{"n":1}\n'.repeat(3));
    assert.match(stderr, /3 safely written/);
    assert.equal(stdout, '');
    assert.equal(status, 0);
  });

  it('adds to a file with --append, and indents with --pretty', async (t) => {
    const server = await feed(t, sends('{"n":1}'));
    const path = join(await temporaryFolder(t), 'out.jsonl');
    await writeFile(path, '0\n');
    const { status } = await spillway(t, ['capture', server.url, '-o', path, '--append', '--pretty', '-q']).exit;
    assert.equal(await readFile(path, 'utf8'), '0\n{\n  "n": 1\n}\n');
    assert.equal(status, 0);
  });

  it('sends what -s says, in order, with the headers of -H, to the address that --set fills', async (t) => {
    const server = await feed(t, async (client) => {
      const got = [await client.receive(), await client.receive()];
      await client.send(JSON.stringify([got, client.request.headers['x-one'], client.request.url]));
    });
    const file = join(await temporaryFolder(t), 'subscribe.json');
    await writeFile(file, '{"op":"trades"}\n');
    const args = ['-s', '{"op":"login"}', '-s', `@${file}`, '-H', 'X-One: 1', '--set', 'symbol=btc', '-n', '1'];
    const { status, stdout } = await spillway(t, ['capture', `${server.url}/{symbol}`, ...args]).exit;
    assert.deepEqual(JSON.parse(stdout), [['{"op":"login"}', '{"op":"trades"}'], '1', '/btc']);
    assert.equal(status, 0);
  });

  it('stores the fields of --select alone, with their bytes', async (t) => {
    const server = await feed(t, sends('{"s":"B","d":{"p":1.10}}', '{"s":"C"}'));
    const { stdout } = await spillway(t, ['capture', server.url, '--select', 'd.p,s', '-q']).exit;
    assert.equal(stdout, '{"d.p":1.10,"s":"B"}\n{"s":"C"}\n');
  });

  it('stores the records that pass every --filter, and says how many did not', async (t) => {
    const frames = ['{"type":"trade","n":5}', '{"type":"trade","n":"5"}', '{"type":"quote","n":5}', '{"n":1}'];
    const server = await feed(t, sends(...frames));
    const args = ['--filter', 'type=trade', '--filter', 'n!=7', '--filter', 'n=5'];
    const { status, stdout, stderr } = await spillway(t, ['capture', server.url, ...args]).exit;
    assert.equal(stdout, '{"type":"trade","n":5}\n');
    assert.match(stderr, /1 safely written \(.*\), 0 skipped, 3 filtered\n/);
    assert.equal(status, 0);
    const json = await spillway(t, ['capture', server.url, ...args, '--json']).exit;
    assert.equal(jsonLines(json.stderr).find(({ type }) => type === 'summary')?.['filtered'], 3);
  });

  it('says of a --filter that it cannot read where that goes wrong', async (t) => {
    for (const [filter, message] of [
      ['$..type=trade', /--filter: The path "\$\.\.type" cannot be read from character 2 on/],
      ['=trade', /--filter: Expected 'path=value', 'path!=value', or a path that must be there/],
    ] as const) {
      const { status, stderr } = await spillway(t, ['capture', 'ws://127.0.0.1:9', '--filter', filter]).exit;
      assert.match(stderr, message);
      assert.equal(status, 2);
    }
  });

  it('cuts frames at --split-on, and says in which byte of the frame a piece is bad', async (t) => {
    const server = await feed(t, sends('{"n":1}\u001e{"n":2}\u001e', 'x\u001e3\u001e'));
    const args = ['--split-on', '\\u001e', '--on-parse-error', 'skip', '--json'];
    const { status, stdout, stderr } = await spillway(t, ['capture', server.url, ...args]).exit;
    assert.equal(stdout, '{"n":1}\n{"n":2}\n3\n');
    const [refused] = jsonLines(stderr).filter(({ type }) => type === 'refused');
    assert.match(JSON.stringify(refused), /at byte 0/);
    assert.equal(status, 0);
  });

  it('goes on until SIGINT when no limit is given, and writes a slow feed as it comes', async (t) => {
    const server = await feed(t, (client) => client.send('{"n":1}'));
    const running = spillway(t, ['capture', server.url]);
    await running.out.until(/\{"n":1\}\n/);
    running.child.kill('SIGINT');
    const { status, stderr } = await running.exit;
    assert.match(stderr, /Ended: +stopped by SIGINT\./);
    assert.equal(status, 0);
  });

  it('says nothing, and ends with 0, when the reader of the records goes away', async (t) => {
    const server = await feed(t, (client) => void client.flood('{"n":1}'));
    const words = [process.execPath, ...SPILLWAY, 'capture', server.url].map((word) => `'${word}'`).join(' ');
    const { status, stdout, stderr } = await start(t, 'bash', ['-o', 'pipefail', '-c', `${words} | head -2`]).exit;
    assert.equal(stdout, '{"n":1}\n{"n":1}\n');
    assert.equal(stderr, '');
    assert.equal(status, 0);
  });

  it('prints a pipeline file that does the same, and connects nowhere', async (t) => {
    const server = await feed(t, sends('{"n":1}', '{"n":2}', '{"n":3}'));
    const path = join(await temporaryFolder(t), 'out.jsonl');
    const printing = spillway(t, ['capture', server.url, '-n', '2', '--envelope', '-o', path, '--print-config']);
    const { status, stdout, stderr } = await printing.exit;
    assert.deepEqual([status, stderr, server.requests.length], [0, '', 0]);
    const run = await spillway(t, ['run', '-', '-q'], { input: stdout }).exit;
    assert.deepEqual([run.status, run.stderr], [0, '']);
    assert.deepEqual(
      jsonLines(await readFile(path, 'utf8')).map(({ data, url }) => [data, url]),
      [
        [{ n: 1 }, server.url],
        [{ n: 2 }, server.url],
      ],
    );
  });

  it('tells everything as JSON lines on standard error with --json', async (t) => {
    const server = await feed(t, sends('{"n":1}'));
    const { status, stdout, stderr } = await spillway(t, ['capture', server.url, '--json']).exit;
    assert.equal(stdout, '{"n":1}\n');
    assert.deepEqual(jsonLines(stderr).at(-1)!['ended'], 'closed');
    assert.equal(status, 0);
  });

  const misuses: [title: string, args: string[], says: RegExp][] = [
    [
      'an address without a scheme',
      ['example.com/feed'],
      /URL: This address has no scheme\. Write `wss:\/\/` before it\./,
    ],
    ['an address of this machine without one', ['localhost:80'], /Write `ws:\/\/` before it/],
    ['a pipeline file', ['trades.yaml'], /name of a file.*spillway run FILE/],
    ['an https address', ['https://x.example'], /URL: .*Write `wss:\/\/` in its place/],
    ['a value of a wrong kind', ['ws://x', '--batch-size', 'many'], /--batch-size: Expected a whole number/],
    [
      'a word that is none of a few',
      ['ws://x', '--message-format', 'xml'],
      /Allowed choices are json, raw_string, binary/,
    ],
    ['a flag that is mistyped', ['ws://x', '--idel-timeout', '3'], /Did you mean --idle-timeout\?/],
    ['--append without a file', ['ws://x', '--append'], /--append: .*-o/],
    ['a header without a colon', ['ws://x', '-H', 'nothing'], /--header: Expected 'Name: value'/],
    ['no address', [], /missing required argument 'url'/],
  ];
  for (const [title, args, says] of misuses) {
    it(`with ${title} exits 2 and says what to do`, async (t) => {
      const { status, stdout, stderr } = await spillway(t, ['capture', ...args]).exit;
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\n\s+at /);
      assert.equal(stdout, '');
      assert.equal(status, 2);
    });
  }

  it('never shows a credential, whatever goes wrong', async (t) => {
    const secret = 'sesame-open-1';
    const server = await feed(t, async (client) => {
      await client.receive();
      await client.close(4001, `no such token: ${secret}`);
    });
    const address = `${server.url.replace('ws://', `ws://me:${secret}@`)}/?token=${secret}`;
    const auth = JSON.stringify({ type: 'bearer', config: { token: secret } });
    const message = `{"op":"login","token":"${secret}"}`;
    for (const args of [
      [address, '-s', message, '--verbose'],
      [address, '-s', message, '--json', '--verbose'],
      [address, '--batch-size', 'x', '--verbose'],
      [server.url, '--auth', auth, '-s', 'x', '--verbose'],
      [server.url, '--auth', `${auth}}`],
      [server.url, '-H', `Authorization ${secret}`],
      [server.url, '-H', `Authorization: ${secret}\u0001`, '--verbose'],
      [server.url, `--autth=${secret}`],
      [server.url, '-n', '1', '--on-parse-error', 'skip', `--pasword=${secret}`],
      [address, '-s', message, '--print-config'],
    ]) {
      const { stdout, stderr } = await spillway(t, ['capture', ...args]).exit;
      assert.ok(!`${stdout}${stderr}`.includes(secret), `${args.join(' ')}\n${stdout}${stderr}`);
      assert.ok(`${stdout}${stderr}`.length > 20);
    }
  });
});
