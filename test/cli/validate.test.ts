import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createFeedServer } from '../../lib/testing/index.js';
import { jsonLines, pipelineFile, spillway, temporaryFolder } from './cli.js';
import { warmSpillway } from './warm.js';

describe('spillway validate', { concurrency: 2 }, () => {
  it('says that a file is valid, connects nowhere and writes nothing', async (t) => {
    const server = await createFeedServer();
    t.after(() => server.close());
    const { file, output } = await pipelineFile(t, { url: server.url, max_messages: 1 });
    const { status, stdout, stderr } = await spillway(t, ['validate', file]).exit;
    assert.equal(stdout, `${file}: valid\n`);
    assert.equal(stderr, '');
    assert.equal(status, 0);
    assert.equal(server.requests.length, 0);
    assert.equal(existsSync(output), false);
  });

  it('tells the verdict on every file, with all problems of each by line and column, and exits 2', async (t) => {
    const { file, folder } = await pipelineFile(t, { url: 'ws://x', max_messages: 1 });
    const [typo, two, none] = ['typo.yaml', 'two.yaml', 'none.yaml'].map((name) => join(folder, name));
    const sound = 'version: 1\npipeline:\n  sink: {type: stdout}\n';
    const source = (config: string) => `  source: {type: websocket, config: {url: "ws://x", ${config}}}\n`;
    await writeFile(typo!, `${sound}${source('max_mesages: 3, idle_timeout: 1')}`);
    await writeFile(two!, `${sound}${source('batch_size: -1')}`);
    const { status, stdout, stderr } = await warmSpillway(t, ['validate', typo!, file, two!, none!]);
    assert.equal(
      stdout,
      `${typo}: 1 problem
${typo}:4:53: pipeline.source.config.max_mesages: There is no such key. Did you mean \`max_messages\`?
${file}: valid
${two}: 2 problems
${two}:4:29: pipeline.source.config: Nothing says when the run ends. Set \`max_messages\`, \`idle_timeout\`, \`max_duration\`, \`max_bytes\` or \`stop_when\`, or \`unbounded: true\` if it is meant to go on for ever.
${two}:4:65: pipeline.source.config.batch_size: Expected a whole number from 0 to 1000000, but found -1.
${none}: 1 problem
${none}: This pipeline file cannot be read: there is no such file. Check its path and its permissions.
what to do: docs/errors.md#err_config
`,
    );
    assert.equal(stderr, '');
    assert.equal(status, 2);
  });

  it('tells it as a JSON line for each file with --json', async (t) => {
    const { file, folder } = await pipelineFile(t, { url: 'ws://x', max_messages: 1 });
    const other = join(folder, 'other.yaml');
    await writeFile(other, '{}');
    const { status, stdout } = await warmSpillway(t, ['validate', '--json', file, other]);
    const required = (path: string) => ({
      path,
      message: `The key \`${path}\` is required here, but missing.`,
      line: 1,
      column: 1,
    });
    assert.deepEqual(jsonLines(stdout), [
      { file, valid: true, problems: [], notes: [] },
      { file: other, valid: false, problems: [required('version'), required('pipeline')], notes: [] },
    ]);
    assert.equal(status, 2);
  });

  it('tells what has no effect of what a file holds, and that is no problem', async (t) => {
    const { file } = await pipelineFile(t, { url: 'ws://x', max_messages: 1 });
    await writeFile(file, (await readFile(file, 'utf8')).replace('{', '{"execution":{"max_concurrent":2},'));
    const message =
      '`execution` of faucet has no effect here: it rules how the rows of a `matrix` run, and there is one feed.';
    const text = await warmSpillway(t, ['validate', file]);
    assert.deepEqual([text.status, text.stdout], [0, `${file}: valid\nnote: ${file}:1:2: execution: ${message}\n`]);
    const json = await warmSpillway(t, ['validate', '--json', file]);
    const note = { path: 'execution', message, line: 1, column: 2 };
    assert.deepEqual(jsonLines(json.stdout), [{ file, valid: true, problems: [], notes: [note] }]);
  });

  it('says nothing of valid files with --quiet', async (t) => {
    const { file } = await pipelineFile(t, { url: 'ws://x', max_messages: 1 });
    for (const form of [[], ['--json']]) {
      const { status, stdout, stderr } = await warmSpillway(t, ['validate', '--quiet', ...form, file]);
      assert.deepEqual([status, stdout, stderr], [0, '', '']);
    }
  });

  it('reads standard input, once', async (t) => {
    const { file } = await pipelineFile(t, { url: 'ws://x', max_messages: 1 });
    const input = await readFile(file, 'utf8');
    const { status, stdout } = await spillway(t, ['validate', '-'], { input }).exit;
    assert.equal(stdout, '(standard input): valid\n');
    assert.equal(status, 0);
    const twice = await spillway(t, ['validate', '-', '-'], { input }).exit;
    assert.match(twice.stderr, /Standard input \(-\) can be read only once\./);
    assert.equal(twice.status, 2);
  });

  it('fills the placeholders of the address by --set, without which a host may be missing', async (t) => {
    const { file } = await pipelineFile(t, { url: 'ws://{host}/x', max_messages: 1 });
    assert.equal((await warmSpillway(t, ['validate', file, '--set', 'host=example.com'])).status, 0);
    const { status, stdout } = await warmSpillway(t, ['validate', file]);
    assert.match(stdout, /The host is still a placeholder/);
    assert.equal(status, 2);
  });

  it('finds what a run would find before it connects: a record schema that is none', async (t) => {
    const { file } = await pipelineFile(t, { url: 'ws://x', max_messages: 1, record_schema: { type: 'objekt' } });
    const { status, stdout } = await warmSpillway(t, ['validate', file]);
    assert.ok(stdout.startsWith(`${file}: 1 problem\n${file}: `), stdout);
    assert.match(stdout, /schema/);
    assert.equal(status, 2);
  });

  it('needs a file', async (t) => {
    const { status, stderr } = await warmSpillway(t, ['validate']);
    assert.match(stderr, /missing required argument 'file'/);
    assert.equal(status, 2);
  });

  it('shows no control character of a name', async (t) => {
    const folder = await temporaryFolder(t);
    const { stdout } = await warmSpillway(t, ['validate', join(folder, 'a\u001b[2Jb.yaml')]);
    assert.doesNotMatch(stdout, /\u001b/);
  });
});
