import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { cutTo, Output } from '../../../lib/cli/terminal/output.js';
import { createFeedServer } from '../../../lib/testing/index.js';
import { jsonLines, pipelineFile, SPILLWAY, spillway, start } from '../cli.js';
import { FakeTerminal } from '../fake-terminal.js';

describe('spillway run | head -1', () => {
  it('ends quietly with 0 when the reader of the records goes away', async (t) => {
    const server = await createFeedServer({ onConnection: (client) => void client.flood('{"n":1}') });
    t.after(() => server.close());
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true }, { type: 'stdout' });
    const words = [process.execPath, ...SPILLWAY, 'run', file].map((word) => `'${word}'`).join(' ');
    const { status, stdout, stderr } = await start(t, 'bash', ['-o', 'pipefail', '-c', `${words} | head -1`]).exit;
    assert.equal(stdout, '{"n":1}\n');
    assert.match(stderr, /Ended: +who read the records closed the pipe\./);
    assert.doesNotMatch(stderr, /spillway: |EPIPE|\n\s+at /);
    assert.equal(status, 0);
  });
});

describe('spillway run whose standard error is closed', () => {
  it('goes on and ends as configured', async (t) => {
    const server = await createFeedServer();
    t.after(() => server.close());
    const config = { url: server.url, max_messages: 1, on_parse_error: 'skip' };
    const { file } = await pipelineFile(t, config, { type: 'stdout' });
    const running = spillway(t, ['run', file, '--verbose']);
    const client = await server.nextClient();
    const { stderr } = running.child;
    const closed = once(stderr!, 'close');
    stderr!.destroy();
    await closed;
    await client.sendMany(['oops', '{"n":1}']);
    const { status, stdout } = await running.exit;
    assert.equal(stdout, '{"n":1}\n');
    assert.equal(status, 0);
  });
});

describe('spillway run with credentials', { concurrency: 2 }, () => {
  const TOKEN = 'tok-5ecret-"quoted"';
  const secrets = ['5ecret', 'pa55word', 'qu3ry', 'he4der'];
  const config = (url: string) => ({
    url: `${url.replace('ws://', 'ws://me:pa55word@')}/feed?key=qu3ry`,
    auth: { type: 'bearer', config: { token: `\${env:FEED_TOKEN}` } },
    headers: { 'X-Api-Key': 'he4der' },
    idle_timeout: 30,
  });

  for (const flags of [['--verbose'], ['--verbose', '--json'], []]) {
    it(`shows none that a server says back, with ${flags.join(' ') || 'no option'}`, async (t) => {
      const server = await createFeedServer({
        onConnection: async (client) => {
          const { authorization } = client.request.headers;
          assert.equal(authorization, `Bearer ${TOKEN}`);
          await client.send(`refused: ${authorization} qu3ry he4der pa55word`);
          await client.close(4001, `unknown: ${TOKEN}`);
        },
      });
      t.after(() => server.close());
      const { file } = await pipelineFile(t, config(server.url));
      const { status, stderr } = await spillway(t, ['run', file, ...flags], { env: { FEED_TOKEN: TOKEN } }).exit;
      assert.match(stderr, /ERR_PARSE/);
      for (const secret of secrets) assert.ok(!stderr.includes(secret), `${secret} is in ${stderr}`);
      assert.equal(status, 1);
    });

    it(`shows none when no connection comes about, with ${flags.join(' ') || 'no option'}`, async (t) => {
      const server = await createFeedServer({ refuse: () => ({ status: 401, body: TOKEN }) });
      t.after(() => server.close());
      const { file } = await pipelineFile(t, config(server.url));
      const { status, stderr } = await spillway(t, ['run', file, ...flags], { env: { FEED_TOKEN: TOKEN } }).exit;
      assert.match(stderr, /ERR_AUTH/);
      for (const secret of secrets) assert.ok(!stderr.includes(secret), `${secret} is in ${stderr}`);
      assert.equal(status, 1);
    });

    it(`shows none in problems of the configuration, with ${flags.join(' ') || 'no option'}`, async (t) => {
      const wrong = {
        ...config('ws://127.0.0.1:1'),
        ping_interval: `\${env:FEED_TOKEN}`,
        headers: { 'X-Api-Key': ['he4der'] },
      };
      const { file } = await pipelineFile(t, wrong);
      const { status, stderr } = await spillway(t, ['run', file, ...flags], { env: { FEED_TOKEN: TOKEN } }).exit;
      assert.match(stderr, /ping_interval/);
      for (const secret of secrets) assert.ok(!stderr.includes(secret), `${secret} is in ${stderr}`);
      assert.equal(status, 2);
    });
  }
});

describe('Output', () => {
  it('draws a status line in place, cut to the width, and takes it away before a line', () => {
    const terminal = new FakeTerminal(10);
    const output = new Output(terminal);
    output.status('0123456789');
    output.status('abc');
    output.say('said');
    output.say('more');
    assert.equal(terminal.text, '\r01234567…\x1b[K\rabc\x1b[K\r\x1b[Ksaid\nmore\n');
  });

  it('draws nothing when it shares the terminal with the records', () => {
    const output = new Output(new FakeTerminal(80));
    assert.equal(output.isTerminal, true);
    output.shareTerminal();
    assert.equal(output.isTerminal, false);
  });

  it('shows what could steer a terminal as an escape, a line feed too, and ends its own lines alone', () => {
    const terminal = new FakeTerminal(80);
    const output = new Output(terminal);
    output.say(['a\x1b[2Jb\x9bc\rd\ne', 'own line']);
    assert.equal(terminal.text, 'a\\u001b[2Jb\\u009bc\\rd\\ne\nown line\n');
  });

  it('writes the same as JSON as escapes: the values stay what they were', () => {
    const terminal = new FakeTerminal(80);
    const facts = { 'k\u202e': 'a\x1b\x9b\u2028\u{e0041}\n\u200b' };
    new Output(terminal).sayJson(facts);
    assert.match(terminal.text, /^[ -~]+\n$/);
    assert.deepEqual(JSON.parse(terminal.text), facts);
  });

  it('hides credentials, in JSON before they are quoted, and never a key', () => {
    const terminal = new FakeTerminal(80);
    const output = new Output(terminal);
    output.hide(['to"ken', 'bytes']);
    output.say('my to"ken');
    output.sayJson({ bytes: 1, text: 'my to"ken' });
    assert.equal(terminal.text, 'my ***\n{"bytes":1,"text":"my ***"}\n');
  });

  it('keeps to itself what need not be said while its reader is far behind', () => {
    const terminal = new FakeTerminal(80);
    const output = new Output(terminal);
    terminal.unread = 64 * 1024 + 1;
    output.mention('progress');
    output.mentionJson({});
    output.status('progress');
    output.say('the end');
    assert.equal(terminal.text, 'the end\n');
  });
});

describe('cutTo', () => {
  it('marks what is missing, and never exceeds the width', () => {
    assert.deepEqual(
      [5, 3, 2, 1, 0, -1].map((columns) => cutTo('abc', columns)),
      ['abc', 'abc', 'a…', '…', '', ''],
    );
  });
});

describe('spillway run --json', () => {
  it('writes nothing but JSON lines to standard error, with the documented keys', async (t) => {
    const server = await createFeedServer({
      onConnection: async (client) => {
        await client.sendMany(['{"n":1}', 'oops']);
        if (client.number === 1) await client.drop();
        else await client.send('{"n":2}');
      },
    });
    t.after(() => server.close());
    const limits = { max_messages: 3, reconnect: true, reconnect_backoff: '1ms', on_parse_error: 'skip' };
    const { file, output } = await pipelineFile(t, { url: server.url, ...limits });
    const { status, stdout, stderr } = await spillway(t, ['run', file, '--json']).exit;
    const lines = jsonLines(stderr);
    for (const line of lines) assert.ok(typeof line['type'] === 'string' && Number.isInteger(line['at']));
    assert.deepEqual(
      lines.filter(({ type }) => type === 'event').map(({ event }) => event),
      [
        'connecting',
        'connected',
        'subscribed',
        'disconnected',
        'reconnecting',
        'connecting',
        'connected',
        'subscribed',
        'gap',
      ],
    );
    const disconnected = lines.find(({ event }) => event === 'disconnected')!;
    assert.deepEqual([disconnected['connection'], disconnected['code'], disconnected['frames']], [1, 1006, 2]);
    const refused = lines.find(({ type }) => type === 'refused')!;
    assert.equal((refused['error'] as { code: string }).code, 'ERR_PARSE');
    const { at: _, bytes: __, elapsed_ms: ___, paused_ms: ____, gap_ms, frames, ...summary } = lines.at(-1)!;
    assert.deepEqual(summary, {
      type: 'summary',
      ended: 'max_messages',
      signal: null,
      error_code: null,
      target: output,
      records: 3,
      received: 3,
      skipped: 2,
      dead_letters: 0,
      filtered: 0,
      files: [{ name: output, state: 'in_place', records: 3 }],
      gone: 0,
      connections: 2,
      reconnects: 1,
      rotations: 0,
      control_frames: 0,
      gaps: 1,
      dropped: 0,
      missing: 0,
      duplicates: 0,
    });
    assert.equal(typeof gap_ms, 'number');
    assert.equal(frames, 5);
    assert.equal(stdout, '');
    assert.equal(status, 0);
  });

  it('ends with the error when the run fails', async (t) => {
    const { file } = await pipelineFile(t, { url: 'ws://127.0.0.1:1', idle_timeout: 30 });
    const { status, stderr } = await spillway(t, ['run', file, '--json']).exit;
    const [summary, error] = jsonLines(stderr).slice(-2);
    assert.deepEqual([summary!['ended'], summary!['error_code']], ['failed', 'ERR_CONNECT']);
    assert.deepEqual(Object.keys(error!), ['type', 'at', 'code', 'message', 'causes', 'docs']);
    assert.equal(status, 1);
  });
});
