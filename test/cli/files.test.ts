import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { FeedClient } from '../../lib/testing/index.js';
import { feed, hasRead, sends } from '../support/feed.js';
import { until } from '../support/until.js';
import { type Exit, jsonLines, pipelineFile, type Running, SPILLWAY, spillway, start, temporaryFolder } from './cli.js';
import { warmSpillway } from './warm.js';

const BAD_TOKEN = { type: 'token_file', config: { path: '/nowhere/token' } };
const YESTERDAY = '{"day":"yesterday"}\n'.repeat(20);

describe('spillway, ended before its first record,', { concurrency: 2 }, () => {
  const ways: Readonly<Record<string, Way>> = {
    'because nobody listens': { status: 1, url: 'ws://127.0.0.1:9' },
    'because there are no credentials': { status: 1, url: 'ws://127.0.0.1:9', config: { auth: BAD_TOKEN } },
    'by idle_timeout': { status: 0, config: { idle_timeout: '100ms' } },
    'by a clean close': { status: 0, onConnection: closes(1000) },
    'by another close': { status: 1, onConnection: closes(1011) },
    'by SIGTERM': { status: 0, whenOpen: (child) => child.kill('SIGTERM') },
    'by SIGINT': { status: 0, whenOpen: (child) => child.kill('SIGINT') },
    'by kill -9': { status: null, whenOpen: (child) => child.kill('SIGKILL') },
    'by a frame that is no JSON': { status: 1, onConnection: sends('no JSON') },
    'with nothing but frames that are skipped': {
      status: 0,
      onConnection: sends('no JSON', '{'),
      config: { on_parse_error: 'skip' },
    },
    'by a record that breaks its schema': {
      status: 1,
      onConnection: sends('{"n":1}'),
      config: { record_schema: { required: ['price'] } },
    },
    'by a frame that is too large': {
      status: 1,
      onConnection: sends('"0123456789"'),
      config: { max_message_bytes: 4 },
    },
    'because a reconnect was given up': {
      status: 1,
      url: 'ws://127.0.0.1:9',
      config: { reconnect: true, reconnect_backoff: '10ms', max_reconnect_attempts: 1 },
    },
  };
  for (const [what, way] of Object.entries(ways)) {
    // A sink cannot tell these ways apart but by how its stream ends: append is tried with one of each.
    for (const append of ['because nobody listens', 'by SIGTERM'].includes(what) ? [false, true] : [false]) {
      it(`${what}${append ? ', with append' : ''}, leaves the file of the run before as it was`, async (t) => {
        const { output, run } = await yesterday(t, way, { append });
        const before = statSync(output);
        const { status, stderr } = await run();
        assert.equal(status, way.status, stderr);
        assert.equal(readFileSync(output, 'utf8'), YESTERDAY);
        assert.deepEqual([statSync(output).mtimeMs, statSync(output).ino], [before.mtimeMs, before.ino]);
        if (status !== null) assert.ok(stderr.includes(`Written:  nothing; ${output} is as it was\n`), stderr);
      });
    }
  }

  it('fails before it receives anything when the file cannot be written to', async (t) => {
    const { file, output } = await pipelineFile(t, { url: 'ws://127.0.0.1:9', unbounded: true, reconnect: true });
    execFileSync('mkdir', [output]);
    const { status, stderr } = await warmSpillway(t, ['run', file]);
    assert.match(stderr, /spillway: ERR_SINK: Cannot open \S+: it is a folder/);
    assert.equal(status, 1);
  });

  for (const command of ['validate', 'doctor'] as const) {
    it(`touches nothing as ${command}`, async (t) => {
      const server = await feed(t, sends('{"n":1}'));
      const { file, output } = await pipelineFile(t, { url: server.url, unbounded: true });
      writeFileSync(output, YESTERDAY);
      const before = statSync(output);
      const { stdout, stderr } = await warmSpillway(t, [
        command,
        file,
        ...(command === 'doctor' ? ['--wait', '1s'] : []),
      ]);
      assert.match(stdout + stderr, command === 'doctor' ? /the first page of a run replaces/ : /: valid/);
      assert.equal(readFileSync(output, 'utf8'), YESTERDAY);
      assert.deepEqual([statSync(output).mtimeMs, statSync(output).ino], [before.mtimeMs, before.ino]);
    });
  }
});

describe('spillway, with a file that is there,', { concurrency: 2 }, () => {
  it('says before it does that it replaces it, how large it is, and from when', async (t) => {
    const { output, run } = await yesterday(t, { status: 0, onConnection: sends('{"n":1}') }, {});
    const time = new Date(statSync(output).mtimeMs).toISOString();
    const { stderr } = await run();
    const [said, ended] = stderr.split('\n');
    assert.equal(
      said,
      `${output} exists (400 bytes, changed ${time}): the first records that come replace what it holds. With \`append\` ` +
        'they are added to it.',
    );
    assert.match(ended!, /^Ended:/);
    assert.equal(readFileSync(output, 'utf8'), '{"n":1}\n');
  });

  it('says so with --json as an event, and not with --quiet, with append, or when there is nothing to replace', async (t) => {
    const way = { status: 0, onConnection: sends('{"n":1}') };
    const { output, run } = await yesterday(t, way, {});
    const modifiedAt = Math.trunc(statSync(output).mtimeMs);
    const json = jsonLines((await run('--json')).stderr);
    const { at: _, message, ...facts } = json.find(({ event }) => event === 'replacing')!;
    assert.deepEqual(facts, { type: 'event', event: 'replacing', path: output, bytes: 400, modified_at: modifiedAt });
    assert.match(String(message), / exists \(400 bytes, changed /);
    assert.equal((await run('--quiet')).stderr, '');
    const { run: append } = await yesterday(t, way, { append: true });
    assert.match((await append()).stderr, /^Ended:/);
    const { output: empty, run: runEmpty } = await yesterday(t, way, {});
    writeFileSync(empty, '');
    assert.match((await runEmpty()).stderr, /^Ended:/);
  });
});

describe('spillway, with -o /dev/stdout,', { skip: process.platform === 'win32' }, () => {
  for (const more of ['', ' --append']) {
    it(`takes nothing out of the file that the shell has it add to${more}`, async (t) => {
      const server = await feed(t, sends('{"n":1}', '{"n":2}'));
      const log = join(await temporaryFolder(t), 'log');
      writeFileSync(log, 'started\n{"torn":');
      const script = `exec "$0" "$@" -o /dev/stdout${more} >> ${log}`;
      const args = ['-c', script, process.execPath, ...SPILLWAY, 'capture', server.url, '-n', '2'];
      const { status, stderr } = await start(t, '/bin/sh', args).exit;
      assert.equal(status, 0, stderr);
      assert.equal(readFileSync(log, 'utf8'), 'started\n{"torn":{"n":1}\n{"n":2}\n');
      assert.doesNotMatch(stderr, /replace|cut off/);
    });
  }
});

describe('spillway, whose file is tampered with while it runs,', { concurrency: 2 }, () => {
  it('tells that the file was deleted, makes it again, and names what went with it', async (t) => {
    const { output, running, send, more } = await live(t);
    await send('{"n":1}');
    unlinkSync(output);
    // It is looked for at a page, once a second.
    while (!/was deleted/.test(running.err.text)) await more();
    running.child.kill('SIGTERM');
    const { status, stderr } = await running.exit;
    const kept = readFileSync(output, 'utf8').split('\n').length - 1;
    assert.ok(kept > 0);
    assert.ok(stderr.includes(`${output} was deleted while it was written to: `), stderr);
    assert.match(stderr, new RegExp(`^Records: +${kept} safely written`, 'm'));
    assert.match(stderr, /^Gone: +[\d,]+ records?, with \S+ when it was deleted$/m);
    assert.equal(status, 0);
  });

  it('ends with ERR_SINK and status 1 then, with `on_missing: fail`', async (t) => {
    const { output, running, send } = await live(t, { on_missing: 'fail' });
    await send('{"n":1}');
    unlinkSync(output);
    running.child.kill('SIGTERM');
    const { status, stderr } = await running.exit;
    assert.match(stderr, /ERR_SINK: Cannot go on with \S+: it was deleted while it was written to/);
    assert.equal(status, 1);
  });

  it('tells that the file was renamed, and names where the records are', async (t) => {
    const { output, running, send } = await live(t);
    await send('{"n":1}');
    renameSync(output, `${output}.1`);
    running.child.kill('SIGTERM');
    const { status, stderr } = await running.exit;
    assert.equal(readFileSync(`${output}.1`, 'utf8'), '{"n":1}\n');
    assert.ok(stderr.includes(`${output} was renamed`), stderr);
    if (process.platform === 'linux') assert.ok(stderr.includes(`Written:  ${output}.1 (it was renamed while`), stderr);
    assert.equal(status, 0);
  });

  it('leaves a sound file behind `cp` and `truncate -s 0`', async (t) => {
    const { output, running, send } = await live(t);
    await send('{"n":1}');
    execFileSync('cp', [output, `${output}.1`]);
    execFileSync('truncate', ['-s', '0', output]);
    await send('{"n":2}');
    running.child.kill('SIGTERM');
    const { stderr } = await running.exit;
    assert.equal(readFileSync(`${output}.1`, 'utf8'), '{"n":1}\n');
    assert.equal(readFileSync(output, 'utf8'), '{"n":2}\n');
    assert.match(stderr, /^Records: +1 safely written/m);
    assert.match(stderr, /^Gone: +1 record, when the file was emptied by somebody else$/m);
  });
});

interface Way {
  readonly status: number | null;
  readonly url?: string;
  readonly onConnection?: (client: FeedClient) => void | Promise<void>;
  readonly config?: object;
  /** Called as soon as a connection is open. */
  readonly whenOpen?: (child: Running['child']) => void;
}

/** A pipeline file whose sink's file is there already, and how to run it. */
async function yesterday(t: TestContext, way: Way, sink: object) {
  let opened: () => void = () => {};
  const onConnection = (client: FeedClient): void | Promise<void> => {
    opened();
    return way.onConnection?.(client);
  };
  const url = way.url ?? (await feed(t, onConnection)).url;
  const { file, output, folder } = await pipelineFile(t, { url, unbounded: true, ...way.config });
  const text = JSON.parse(readFileSync(file, 'utf8')) as { pipeline: { sink: { config: object } } };
  text.pipeline.sink.config = { path: output, ...sink };
  writeFileSync(file, JSON.stringify(text));
  writeFileSync(output, YESTERDAY);
  const run = async (...args: string[]): Promise<Exit> => {
    const running = spillway(t, ['run', file, ...args]);
    opened = () => way.whenOpen?.(running.child);
    return running.exit;
  };
  return { file, folder: join(folder), output, run };
}

/** A run whose feed sends when it is told to, a record a page. */
async function live(t: TestContext, sink: object = {}) {
  const clients: FeedClient[] = [];
  const server = await feed(t, (client) => void clients.push(client));
  const { file, output } = await pipelineFile(t, { url: server.url, unbounded: true, batch_size: 1 });
  const text = JSON.parse(readFileSync(file, 'utf8')) as { pipeline: { sink: { config: object } } };
  text.pipeline.sink.config = { path: output, ...sink };
  writeFileSync(file, JSON.stringify(text));
  const running = spillway(t, ['run', file, '--verbose']);
  await running.err.until(/Subscribed:/);
  await until(() => existsSync(output));
  const more = async (record = '{"n":0}'): Promise<void> => {
    await clients[0]!.send(record);
    await hasRead(clients[0]!);
  };
  /** Resolves when it is in the file. */
  const send = async (record: string): Promise<void> => {
    const before = statSync(output).size;
    await more(record);
    await until(() => statSync(output).size !== before);
  };
  return { output, running, send, more };
}

function closes(code: number): (client: FeedClient) => Promise<void> {
  return async (client) => {
    await client.close(code);
  };
}
