import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { feed } from '../support/feed.js';
import { jsonLines, temporaryFolder } from './cli.js';
import { warmSpillway } from './warm.js';

const $ = (inside: string) => `$\{${inside}}`;

/** A file that needs everything that flags can give. */
function fileFor(url: string, out: string): string {
  return `version: 1
params: { n: { type: int, required: true } }
pipeline:
  source:
    type: websocket
    config: { url: "${url}/{path}", max_messages: "${$('param.n')}", headers: { X-Key: "${$('secret:FLAG_KEY')}" } }
  sink: { type: jsonl, config: { path: "${out}/${$('now.date')}.jsonl" } }
`;
}

describe('the flags that fill placeholders', { concurrency: 2 }, () => {
  it('rule a run: --param, --set, --env-file and --clock', async (t) => {
    const server = await feed(t, (client) => void client.sendMany(['{"n":1}', '{"n":2}', '{"n":3}']));
    const folder = await temporaryFolder(t);
    const file = join(folder, 'feed.yaml');
    await writeFile(file, fileFor(server.url, folder));
    await writeFile(join(folder, 'vars.env'), 'FLAG_KEY=from-file\n');
    const args = [
      '--param',
      'n=2',
      '--set',
      'path=trades',
      '--env-file',
      join(folder, 'vars.env'),
      '--clock',
      '2026-03-01',
    ];
    const { status, stderr } = await warmSpillway(t, ['run', file, ...args]);
    assert.equal(status, 0, stderr);
    assert.equal(await readFile(join(folder, '2026-03-01.jsonl'), 'utf8'), '{"n":1}\n{"n":2}\n');
    const [request] = server.requests;
    assert.match(request!.url, /\/trades$/);
    assert.equal(request!.headers['x-key'], 'from-file');
    const valid = await warmSpillway(t, ['validate', file, ...args], { env: { FLAG_KEY: 'mine' } });
    assert.deepEqual([valid.status, valid.stdout], [0, `${file}: valid\n`]);
    for (const command of ['doctor', 'preview']) {
      const { stderr: said, status: ended } = await warmSpillway(t, [command, file, ...args]);
      assert.equal(ended, 0, said);
    }
  });

  it('are wanted where a file needs them, and refused where it does not', async (t) => {
    const folder = await temporaryFolder(t);
    const file = join(folder, 'feed.yaml');
    await writeFile(file, fileFor('ws://127.0.0.1:1', folder));
    await writeFile(join(folder, '.env'), 'FLAG_KEY=must-not-be-read\n');
    const none = await warmSpillway(t, ['validate', '--json', file]);
    const [{ problems }] = jsonLines(none.stdout) as [{ problems: { path: string; message: string }[] }];
    assert.deepEqual(
      problems.map(({ path, message }) => `${path}: ${message.split('.')[0]}`),
      [
        'params.n: This param has no value',
        'pipeline.source.config.headers.X-Key: The environment variable FLAG_KEY is not set',
      ],
    );
    const other = await warmSpillway(t, ['validate', file, '--param', 'n=1', '--param', 'm=1'], {
      env: { FLAG_KEY: 'x' },
    });
    assert.match(other.stdout, /--param: The file has no param `m`\./);
    assert.deepEqual([none.status, other.status], [2, 2]);
    const address = await warmSpillway(t, ['preview', 'ws://127.0.0.1:1', '--param', 'n=1']);
    assert.match(address.stderr, /--param: Only a pipeline file has params\./);
    const usage = await warmSpillway(t, ['run', file, '--clock', 'tomorrow']);
    assert.match(usage.stderr, /Expected a time such as 2026-03-01T00:00:00Z/);
    const missing = await warmSpillway(t, ['run', file, '--env-file', join(folder, 'no.env')]);
    // Node looks for a file of this flag, too, wherever the flag stands, and says so itself when there is none.
    assert.match(missing.stderr, /no\.env: (not found|This file of variables cannot be read: there is no such file)/);
    assert.ok(missing.status === 9 || missing.status === 2);
    for (const { status } of [address, usage]) assert.equal(status, 2);
  });

  it('rule capture, whose file may have placeholders in its name', async (t) => {
    const server = await feed(t, (client) => void client.sendMany(['{"n":1}']));
    const folder = await temporaryFolder(t);
    await writeFile(join(folder, 'vars.env'), 'FLAG_KEY=from-file\n');
    const out = `${folder}/${$('now.strftime.%Y-%m')}.jsonl`;
    const args = [
      '-n',
      '1',
      '-H',
      `X-Key: ${$('secret:FLAG_KEY')}`,
      '-o',
      out,
      '--clock',
      '2026-03-01',
      '--env-file',
      join(folder, 'vars.env'),
    ];
    const { status, stderr } = await warmSpillway(t, ['capture', server.url, ...args]);
    assert.equal(status, 0, stderr);
    assert.equal(await readFile(join(folder, '2026-03.jsonl'), 'utf8'), '{"n":1}\n');
    assert.equal(server.requests[0]!.headers['x-key'], 'from-file');
    const printed = await warmSpillway(t, ['capture', server.url, ...args, '--print-config']);
    assert.ok(printed.stdout.includes($('now.strftime.%Y-%m')), printed.stdout);
    assert.ok(!printed.stdout.includes('from-file'));
  });

  for (const [path, message] of [
    ['out-%y.jsonl', /--output: Nobody fills `%y` in here\./],
    ['out-{symbol}.jsonl', /--output: Nobody fills `\{symbol\}` in here\./],
    ['~', /--output: This is your home folder\./],
    [`${$('foo.bar')}.jsonl`, /--output: This is no placeholder that is understood here\./],
    [`${$('vars.a')}.jsonl`, /--output: `\$\{vars\.…\}` stands for what a pipeline file defines/],
  ] as const) {
    it(`let capture write no file called ${path}`, async (t) => {
      const { status, stderr } = await warmSpillway(t, ['capture', 'ws://127.0.0.1:1', '-o', path]);
      assert.match(stderr, message);
      assert.equal(status, 2);
      assert.ok(!readdirSync('.').includes(path));
    });
  }

  it('let capture write into the home folder', async (t) => {
    const server = await feed(t, (client) => void client.sendMany(['{"n":1}']));
    const home = await temporaryFolder(t);
    const { status, stderr } = await warmSpillway(t, ['capture', server.url, '-n', '1', '-o', '~/in/a.jsonl'], {
      env: { HOME: home, USERPROFILE: home },
    });
    assert.equal(status, 0, stderr);
    assert.ok(existsSync(join(home, 'in/a.jsonl')));
    assert.ok(!existsSync('~') && !existsSync(join(homedir(), 'in/a.jsonl')));
  });

  it('fill the address that doctor is given', async (t) => {
    const { status, stdout } = await warmSpillway(t, ['doctor', `ws://127.0.0.1:1/?k=${$('env:NOT_SET_HERE')}`]);
    assert.match(stdout, /The environment variable NOT_SET_HERE is not set/);
    assert.equal(status, 2);
  });
});
