import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { feed, sends, sendsThenWaits } from '../../support/feed.js';
import { jsonLines, pipelineFile, SPILLWAY, spillway, start, temporaryFolder } from '../cli.js';
import { warmSpillway } from '../warm.js';

const INDENTED = '{\n  "n": 1.10\n}\n{\n  "n": 2\n}\n';

/** A file of this content that is gone after the test. */
async function file(t: TestContext, name: string, content: string | Buffer): Promise<string> {
  const path = join(await temporaryFolder(t), name);
  await writeFile(path, content);
  return path;
}

describe('spillway preview', { concurrency: 2 }, () => {
  it('shows the first -n records of a feed, indented, and says nothing more', async (t) => {
    const server = await feed(t, sendsThenWaits('{"n":1.10}', '{"n":2}', '{"n":3}'));
    const { status, stdout, stderr } = await spillway(t, ['preview', server.url, '-n', '2']).exit;
    assert.equal(stdout, INDENTED);
    assert.equal(stderr, '');
    assert.equal(status, 0);
  });

  it('says why fewer records came than were asked for', async (t) => {
    const server = await feed(t, sends('{"n":1}'));
    const { status, stderr } = await warmSpillway(t, ['preview', server.url]);
    assert.equal(stderr, '1 record of 10: the server closed the connection in good order.\n');
    assert.equal(status, 0);
  });

  it('ends when nothing comes for --idle-timeout, or after --within whatever comes', async (t) => {
    const server = await feed(t, sendsThenWaits());
    const idle = await warmSpillway(t, ['preview', server.url, '--idle-timeout', '200ms']);
    assert.match(idle.stderr, /^0 records of 10: nothing came for as long as `idle_timeout` allows\.\n$/);
    const late = await warmSpillway(t, ['preview', server.url, '--within', '100ms']);
    assert.equal(late.stderr, '0 records of 10: the time of --within is over.\n');
    assert.deepEqual([idle.status, late.status], [0, 0]);
  });

  it('looks at the feed of a pipeline file, writes nothing to its sink, and reads it from standard input, too', async (t) => {
    const server = await feed(t, sendsThenWaits('{"n":1.10}', '{"n":2}', '{"n":3}'));
    const { file: path, output } = await pipelineFile(t, { url: `${server.url}/{x}`, unbounded: true });
    const named = await warmSpillway(t, ['preview', path, '-n', '2', '--set', 'x=y']);
    assert.equal(named.stdout, INDENTED);
    assert.equal(server.requests[0]!.url, '/y');
    assert.equal((await start(t, 'ls', [output]).exit).stdout, '');
  });

  it('tells with --verbose, and with --json, what a file of faucet holds that has no effect', async (t) => {
    const server = await feed(t, sendsThenWaits('{"n":1.10}', '{"n":2}'));
    const { file: path } = await pipelineFile(t, { url: server.url, unbounded: true });
    await writeFile(path, (await readFile(path, 'utf8')).replace('{', '{"execution":{"max_concurrent":4},'));
    const plain = await warmSpillway(t, ['preview', path, '-n', '2']);
    assert.deepEqual([plain.stdout, plain.stderr], [INDENTED, '']);
    const { stderr } = await warmSpillway(t, ['preview', path, '-n', '2', '--verbose']);
    assert.match(stderr, /^note: .*\.json:1:2: execution: `execution` of faucet has no effect here/);
    const json = await warmSpillway(t, ['preview', path, '-n', '2', '--json']);
    const { type, path: key, file: of } = jsonLines(json.stderr)[0]!;
    assert.deepEqual([type, key, of], ['note', 'execution', path]);
  });

  it('looks at recorded files', async (t) => {
    const lines = '{"n":1.10}\n{"n":2}\n';
    for (const path of [
      await file(t, 'a.jsonl', lines),
      await file(t, 'a.jsonl.gz', gzipSync(lines)),
      await file(t, 'a.json', '[{"n":1.10},{"n":2}]'),
    ]) {
      const { status, stdout, stderr } = await warmSpillway(t, ['preview', path]);
      assert.deepEqual([status, stdout, stderr], [0, INDENTED, ''], path);
    }
    const inside = await file(t, 'b.json', '{"data":{"list":[1]}}');
    for (const recordsPath of ['data.list', "$['data'].list"]) {
      assert.equal((await warmSpillway(t, ['preview', inside, '--records-path', recordsPath])).stdout, '1\n');
    }
  });

  it('shows 10 records, and the shape of 1000, where -n does not say how many', async (t) => {
    const path = await file(t, 'many.jsonl', '1\n'.repeat(1_100));
    assert.equal((await warmSpillway(t, ['preview', path])).stdout, '1\n'.repeat(10));
    const shape = await warmSpillway(t, ['preview', path, '--shape', '--json']);
    assert.equal(jsonLines(shape.stdout)[0]!['records'], 1_000);
  });

  it('shows what is whole of a file that ends in the middle, tells the rest, and ends with 0', async (t) => {
    for (const [name, content] of [
      ['a.jsonl', '{"n":1.10}\n{"n":2}\n{"n":'],
      ['b.jsonl.gz', gzipSync('{"n":1.10}\n{"n":2}\n').subarray(0, -4)],
      ['c.json', '[{"n":1.10},{"n":2},{"n'],
    ] as const) {
      const { status, stdout, stderr } = await warmSpillway(t, ['preview', await file(t, name, content)]);
      assert.deepEqual([status, stdout], [0, INDENTED], stderr);
      assert.match(stderr, /All that is whole before it is there, and what is torn is left out\.$/m);
      assert.doesNotMatch(stderr, /ERR_|check: false|on_parse_error/);
    }
    const torn = await file(t, 'd.jsonl', '1\n{');
    assert.equal((await warmSpillway(t, ['preview', torn, '--quiet'])).stderr, '');
    const json = await warmSpillway(t, ['preview', torn, '--json']);
    const [line] = jsonLines(json.stderr);
    assert.deepEqual([line!['event'], line!['line'], json.status], ['torn', 2, 0]);
  });

  it('shows what stands before a line that is wrong, names it as an error of the file, and ends with 1', async (t) => {
    const path = await file(t, 'a.jsonl', '\ufeff{"n":1.10}\r\n{"n":2}\r\noops\r\n{"n":3}\r\n');
    const { status, stdout, stderr } = await warmSpillway(t, ['preview', path]);
    assert.deepEqual([status, stdout], [1, INDENTED], stderr);
    assert.match(stderr, /^spillway: ERR_INPUT: .*a\.jsonl:3: The line is not JSON/);
    assert.doesNotMatch(stderr, /nothing was connected|check: false|on_parse_error/);
    const none = await warmSpillway(t, ['preview', `${path}.jsonl`]);
    assert.match(none.stderr, /ERR_INPUT: .*The file cannot be read \(ENOENT\)/);
    assert.equal(none.status, 1);
  });

  it('says by the name of its flag where to name the place of the array', async (t) => {
    const path = await file(t, 'a.json', '{"data":[1]}');
    const { status, stderr } = await warmSpillway(t, ['preview', path]);
    assert.match(
      stderr,
      /ERR_INPUT: .*a\.json: The document is no array\. Name the array's place with `--records-path`\./,
    );
    assert.equal(status, 1);
  });

  it('says what is wrong with a path, under the name of its flag', async (t) => {
    const path = await file(t, 'a.json', '{"data":[1]}');
    for (const command of ['preview', 'serve']) {
      const { status, stderr } = await warmSpillway(t, [command, path, '--records-path', '$data']);
      assert.match(
        stderr,
        /--records-path: The path "\$data" cannot be read from character 2 on: a first key that begins/,
      );
      assert.equal(status, 2);
    }
  });

  it('is coloured with FORCE_COLOR, and the same text without the colours', async (t) => {
    const path = await file(t, 'a.jsonl', '{"s":"a \\" b: 1","n":-1.5e3,"b":[true,null,{}]}\n');
    const coloured = await warmSpillway(t, ['preview', path], { env: { FORCE_COLOR: '1' } });
    const plain = await warmSpillway(t, ['preview', path]);
    assert.ok(coloured.stdout.includes('\x1b[34m"s"\x1b[0m: \x1b[32m"a \\" b: 1"\x1b[0m'), coloured.stdout);
    assert.ok(coloured.stdout.includes('\x1b[33m-1.5e3\x1b[0m'), coloured.stdout);
    assert.equal(coloured.stdout.replaceAll(/\x1b\[\d+m/g, ''), plain.stdout);
    assert.doesNotMatch(plain.stdout, /\x1b/);
  });

  it('tells the shape of a feed, or of a file, as a table or as JSON', async (t) => {
    const server = await feed(t, sends('{"p":1.5,"s":"B"}', '{"p":2}'));
    const table = await warmSpillway(t, ['preview', server.url, '--shape']);
    assert.match(
      table.stdout,
      /^path +type +how often +examples\np +number +100 % +1\.5, 2\ns +string +50\.0 % +"B"\n\n2 records, /,
    );
    assert.match(table.stderr, /^2 records of 1000: /);
    const path = await file(t, 'a.jsonl', '{"id":12345678901234567890}\n');
    const json = await warmSpillway(t, ['preview', path, '--shape', '--json']);
    const [shape] = jsonLines(json.stdout);
    assert.deepEqual(shape, {
      records: 1,
      bytes: { min: 27, max: 27, mean: 27 },
      records_per_second: null,
      is_cut: false,
      paths: [{ path: 'id', types: { integer: 1 }, seen: 1, share: 1, examples: ['12345678901234567890'] }],
    });
  });

  it('cuts the shape to a narrow terminal', async (t) => {
    const path = await file(t, 'a.jsonl', `{"key":"${'x'.repeat(100)}"}\n`);
    const { stdout } = await warmSpillway(t, ['preview', path, '--shape'], { env: { COLUMNS: '30' } });
    assert.ok(
      stdout
        .split('\n\n')[0]!
        .split('\n')
        .every((line) => line.length <= 30),
      stdout,
    );
  });

  it('prints a JSON Schema that every record satisfies', async (t) => {
    const server = await feed(t, sends('{"p":1.5,"s":"B"}', '{"p":2}'));
    const { status, stdout } = await warmSpillway(t, ['preview', server.url, '--schema']);
    const schema = JSON.parse(stdout) as object;
    const validate = new Ajv2020().compile(schema);
    assert.ok(validate({ p: 1.5, s: 'B' }) && validate({ p: 2 }) && !validate({ s: 'B' }));
    assert.equal(status, 0);
  });

  it('says nothing, and ends with 0, when the reader goes away', async (t) => {
    const server = await feed(t, (client) => void client.flood('{"n":1}'));
    const path = await file(t, 'a.jsonl', '{"n":1}\n'.repeat(100_000));
    for (const target of [server.url, path]) {
      const words = [process.execPath, ...SPILLWAY, 'preview', target, '-n', '100000']
        .map((word) => `'${word}'`)
        .join(' ');
      const { status, stdout, stderr } = await start(t, 'bash', ['-o', 'pipefail', '-c', `${words} | head -1`]).exit;
      assert.deepEqual([status, stdout, stderr], [0, '{\n', '']);
    }
  });

  it('ends in good order at SIGINT, with what came', async (t) => {
    const server = await feed(t, sendsThenWaits('{"n":1}'));
    const running = spillway(t, ['preview', server.url, '--idle-timeout', '1h', '--within', '1h']);
    await running.out.until(/\}\n/);
    running.child.kill('SIGINT');
    const { status, stderr } = await running.exit;
    assert.match(stderr, /1 record of 10: stopped by SIGINT\./);
    assert.equal(status, 0);
  });

  it('exits 1 when the feed fails, with one sentence', async (t) => {
    const { status, stdout, stderr } = await warmSpillway(t, ['preview', 'ws://127.0.0.1:1']);
    assert.match(stderr, /^spillway: ERR_CONNECT: .*ECONNREFUSED.*\n {2}what to do: .*\n$/);
    assert.equal(stdout, '');
    assert.equal(status, 1);
  });

  const misuses: [title: string, args: string[], says: RegExp][] = [
    ['an address without a scheme', ['example.com/feed'], /URL: This address has no scheme/],
    [
      'flags of the feed beside a pipeline file',
      ['x.yaml', '--envelope'],
      /--envelope: With a pipeline file this stands in the file/,
    ],
    ['flags of a feed beside a recorded file', ['x.jsonl', '-H', 'a: b'], /--header: .*recorded file/],
    ['no number', ['x.jsonl', '-n', 'all'], /--max-messages: Expected a whole number of at least 1/],
    ['no stretch of time', ['x.jsonl', '--within', 'soon'], /--within.*Expected a number of seconds/],
    ['--shape and --schema', ['x.jsonl', '--shape', '--schema'], /cannot be used with/],
  ];
  for (const [title, args, says] of misuses) {
    it(`with ${title} exits 2 and says what to do`, async (t) => {
      const { status, stdout, stderr } = await warmSpillway(t, ['preview', ...args]);
      assert.match(stderr, says);
      assert.equal(stdout, '');
      assert.equal(status, 2);
    });
  }
});
