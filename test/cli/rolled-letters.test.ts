import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { allFiles, linesOf, sealedFiles } from '../sink/rolled/support.js';
import { feed, sends, sendsThenWaits } from '../support/feed.js';
import { until } from '../support/until.js';
import { jsonLines, spillway, temporaryFolder } from './cli.js';
import { warmSpillway } from './warm.js';

const FRAMES = ['{"n":1}', 'x', '{"n":2}', 'y', '{"m":3}', '{"n":4}'];
const SCHEMA = { record_schema: { required: ['n'] } };

describe('dead letters that are rolled', { concurrency: 2 }, () => {
  for (const suffix of ['', '.gz']) {
    it(`of a pipeline file are sealed in a folder of their own, which verify and replay take as it is: refused.jsonl${suffix}`, async (t) => {
      const path = `%Y/refused.jsonl${suffix}`;
      const set = await rolledFeed(t, (dead) => ({ path: join(dead, path), roll: { records: 2 } }), SCHEMA);
      const { status, stderr } = await spillway(t, ['run', set.file]).exit;
      assert.equal(status, 0, stderr);
      assert.ok(stderr.includes(`3 skipped (3 dead letters in ${join(set.dead, path)})`), stderr);
      assert.match(stderr, /refused\.jsonl\S* is finished: 2 records/);
      assert.deepEqual(
        sealedFiles(set.dead).map(({ records }) => records),
        [2, 1],
      );
      assert.deepEqual(set.data(), ['x', 'y', '{"m":3}']);
      const verified = await warmSpillway(t, ['verify', set.dead]);
      assert.deepEqual([verified.status, /2 files, 3 records/.test(verified.stdout)], [0, true], verified.stdout);

      // The pipeline is mended in part: what is refused again goes to files behind those.
      set.write({});
      const dry = await warmSpillway(t, ['replay', set.file, '--dry-run', '--json']);
      const [counts] = jsonLines(dry.stdout);
      assert.deepEqual(
        [counts?.['letters'], counts?.['files'], counts?.['would_store'], counts?.['would_refuse']],
        [3, 2, 1, 2],
      );
      const replayed = await warmSpillway(t, ['replay', set.file, '--json']);
      const summary = jsonLines(replayed.stderr).find(({ type }) => type === 'summary');
      assert.equal(replayed.status, 0, replayed.stderr);
      assert.deepEqual([summary?.['stored'], summary?.['refused_again']], [1, 2]);
      assert.deepEqual(set.data(), ['x', 'y', '{"m":3}', 'x', 'y']);
      assert.deepEqual(
        set.letters().map((letter) => letter['replay_count']),
        [0, 0, 0, 1, 1],
      );
      assert.deepEqual(linesOf(set.output), ['{"n":1}', '{"n":2}', '{"n":4}', '{"m":3}']);
      const again = await warmSpillway(t, ['verify', set.dead]);
      assert.equal(again.status, 0, again.stdout);
    });
  }

  it('are put through by their folder, too, with what no run has finished, and a replay goes on where it was', async (t) => {
    const set = await rolledFeed(t, (dead) => join(dead, '%Y.jsonl.gz'), SCHEMA);
    await warmSpillway(t, ['run', set.file]);
    const [letter] = set.letters();
    writeFileSync(
      join(set.dead, '2026-000007.jsonl.gz.part'),
      `${JSON.stringify({ ...letter, data: '{"n":9}' })}\n{"torn`,
    );
    set.write({});
    const args = ['replay', set.dead, '--into', set.file, '--state', join(set.folder, 'replay'), '--json'];
    const { status, stderr } = await warmSpillway(t, args);
    assert.equal(status, 0, stderr);
    const summary = jsonLines(stderr).find(({ type }) => type === 'summary');
    assert.deepEqual([summary?.['files'], summary?.['stored'], summary?.['refused_again']], [2, 2, 2]);
    assert.deepEqual(linesOf(set.output).slice(-2), ['{"m":3}', '{"n":9}']);
    // What was left is finished by now, its torn end beside it, and what was refused again stands behind.
    assert.equal(sealedFiles(set.dead).length, 3);
    const next = await warmSpillway(t, args);
    assert.equal(next.status, 0, next.stderr);
    const second = jsonLines(next.stderr).find(({ type }) => type === 'summary');
    assert.deepEqual([second?.['skipped'], second?.['stored'], second?.['refused_again']], [4, 0, 2]);
  });

  it('are put through while a run has their folder, as long as nothing is refused again', async (t) => {
    const set = await rolledFeed(
      t,
      (dead) => ({ path: join(dead, '%Y.jsonl'), roll: { records: 1 } }),
      {},
      sendsThenWaits('x', 'y'),
    );
    const running = spillway(t, ['run', set.file]);
    await running.err.until(/000001\.jsonl is finished/);
    const raw = { message_format: 'raw_string' };
    const mended = set.other(raw);
    const { status, stderr } = await warmSpillway(t, ['replay', mended]);
    assert.equal(status, 0, stderr);
    assert.deepEqual(linesOf(set.output), ['"x"', '"y"']);
    const refused = await warmSpillway(t, ['replay', set.file]);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /ERR_SINK: Cannot write to .*process \d+ .*is writing files in/);
    running.child.kill('SIGTERM');
    assert.equal((await running.exit).status, 0);
    assert.deepEqual(set.data(), ['x', 'y']);
  });

  it('of a capture are said by flags, which print as a pipeline file, and are counted in JSON', async (t) => {
    const folder = await temporaryFolder(t);
    const server = await feed(t, sends(...FRAMES));
    const dead = join(folder, 'dead');
    const flags = [
      '--dead-letter',
      join(dead, '%Y/%m.jsonl.gz'),
      '--dead-letter-roll-records',
      '1',
      '--dead-letter-keep-age',
      '30d',
    ];
    const args = ['capture', server.url, '-o', join(folder, 'out.jsonl'), ...flags];
    const printed = await warmSpillway(t, [...args, '--print-config']);
    assert.match(printed.stdout, /dead_letter:\n +path: .*jsonl\.gz\n +roll:\n +records: 1\n +keep:\n +age: 30d/);
    assert.equal(existsSync(dead), false);
    const { status, stderr } = await warmSpillway(t, [...args, '--json']);
    assert.equal(status, 0, stderr);
    const summary = jsonLines(stderr).find(({ type }) => type === 'summary');
    assert.deepEqual([summary?.['skipped'], summary?.['dead_letters']], [2, 2]);
    assert.equal(sealedFiles(dead).length, 2);
  });

  for (const [what, args, message] of [
    [
      'a member without a path',
      ['--dead-letter-roll-every', '1h'],
      /--dead-letter-roll-every: It rules files of dead letters: say where they go with --dead-letter/,
    ],
    [
      'a size that is none',
      ['--dead-letter', 'a.jsonl', '--dead-letter-roll-bytes', 'x'],
      /--dead-letter-roll-bytes: Expected /,
    ],
    [
      'a time that is none',
      ['--dead-letter', 'a.jsonl', '--dead-letter-keep-age', '1hour'],
      /--dead-letter-keep-age: Expected /,
    ],
    ['a path that is empty', ['--dead-letter', ''], /--dead-letter: Expected /],
    ['an empty path of files', ['--dead-letter', '', '--dead-letter-roll-records', '1'], /--dead-letter: Expected /],
    [
      'the folder of the output',
      ['-o', 'out/%Y.jsonl', '--dead-letter', 'out/dead-%Y.jsonl'],
      /--dead-letter: The files of records \(out\/%Y\.jsonl\) are in the same folder/,
    ],
  ] as const) {
    it(`are refused by flags for ${what}, before anything is connected`, async (t) => {
      const { status, stderr } = await warmSpillway(t, ['capture', 'ws://127.0.0.1:1', ...args]);
      assert.equal(status, 2);
      assert.match(stderr, message);
    });
  }

  for (const [dlq, path, message] of [
    [{}, 'dlq.path', /The key `path` is required here/],
    [{ path: 'a.jsonl', sink: { type: 'jsonl', config: { path: 'a.jsonl' } } }, 'dlq', /stands in it twice/],
    [{ roll: { records: 1 }, sink: { type: 'jsonl', config: { path: 'a.jsonl' } } }, 'dlq', /stands in it twice/],
    [{ path: 'dead/a.jsonl', roll: {} }, 'dlq.roll', /It says nothing: set `every`, `bytes` or `records` in it/],
    [{ path: 'dead/a.jsonl', keep: {} }, 'dlq.keep', /It says nothing: set `bytes`, `age` or `files` in it/],
    [{ path: 'dead/a.jsonl', roll: { records: 0 } }, 'dlq.roll.records', /Expected /],
    [{ path: 'dead/a.jsonl', roll: { lines: 1 } }, 'dlq.roll.lines', /There is no such key/],
    [{ path: 'a.jsonl.gz' }, 'dlq.path', /leave out `\.gz`, or have them go to files that are finished/],
    [{ path: 'dead/%S.jsonl' }, 'dlq.path', /Nobody fills `%S` in here/],
    [{ path: 'out/%Y.jsonl' }, 'dlq.path', /are in the same folder, or one of the two is within the other/],
    ['out/dead/%Y.jsonl', 'dlq', /are in the same folder, or one of the two is within the other/],
    [{ path: './%Y/a.jsonl' }, 'dlq.path', /are in the same folder, or one of the two is within the other/],
    [
      { sink: { type: 'jsonl', config: { path: 'out/a.jsonl', roll: { bytes: '1MB' } } } },
      'dlq.sink.config.path',
      /are in the same folder/,
    ],
  ] as const) {
    it(`are refused in a file as ${JSON.stringify(dlq)}, with the place`, async (t) => {
      const folder = await temporaryFolder(t);
      const file = join(folder, 'feed.json');
      const source = { type: 'websocket', config: { url: 'ws://127.0.0.1:1', unbounded: true } };
      const sink = { type: 'jsonl', config: { path: 'out/%Y/%m.jsonl' } };
      writeFileSync(file, JSON.stringify({ version: 1, pipeline: { source, sink, dlq } }));
      const { status, stdout } = await warmSpillway(t, ['validate', file]);
      assert.equal(status, 2, stdout);
      assert.match(stdout, message);
      assert.ok(stdout.includes(`pipeline.${path}: `), stdout);
    });
  }

  it('are looked at by doctor, with their folder and who has it, and not written by preview', async (t) => {
    const set = await rolledFeed(t, (dead) => join(dead, '%Y.jsonl'), {}, sendsThenWaits('1', 'x'));
    const look = async () => {
      const { stdout } = await warmSpillway(t, ['doctor', set.file, '--json']);
      return jsonLines(stdout).find(({ name }) => name === 'dead letter');
    };
    assert.deepEqual((await look())?.['status'], 'ok');
    await warmSpillway(t, ['preview', set.file, '-n', '1']);
    assert.equal(existsSync(set.dead), false);
    const running = spillway(t, ['run', set.file]);
    await running.err.until(/Skipped 1 more/);
    const held = await look();
    assert.deepEqual(
      [held?.['status'], /is writing there/.test(String(held?.['detail']))],
      ['failed', true],
      JSON.stringify(held),
    );
    running.child.kill('SIGTERM');
    assert.equal((await running.exit).status, 0);
    assert.deepEqual(set.data(), ['x']);
  });

  it('that a killed run has left are finished by the next one, whole', async (t) => {
    const set = await rolledFeed(t, (dead) => join(dead, '%Y.jsonl.gz'), {}, sendsThenWaits('x', 'y', '1'));
    const running = spillway(t, ['run', set.file]);
    const parts = () => (existsSync(set.dead) ? allFiles(set.dead).filter((path) => path.endsWith('.part')) : []);
    await until(() => parts().some((path) => readFileSync(join(set.dead, path)).length > 0));
    running.child.kill('SIGKILL');
    await running.exit;
    const left = readFileSync(join(set.dead, parts()[0]!), 'utf8').split('\n').length - 1;
    set.write({ max_messages: 1 });
    const { status, stderr } = await warmSpillway(t, ['run', set.file]);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /was left by a run before this one/);
    assert.equal(set.data().length, left + 2);
  });
});

/** A pipeline file whose dead letters go to a folder, and what there is by now. */
async function rolledFeed(t: TestContext, dlq: (dead: string) => unknown, config: object, handler = sends(...FRAMES)) {
  const folder = await temporaryFolder(t);
  const server = await feed(t, handler);
  const [dead, file, output] = [join(folder, 'dead'), join(folder, 'feed.json'), join(folder, 'out.jsonl')];
  const write = (source: object, to = file): string => {
    const pipeline = {
      source: { type: 'websocket', config: { url: server.url, unbounded: true, linger: '10ms', ...source } },
      sink: { type: 'jsonl', config: { path: output, append: true } },
      dlq: dlq(dead),
    };
    writeFileSync(to, JSON.stringify({ version: 1, name: 'trades', pipeline }));
    return to;
  };
  write(config);
  const letters = () =>
    sealedFiles(dead).flatMap(({ path }) =>
      linesOf(join(dead, path)).map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
    );
  return {
    ...{ folder, dead, file, output, letters },
    write: (source: object) => void write(source),
    other: (source: object) => write(source, join(folder, 'other.json')),
    data: () => letters().map(({ data }) => data),
  };
}
