import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { feed } from '../support/feed.js';
import { until } from '../support/until.js';
import { pipelineFile, spillway, temporaryFolder } from './cli.js';
import { noTerminal, onTerminal } from './on-terminal.js';
import { warmSpillway } from './warm.js';

const skip = noTerminal;

describe('spillway top', { concurrency: 2 }, () => {
  it('tells of a real run in plain lines, by the token of a flag, a file or the environment', async (t) => {
    const { url } = await feed(t, (client) => void client.sendMany(['{"n":1}', '{"n":2}']));
    const { file } = await pipelineFile(t, { url, unbounded: true });
    const token = 'a-token-of-sixteen-and-more';
    const running = spillway(t, ['run', file, '--listen', '0', '--listen-token', token]);
    await running.err.until(/Listening at (\S+): /);
    const origin = /Listening at (\S+): /.exec(running.err.text)![1]!;
    const path = join(await temporaryFolder(t), 'token');
    await writeFile(path, `${token}\n`);
    const ways: readonly (readonly [args: readonly string[], env: Record<string, string>])[] = [
      [['--token', token], {}],
      [['--token', `@${path}`, '--once'], {}],
      [[], { SPILLWAY_LISTEN_TOKEN: token }],
    ];
    for (const [args, env] of ways) {
      const { status, stdout, stderr } = await warmSpillway(t, ['top', origin, ...args], { env });
      assert.equal(status, 0, stderr);
      const [title, row, ...more] = stdout.trimEnd().split('\n');
      assert.match(title!, /^FEED +STATE +REC\/S +LAST +GAPS .*RECORDS$/);
      assert.match(row!, /^feed +(ok|connecting|subscribing) /);
      assert.deepEqual(more, []);
    }
    const refused = await warmSpillway(t, ['top', origin.replace('http://', '')]);
    assert.equal(refused.status, 1);
    assert.match(
      refused.stderr,
      /asks for a token\. Give that of its --listen-token by --token, or by SPILLWAY_LISTEN_TOKEN\./,
    );
    const wrong = await warmSpillway(t, ['top', origin, '--token', 'planted-and-wrong']);
    assert.match(wrong.stderr, /takes another token than the one that was given\./);
    assert.doesNotMatch(wrong.stderr, /planted/);
    running.child.kill('SIGTERM');
    assert.equal((await running.exit).status, 0);
  });

  for (const [title, key] of [
    ['q', 'q'],
    ['Ctrl-C', '\x03'],
  ] as const) {
    it(`goes on with what changes on a terminal until ${title}, and gives that back as it was`, { skip }, async (t) => {
      const told = await events(t, async (tell, round) => {
        tell('snapshot', snapshot({ good: {}, 'a \x1b[2J name': { not_ready: 'disconnected' } }));
        tell('delta', { at: 2_000, feeds: { good: { records: 4_000 } } });
        if (round === 2) tell('delta', { at: 3_000, feeds: { 'a \x1b[2J name': null, late: { not_ready: 'ended' } } });
        // The first connection is lost, and another one made.
        return round === 2;
      });
      const running = onTerminal(t, ['top', told.origin], { columns: 60, answers: [['late', key]] });
      const { status, stdout } = await running.exit;
      assert.equal(status, 0, stdout);
      assert.ok(told.rounds() >= 2);
      assert.ok(stdout.includes('a \\u001b[2J name'), stdout);
      assert.ok(!stdout.includes('\x1b[2J'));
      assert.match(stdout, /The connection to \S+ was lost|tells no more/);
      const bare = stdout.replace(/\x1b\[[\d;?]*[A-Za-z]/g, '');
      assert.match(bare, /good +ok +3,999|good +ok +4,000/);
      assert.ok(
        stdout.indexOf('\x1b[?1049h') >= 0 && stdout.trimEnd().endsWith('\x1b[?25h\x1b[?1049l'),
        JSON.stringify(stdout.slice(-80)),
      );
      for (const line of bare.split('\r\n')) assert.ok(line.length <= 60 * 2, line);
    });
  }

  it('ends by SIGTERM, with status 0', async (t) => {
    const told = await events(t, async (tell) => {
      tell('snapshot', snapshot({ good: {} }));
      return true;
    });
    const running = spillway(t, ['top', told.origin, '--once']);
    await until(() => told.rounds() === 1);
    running.child.kill('SIGTERM');
    assert.equal((await running.exit).status, 0);
  });

  it('says what is wrong where there is no run, and what to do', async (t) => {
    const other = await served(t, (_request, response) => void response.writeHead(404).end('no'));
    const page = await served(
      t,
      (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end(),
    );
    const broken = await events(t, async (_tell, _round, raw) => {
      raw('event: snapshot\ndata: {"at":\n\n');
      return true;
    });
    const gone = createServer();
    await once(gone.listen(0, '127.0.0.1'), 'listening');
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    for (const [url, status, says] of [
      [other, 1, /is no run of spillway: it answered 404 to \/events\. Give the address that `run --listen` says\./],
      [page, 1, /is no run of spillway: it answered 200/],
      [broken.origin, 1, /what it tells is no JSON/],
      [
        `127.0.0.1:${port}`,
        1,
        /Nobody answers at http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED.*Check the address, and that the run was started with --listen\./,
      ],
      ['ftp://example.com', 2, /is no address of a run\. Expected what `run --listen` says/],
      ['a b\x1b[2J', 2, /^spillway: a b\\u001b\[2J is no address/],
    ] as const) {
      const ended = await warmSpillway(t, ['top', url]);
      assert.match(ended.stderr, says);
      assert.equal(ended.status, status, ended.stderr);
      assert.equal(ended.stdout, '');
    }
  });
});

type Tell = (name: string, data: object) => void;

/** A server of events that are made up. `script` resolves to whether the connection stays. */
async function events(
  t: TestContext,
  script: (tell: Tell, round: number, raw: (text: string) => void) => Promise<boolean>,
): Promise<{ readonly origin: string; rounds(): number }> {
  let rounds = 0;
  const origin = await served(t, (request, response) => {
    if (request.url !== '/events') return void response.writeHead(404).end();
    rounds += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    const tell: Tell = (name, data) => void response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
    void script(tell, rounds, (text) => void response.write(text)).then((stays) => {
      if (!stays) response.end();
    });
  });
  return { origin, rounds: () => rounds };
}

async function served(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function snapshot(feeds: Readonly<Record<string, object>>): object {
  const plain = { not_ready: null, is_fresh: true, records: 1, bytes: 1, gaps: 0, last_record_at: 900 };
  return {
    at: 1_000,
    feeds: Object.fromEntries(Object.entries(feeds).map(([name, facts]) => [name, { ...plain, ...facts }])),
  };
}
