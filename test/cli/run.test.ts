import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { FeedServerOptions } from '../../lib/testing/index.js';
import { createFeedServer, encodeFrame, type FeedServer, OPCODES } from '../../lib/testing/index.js';
import { pipelineFile, spillway, temporaryFolder } from './cli.js';

/** A feed server that is gone after the test. */
async function feed(t: TestContext, onConnection: FeedServerOptions['onConnection']): Promise<FeedServer> {
  const server = await createFeedServer({ onConnection: onConnection! });
  t.after(() => server.close());
  return server;
}

describe('spillway run', { concurrency: 2 }, () => {
  it('ends with 0 at max_messages, with the records in the file and a summary', async (t) => {
    const server = await feed(t, (client) => void client.sendMany(['{"n":1}', '{"n": 2}', '{"n":3.10}', '{"n":4}']));
    const { file, output } = await pipelineFile(t, { url: server.url, max_messages: 3 });
    const { status, stdout, stderr } = await spillway(t, ['run', file]).exit;
    assert.equal(await readFile(output, 'utf8'), '{"n":1}\n{"n": 2}\n{"n":3.10}\n');
    assert.match(stderr, /Ended: +all records that `max_messages` asks for are there\./);
    assert.match(stderr, /Records: +3 safely written \(.*\/s\), 0 skipped\n/);
    assert.match(stderr, /Received: [34] frames, .* B, 0 reconnects\n/);
    assert.ok(stderr.includes(`Written:  ${output}\n`), stderr);
    assert.equal(stdout, '');
    assert.equal(status, 0);
  });

  it('tells on standard error what a file of faucet holds that has no effect', async (t) => {
    const server = await feed(t, (client) => void client.sendMany(['{"n":1}']));
    const { file, output } = await pipelineFile(t, { url: server.url, max_messages: 1 });
    await writeFile(file, (await readFile(file, 'utf8')).replace('{', '{"execution":{"max_concurrent":4},'));
    const text = await spillway(t, ['run', file]).exit;
    assert.equal(
      text.stderr.split('\n')[0]!.slice(0, `note: ${file}:1:2: execution: \`execution\` of`.length),
      `note: ${file}:1:2: execution: \`execution\` of`,
    );
    const json = await spillway(t, ['run', '--json', file]).exit;
    const { type, path, line, column } = JSON.parse(json.stderr.split('\n')[0]!) as Record<string, unknown>;
    assert.deepEqual({ type, path, line, column }, { type: 'note', path: 'execution', line: 1, column: 2 });
    const quiet = await spillway(t, ['run', '--quiet', file]).exit;
    assert.deepEqual([text.status, json.status, quiet.status, quiet.stderr], [0, 0, 0, '']);
    assert.equal(await readFile(output, 'utf8'), '{"n":1}\n');
  });

  it('ends with 0 at idle_timeout, and says so', async (t) => {
    const server = await feed(t, (client) => client.send('{"n":1}'));
    const { file, output } = await pipelineFile(t, { url: server.url, idle_timeout: '100ms' });
    const { status, stderr } = await spillway(t, ['run', file]).exit;
    // The clock runs while it connects, too: on a busy machine the frame may come too late.
    assert.match(await readFile(output, 'utf8'), /^(\{"n":1\}\n)?$/);
    assert.match(stderr, /Ended: +nothing came for as long as `idle_timeout` allows\./);
    assert.equal(status, 0);
  });

  it('ends with 0 when the server closes with 1000', async (t) => {
    const server = await feed(t, async (client) => {
      await client.send('{"n":1}');
      await client.close(1000);
    });
    const { file, output } = await pipelineFile(t, { url: server.url, unbounded: true });
    const { status, stderr } = await spillway(t, ['run', file]).exit;
    assert.equal(await readFile(output, 'utf8'), '{"n":1}\n');
    assert.match(stderr, /Ended: +the server closed the connection in good order\./);
    assert.equal(status, 0);
  });

  it('ends with 1 when the connection drops, with what came before in the file', async (t) => {
    const server = await feed(t, async (client) => {
      await client.sendMany(['{"n":1}', '{"n":2}']);
      await client.drop();
    });
    const { file, output } = await pipelineFile(t, { url: server.url, unbounded: true });
    const { status, stderr } = await spillway(t, ['run', file]).exit;
    assert.equal(await readFile(output, 'utf8'), '{"n":1}\n{"n":2}\n');
    assert.match(stderr, /Ended: +it failed with ERR_DISCONNECTED\.\nRecords: +2 safely written/);
    assert.match(stderr, /spillway: ERR_DISCONNECTED: .*Set `reconnect: true`/);
    assert.doesNotMatch(stderr, /\n\s+at /);
    assert.equal(status, 1);
  });

  it('ends with 1 when the close frame breaks the protocol, whatever its code says', async (t) => {
    const server = await feed(t, async (client) => {
      await client.send('{"n":1}');
      const payload = Buffer.from([0x03, 0xe8, 0xff]);
      await client.sendRaw(encodeFrame({ opcode: OPCODES.close, payload }));
    });
    const { file, output } = await pipelineFile(t, { url: server.url, unbounded: true });
    const { status, stderr } = await spillway(t, ['run', file]).exit;
    assert.equal(await readFile(output, 'utf8'), '{"n":1}\n');
    assert.match(stderr, /Ended: +it failed with ERR_DISCONNECTED\./);
    assert.match(
      stderr,
      /broke the WebSocket protocol, and the connection was failed with code 1007: ws:.*invalid UTF-8/,
    );
    assert.equal((await server.clients[0]?.closed)?.code, 1007);
    assert.equal(status, 1);
  });

  it('says what a server that refuses says, and tries again where that may help', async (t) => {
    const server = await createFeedServer({
      refuse: (_request, attempt) =>
        attempt === 1
          ? { status: 503, body: '<h1>Back at noon</h1>' }
          : { status: 404, body: '{"message":"No such pair"}' },
    });
    t.after(() => server.close());
    const { file } = await pipelineFile(t, {
      url: server.url,
      unbounded: true,
      reconnect: true,
      reconnect_backoff: '10ms',
    });
    const { status, stderr } = await spillway(t, ['run', file]).exit;
    assert.match(stderr, /^Not connected: .* with status 503 in place of 101: "Back at noon"\./m);
    assert.match(stderr, /^spillway: ERR_CONNECT: .* with status 404 in place of 101: "No such pair"\./m);
    assert.equal(status, 1);
  });

  it('ends with 1 and one sentence when nobody listens at the address', async (t) => {
    const { file, output } = await pipelineFile(t, { url: 'ws://127.0.0.1:1', idle_timeout: 30 });
    const { status, stderr } = await spillway(t, ['run', file]).exit;
    assert.match(stderr, /^spillway: ERR_CONNECT: No connection to ws:\/\/127\.0\.0\.1:1\/: .*ECONNREFUSED.*\.$/m);
    assert.match(stderr, /0 safely written/);
    assert.doesNotMatch(stderr, /\n\s+at /);
    assert.equal(await readFile(output, 'utf8'), '');
    assert.equal(status, 1);
  });

  it('says with --verbose where an error comes from', async (t) => {
    const { file } = await pipelineFile(t, { url: 'ws://127.0.0.1:1', idle_timeout: 30 });
    const { status, stderr } = await spillway(t, ['run', file, '--verbose']).exit;
    assert.match(stderr, /^Connecting to ws:\/\/127\.0\.0\.1:1\/ \(attempt 1\)\.$/m);
    assert.match(stderr, /ConnectError\n\s+at /);
    assert.equal(status, 1);
  });

  it('ends with 1 at a frame that is no JSON, with what came before in the file', async (t) => {
    const server = await feed(t, (client) => void client.sendMany(['{"n":1}', 'oops', '{"n":3}']));
    const { file, output } = await pipelineFile(t, { url: server.url, unbounded: true });
    const { status, stderr } = await spillway(t, ['run', file]).exit;
    assert.equal(await readFile(output, 'utf8'), '{"n":1}\n');
    assert.match(stderr, /ERR_PARSE: Frame 1 of connection 1 cannot be parsed/);
    assert.equal(status, 1);
  });

  it('tells of frames that were skipped', async (t) => {
    const server = await feed(t, (client) => void client.sendMany(['oops', '{"n":1}']));
    const { file } = await pipelineFile(t, { url: server.url, max_messages: 1, on_parse_error: 'skip' });
    const { status, stderr } = await spillway(t, ['run', file]).exit;
    assert.match(stderr, /^Skipped 1 more \(1 in all\), the newest in frame 0: .* at byte 0, near "oops"\.$/m);
    assert.match(stderr, /1 safely written \(.*\), 1 skipped/);
    assert.equal(status, 0);
  });

  it('ends with 1 when the file cannot be written, and says how many records were', async (t) => {
    const server = await feed(t, (client) => void client.flood('{"n":1}'));
    const folder = await temporaryFolder(t);
    const sink = { type: 'jsonl', config: { path: folder } };
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true }, sink);
    const { status, stderr } = await spillway(t, ['run', file]).exit;
    assert.match(stderr, /Ended: +it failed with ERR_SINK\.\nRecords: +0 safely written/);
    assert.match(stderr, /spillway: ERR_SINK: Cannot open .*it is a folder/);
    assert.equal(status, 1);
  });

  it('tells of a drop, of the wait, and of the new connection', async (t) => {
    const server = await feed(t, async (client) => {
      await client.send(`{"connection":${client.number}}`);
      if (client.number === 1) await client.drop();
    });
    const config = { url: server.url, max_messages: 2, reconnect: true, reconnect_backoff: '10ms' };
    const { file, output } = await pipelineFile(t, config);
    const { status, stderr } = await spillway(t, ['run', file]).exit;
    assert.equal(await readFile(output, 'utf8'), '{"connection":1}\n{"connection":2}\n');
    assert.match(
      stderr,
      /^Disconnected from ws:.* code 1006.*, after 1 frame\. Reconnecting in 10 ms \(attempt 1\)\.$/m,
    );
    assert.match(stderr, /^Connected again: connection 2\.$/m);
    assert.match(stderr, /1 reconnect\n/);
    assert.equal(status, 0);
  });

  it('fills placeholders in the address by --set, the last one for a name', async (t) => {
    const server = await feed(t, (client) => client.send(JSON.stringify(client.request.url)));
    const { file, output } = await pipelineFile(t, { url: `${server.url}/{symbol}?depth={n}`, max_messages: 1 });
    const sets = ['--set', 'symbol=eth', '--set', 'symbol=btc', '--set', 'n=a=b'];
    const { status } = await spillway(t, ['run', file, ...sets]).exit;
    assert.equal(await readFile(output, 'utf8'), '"/btc?depth=a=b"\n');
    assert.equal(status, 0);
  });

  it('reads the pipeline file from standard input', async (t) => {
    const server = await feed(t, (client) => client.send('{"n":1}'));
    const { file, output } = await pipelineFile(t, { url: server.url, max_messages: 1 });
    const { status } = await spillway(t, ['run', '-'], { input: await readFile(file, 'utf8') }).exit;
    assert.equal(await readFile(output, 'utf8'), '{"n":1}\n');
    assert.equal(status, 0);
  });

  it('says nothing with --quiet when all goes well', async (t) => {
    const server = await feed(t, (client) => client.send('{"n":1}'));
    const { file } = await pipelineFile(t, { url: server.url, max_messages: 1 }, { type: 'stdout' });
    const { status, stdout, stderr } = await spillway(t, ['run', file, '--quiet']).exit;
    assert.equal(stdout, '{"n":1}\n');
    assert.equal(stderr, '');
    assert.equal(status, 0);
  });

  it('says nothing but the error with --quiet when it fails', async (t) => {
    const { file } = await pipelineFile(t, { url: 'ws://127.0.0.1:1', idle_timeout: 30 });
    const { status, stderr } = await spillway(t, ['run', file, '--quiet']).exit;
    assert.match(stderr, /^spillway: ERR_CONNECT: [^\n]*\n {2}what to do: [^\n]*\n$/);
    assert.equal(status, 1);
  });

  it('writes records to standard output, and nothing else', async (t) => {
    const server = await feed(t, (client) => void client.sendMany(['{"n":1}', '{"n":2}']));
    const { file } = await pipelineFile(t, { url: server.url, max_messages: 2 }, { type: 'stdout' });
    const { status, stdout, stderr } = await spillway(t, ['run', file]).exit;
    assert.equal(stdout, '{"n":1}\n{"n":2}\n');
    assert.match(stderr, /Written: +standard output\n/);
    assert.equal(status, 0);
  });
});

describe('spillway run with a configuration that is wrong', { concurrency: 2 }, () => {
  it('tells every problem with file, line and column, connects nowhere, and exits 2', async (t) => {
    const server = await feed(t, undefined);
    const file = join(await temporaryFolder(t), 'feed.yaml');
    const output = join(await temporaryFolder(t), 'out.jsonl');
    const text = [
      'version: 1',
      'pipeline:',
      '  source:',
      '    type: websocket',
      '    config:',
      `      url: ${server.url}`,
      '      max_mesages: 3',
      '      batch_size: -1',
      '      unbounded: true',
      `  sink: { type: jsonl, config: { path: ${output} } }`,
    ];
    await writeFile(file, text.join('\n'));
    const { status, stdout, stderr } = await spillway(t, ['run', file]).exit;
    assert.match(stderr, /^spillway: ERR_CONFIG: 2 problems to solve; nothing was connected\.\n/);
    assert.ok(stderr.includes(`\n${file}:7:7: pipeline.source.config.max_mesages: There is no such key.`), stderr);
    assert.match(stderr, /Did you mean `max_messages`\?/);
    assert.ok(stderr.includes(`\n${file}:8:19: pipeline.source.config.batch_size: `), stderr);
    assert.doesNotMatch(stderr, /Ended:|\n\s+at /);
    assert.equal(stdout, '');
    assert.equal(status, 2);
    assert.equal(server.requests.length, 0);
    assert.equal(existsSync(output), false);
  });

  const wrong: [title: string, config: object, says: RegExp][] = [
    ['neither limit', { url: 'ws://127.0.0.1:1' }, /max_messages.*idle_timeout.*unbounded/],
    ['an empty address', { url: '', idle_timeout: 1 }, /pipeline\.source\.config\.url/],
    ['an https address', { url: 'https://127.0.0.1:1', idle_timeout: 1 }, /wss:\/\//],
    ['an unknown auth.ref', { url: 'ws://127.0.0.1:1', idle_timeout: 1, auth: { ref: 'nobody' } }, /auth\.ref/],
  ];
  for (const [title, config, says] of wrong) {
    it(`exits 2 for ${title}`, async (t) => {
      const { file } = await pipelineFile(t, config);
      const { status, stderr } = await spillway(t, ['run', file]).exit;
      assert.match(stderr, says);
      assert.match(stderr, /feed\.json:\d+:\d+: /);
      assert.equal(status, 2);
    });
  }

  it('exits 2 for a file that does not exist', async (t) => {
    const { status, stderr } = await spillway(t, ['run', '/nowhere/feed.yaml']).exit;
    assert.match(stderr, /\/nowhere\/feed\.yaml: .*there is no such file/);
    assert.equal(status, 2);
  });

  it('exits 2 for standard input that is no YAML, by that name', async (t) => {
    const { status, stderr } = await spillway(t, ['run', '-'], { input: 'version: [1' }).exit;
    assert.match(stderr, /\(standard input\):1:\d+: /);
    assert.equal(status, 2);
  });

  it('tells the problems as JSON with --json', async (t) => {
    const { file } = await pipelineFile(t, { url: 'ws://127.0.0.1:1' });
    const { status, stderr } = await spillway(t, ['run', file, '--json']).exit;
    const { type, code, problems, ...rest } = JSON.parse(stderr) as Record<string, unknown>;
    assert.deepEqual([type, code, rest['file']], ['error', 'ERR_CONFIG', file]);
    const [problem] = problems as Record<string, unknown>[];
    assert.deepEqual(Object.keys(problem!).sort(), ['column', 'line', 'message', 'path']);
    assert.equal(status, 2);
  });
});
