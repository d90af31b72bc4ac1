import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ask, seriesIn } from '../../support/ask.js';
import { feed } from '../../support/feed.js';
import { until } from '../../support/until.js';
import { pipelineFile, type Running, spillway, temporaryFolder } from '../cli.js';

describe('spillway run --listen', { concurrency: 2 }, () => {
  it('tells of a real run how it is: to Prometheus, to a load balancer, and as JSON', async (t) => {
    const records = Array.from({ length: 50 }, (_, n) => `{"n":${n}}`);
    const { url } = await feed(t, (client) => void client.sendMany([...records, 'no JSON']));
    const config = { url, unbounded: true, on_parse_error: 'skip', reconnect: true };
    const { file, output } = await pipelineFile(t, config);
    const running = spillway(t, ['run', file, '--listen', '127.0.0.1:0']);
    const origin = await originOf(running);
    const metrics = async (): Promise<string> => (await ask(origin, '/metrics')).body;
    await until(async () => seriesIn(await metrics(), 'spillway_records_total', stored()) === 50);
    assert.equal(readFileSync(output, 'utf8').split('\n').length, 51);

    const { status, body } = await ask(origin, '/healthz');
    assert.deepEqual([status, body], [200, 'ok\n']);
    for (const path of ['/readyz', '/freshz', '/readyz?feed=feed', '/freshz?feed=feed']) {
      assert.deepEqual(JSON.parse((await ask(origin, path)).body), { status: 'ok', feeds: [] }, path);
    }
    assert.equal((await ask(origin, '/readyz?feed=other')).status, 404);
    assert.match((await ask(origin, '/')).body, /<title>spillway<\/title>/);
    // Records are shown where that is asked for, and nowhere else.
    assert.equal((await ask(origin, '/tap')).status, 404);

    const text = await metrics();
    assert.equal(seriesIn(text, 'spillway_frames_total', 'feed="feed"'), 51);
    assert.equal(seriesIn(text, 'spillway_records_total', 'feed="feed",sink="jsonl",result="refused"'), 1);
    assert.equal(seriesIn(text, 'spillway_ready', 'feed="feed"'), 1);
    assert.ok(seriesIn(text, 'spillway_sink_write_duration_seconds_count', 'feed="feed",sink="jsonl"')! >= 1);
    assert.equal(seriesIn(text, 'spillway_unacknowledged_records', 'feed="feed"'), 0);
    const [newest, now] = ['spillway_last_record_timestamp_seconds', 'spillway_current_timestamp_seconds'];
    assert.ok(seriesIn(text, newest!, 'feed="feed"')! <= seriesIn(text, now!)!);
    assert.ok(seriesIn(text, newest!, 'feed="feed"')! > 1.7e9);

    const stats = JSON.parse((await ask(origin, '/stats.json?history')).body) as Stats;
    const of = stats.feeds['feed']!;
    assert.deepEqual([of['state'], of['frames'], of['records'], of['skipped']], ['open', 51, 50, 1]);
    assert.equal((of['sink'] as { records: number }).records, 50);
    assert.equal(of['address'], `${url}/`);
    assert.ok((of['history'] as { every_ms: number }).every_ms > 0);

    running.child.kill('SIGTERM');
    const ended = await running.exit;
    assert.equal(ended.status, 0, ended.stderr);
  });

  it('streams what changes, from a snapshot on, and says when the run is over', async (t) => {
    let send = (_frame: string): void => {};
    const { url } = await feed(t, (client) => {
      send = (frame) => void client.send(frame);
    });
    const { file } = await pipelineFile(t, { url, unbounded: true });
    const running = spillway(t, ['run', file, '--listen', '0']);
    const origin = await originOf(running);
    const response = await fetch(`${origin}/events`);
    assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    let text = '';
    const read = (async () => {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk;
    })();
    await until(() => text.includes('event: snapshot'));
    await until(() => /"state":"open"/.test(text));
    send('{"n":1}');
    await until(() => /event: delta\ndata: \{.*"records":1[,}]/.test(text));
    running.child.kill('SIGTERM');
    await read;
    assert.match(text, /event: end\n/);
    assert.equal((await running.exit).status, 0);
  });

  it('listens where the file says, at the path that it says, and shows no credential', async (t) => {
    let send = (_frame: string): void => {};
    const { url } = await feed(t, (client) => {
      send = (frame) => void client.send(frame);
      send('{"n":1}');
    });
    const { file } = await pipelineFile(t, {
      url: `${url}/planted-in-path?api_key=planted-key-in-query`,
      unbounded: true,
      auth: { type: 'bearer', config: { token: 'planted-bearer-token' } },
    });
    const whole = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; observability?: object };
    whole.name = 'trades';
    whole.observability = {
      prometheus: { listen: '127.0.0.1:0', path: '/told', tap: true, token: 'planted-listen-token' },
    };
    await writeFile(file, JSON.stringify(whole));
    const running = spillway(t, ['run', file]);
    const origin = await originOf(running);
    assert.equal((await ask(origin, '/told')).status, 401);
    const headers = { authorization: 'Bearer planted-listen-token' };
    await until(async () => {
      const { body } = await ask(origin, '/told', { headers });
      return seriesIn(body, 'spillway_frames_total', 'feed="trades"') === 1;
    });
    assert.equal((await ask(origin, '/metrics', { headers })).status, 404);
    for (const path of ['/told', '/stats.json?history', '/readyz', '/freshz']) {
      const { status, body } = await ask(origin, path, { headers });
      assert.equal(status, 200);
      assert.doesNotMatch(body, /planted-(key|bearer|listen)/, path);
    }
    // Nor is one where a record says it.
    const tapped = await fetch(`${origin}/tap`, { headers });
    let text = '';
    const read = (async () => {
      for await (const chunk of tapped.body!.pipeThrough(new TextDecoderStream())) text += chunk;
    })();
    send('{"n":2,"key":"planted-key-in-query"}');
    await until(() => text.includes('planted') || text.includes('"n'));
    assert.match(text, /\{\\"n\\":2,\\"key\\":\\"\*\*\*\\"\}/);
    running.child.kill('SIGTERM');
    await read;
    const { stderr } = await running.exit;
    assert.doesNotMatch(stderr, /planted-(key|bearer|listen)/);
  });

  for (const [title, args, says] of [
    ['an address of others without a token', ['--listen', '0.0.0.0:0'], /Others than this machine could read/],
    ['no address', ['--listen', 'here'], /--listen: Expected an address and a port/],
    [
      'a short token',
      ['--listen', '0', '--listen-token', 'short'],
      /--listen-token: Expected a token of at least 16 letters/,
    ],
    [
      'a token that no address can hold',
      ['--listen', '0', '--listen-token', 'sixteen & more, and so on'],
      /Expected a token of/,
    ],
    ['a token, and no address', ['--listen-token', 'long-enough-a-token'], /--listen-token: .*--listen/],
    ['a token out of a file that is not there', ['--listen', '0', '--listen-token', '@nowhere'], /cannot be read/],
  ] as const) {
    it(`with ${title} connects nothing and exits 2`, async (t) => {
      const { file } = await pipelineFile(t, { url: 'ws://127.0.0.1:1', unbounded: true });
      const { status, stderr } = await spillway(t, ['run', file, ...args]).exit;
      assert.match(stderr, says);
      assert.equal(status, 2, stderr);
    });
  }

  it('refuses a path for metrics at which something else is', async (t) => {
    for (const path of ['/events', '/tap', '/view/main.js']) {
      const { file } = await pipelineFile(t, { url: 'ws://127.0.0.1:1', unbounded: true });
      const whole = JSON.parse(readFileSync(file, 'utf8')) as object;
      await writeFile(file, JSON.stringify({ ...whole, observability: { prometheus: { listen: '0', path } } }));
      const { status, stderr } = await spillway(t, ['run', file]).exit;
      assert.match(stderr, /observability\.prometheus\.path.*Something else is told at this path/s);
      assert.equal(status, 2);
    }
  });

  it('says that a port is taken before anything is connected', async (t) => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    t.after(() => taken.close());
    const { port } = taken.address() as { port: number };
    const { file } = await pipelineFile(t, { url: 'ws://127.0.0.1:1', unbounded: true });
    const { status, stderr } = await spillway(t, ['run', file, '--listen', `127.0.0.1:${port}`]).exit;
    assert.match(stderr, /Nothing can listen at 127\.0\.0\.1:\d+: .*EADDRINUSE/);
    assert.equal(status, 2);
  });

  it('takes its token out of a file, and is open to others where that is said', async (t) => {
    const { url } = await feed(t, () => {});
    const { file } = await pipelineFile(t, { url, unbounded: true });
    const token = join(await temporaryFolder(t), 'token');
    await writeFile(token, 'a-token-out-of-a-file\n');
    for (const args of [['--listen-token', `@${token}`], ['--listen-open']]) {
      const running = spillway(t, ['run', file, '--listen', '0.0.0.0:0', ...args]);
      const origin = (await originOf(running)).replace('0.0.0.0', '127.0.0.1');
      const headers = { authorization: 'Bearer a-token-out-of-a-file' };
      assert.equal((await ask(origin, '/stats.json')).status, args.length === 1 ? 200 : 401);
      assert.equal((await ask(origin, '/stats.json', { headers })).status, 200);
      running.child.kill('SIGTERM');
      assert.equal((await running.exit).status, 0);
    }
  });
});

interface Stats {
  readonly feeds: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Where a run listens, as it says. */
async function originOf(running: Running): Promise<string> {
  await running.err.until(/Listening at (\S+): /);
  return /Listening at (\S+): /.exec(running.err.text)![1]!;
}

function stored(): string {
  return 'feed="feed",sink="jsonl",result="stored"';
}
