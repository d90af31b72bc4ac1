import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { feed, sends, sendsThenWaits } from '../support/feed.js';
import { jsonLines, pipelineFile, spillway, temporaryFolder } from './cli.js';
import { warmSpillway } from './warm.js';

describe('a dead letter file', { concurrency: 2 }, () => {
  it('takes what capture --dead-letter refuses, and the summary counts it, as text and as JSON', async (t) => {
    const path = join(await temporaryFolder(t), 'refused.jsonl');
    const server = await feed(t, sends('1', 'x', '2'));
    const args = ['capture', server.url, '--dead-letter', path];
    const { status, stdout, stderr } = await spillway(t, args).exit;
    assert.deepEqual([status, stdout], [0, '1\n2\n']);
    assert.ok(stderr.includes(`1 skipped (1 dead letter in ${path})`), stderr);
    const json = await warmSpillway(t, [...args, '--json']);
    const summary = jsonLines(json.stderr).find(({ type }) => type === 'summary');
    assert.deepEqual([summary?.['skipped'], summary?.['dead_letters']], [1, 1]);
    assert.deepEqual(
      jsonLines(await readFile(path, 'utf8')).map(({ data }) => data),
      ['x', 'x'],
    );
  });

  it('that is the file of the sink is refused, with its place, and nothing is connected', async (t) => {
    const folder = await temporaryFolder(t);
    const path = join(folder, 'a.jsonl');
    const config = { url: 'ws://127.0.0.1:1', unbounded: true, dead_letter: join(folder, 'b', '..', 'a.jsonl') };
    const { file } = await pipelineFile(t, config, { type: 'jsonl', config: { path } });
    const validated = await warmSpillway(t, ['validate', file]);
    assert.match(
      validated.stdout + validated.stderr,
      /:1:\d+: pipeline\.source\.config\.dead_letter: The sink writes its records to this very file/,
    );
    const captured = await warmSpillway(t, ['capture', 'ws://127.0.0.1:1', '-o', path, '--dead-letter', path]);
    assert.match(captured.stderr, /--dead-letter: The sink writes its records to this very file\. Give another one\./);
    assert.deepEqual([validated.status, captured.status, existsSync(path)], [2, 2, false]);
  });

  it('holds what was refused before a signal, and what a transform refuses is told', async (t) => {
    const server = await feed(t, sendsThenWaits('{"a":1,"b":2}', '{"a":3}'));
    const transforms = [{ type: 'rename_field', config: { fields: { a: 'b' } } }];
    const { folder, output } = await pipelineFile(t, {});
    const path = join(folder, 'refused', 'a.jsonl');
    const flags = ['--transforms', JSON.stringify(transforms), '--dead-letter', path, '--linger', '10ms'];
    const running = spillway(t, ['capture', server.url, '-o', output, ...flags]);
    await running.err.until(/Skipped 1 more/);
    running.child.kill('SIGTERM');
    const { status, stderr } = await running.exit;
    assert.match(
      stderr,
      /Skipped 1 more \(1 in all\), the newest in frame 0: the transform `rename_field` cannot be applied, since /,
    );
    assert.deepEqual([status, await readFile(output, 'utf8')], [0, '{"b":3}\n']);
    const letters = jsonLines(await readFile(path, 'utf8'));
    assert.deepEqual(
      letters.map(({ code, data }) => [code, data]),
      [['ERR_TRANSFORM', '{"a":1,"b":2}']],
    );
  });

  it('that cannot be written to ends the run with status 1, and with what is not kept, after what came before', async (t) => {
    const server = await feed(t, sendsThenWaits('1', 'x', '2'));
    const { file, folder, output } = await pipelineFile(t, {});
    const { status, stderr } = await warmSpillway(t, ['capture', server.url, '-o', output, '--dead-letter', folder]);
    assert.match(stderr, /ERR_SINK/);
    assert.match(
      stderr,
      /The dead letter file .* cannot be written to: it is a folder\. .* not kept: Frame 1 of connection 1 cannot be parsed/s,
    );
    assert.deepEqual([status, await readFile(output, 'utf8'), existsSync(file)], [1, '1\n', true]);
  });

  it('is looked at by doctor, which makes none, and not written by preview', async (t) => {
    const server = await feed(t, sendsThenWaits('x', '1'));
    const path = join(await temporaryFolder(t), 'refused.jsonl');
    const { file } = await pipelineFile(t, { url: server.url, max_messages: 1, dead_letter: path });
    const { stdout } = await warmSpillway(t, ['doctor', file, '--json']);
    const look = jsonLines(stdout).find(({ name }) => name === 'dead letter');
    assert.deepEqual([look?.['status'], look?.['detail']], ['ok', `${path} can be written to`]);
    const preview = await warmSpillway(t, ['preview', file, '-n', '1']);
    assert.deepEqual([preview.stdout, existsSync(path)], ['1\n', false]);
  });
});
