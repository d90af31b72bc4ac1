import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { jsonLines, spillway, temporaryFolder } from '../cli/cli.js';
import { warmSpillway } from '../cli/warm.js';
import { feed, sends } from '../support/feed.js';

describe('pipeline.dlq', { concurrency: 2 }, () => {
  const schema = { record_schema: { type: 'object', required: ['price'] } };

  it('is where refused input goes, as in the dead letter file of a source', async (t) => {
    for (const dlq of [
      'FILE',
      { sink: { type: 'jsonl', config: { path: 'FILE', append: true } }, on_batch_error: 'propagate' },
    ]) {
      const set = await pipelineOf(t, ['{"price":1}', 'x', '{"cost":2}'], dlq, schema);
      const { status, stderr } = await spillway(t, ['run', set.file]).exit;
      assert.equal(status, 0, stderr);
      assert.match(stderr, /2 skipped \(2 dead letters in \S+refused\.jsonl\)/);
      assert.deepEqual(
        set.letters().map(({ data, place }) => [data, place]),
        [
          ['x', 'parse'],
          ['{"cost":2}', 'record_schema'],
        ],
      );
    }
  });

  it('ends the run when more is refused than may be, after what came before is stored and the letter is kept', async (t) => {
    const limits = { sink: sinkOf('FILE'), max_failures_total: 2 };
    const set = await pipelineOf(t, ['{"price":1}', 'x', 'y', '{"price":2}', 'z', '{"price":3}'], limits);
    const { status, stderr } = await spillway(t, ['run', set.file]).exit;
    assert.equal(status, 1);
    assert.match(stderr, /ERR_SINK: The run refused more than 2 in this run \(`max_failures_total`\)/);
    assert.match(stderr, /The newest: Frame 4 of connection 1 cannot be parsed/);
    assert.deepEqual([set.letters().length, set.records()], [3, [{ price: 1 }, { price: 2 }]]);
  });

  it('counts anew with each page what may be refused in one', async (t) => {
    const frames = ['x', '1', '2', 'x', '3', '4', 'x', '5', 'x', 'x', '6', '7'];
    const limits = { sink: sinkOf('FILE'), max_failures_per_page: 1 };
    const set = await pipelineOf(t, frames, limits, { batch_size: 2, linger: '1h' });
    const { status, stderr } = await spillway(t, ['run', set.file]).exit;
    assert.equal(status, 1);
    assert.match(stderr, /more than 1 in one page \(`max_failures_per_page`\)/);
    assert.deepEqual([set.letters().length, set.records()], [4, [1, 2, 3, 4, 5]]);
  });

  it('writes the envelope of faucet, with its bytes as they were, and replay reads it', async (t) => {
    const frames = ['{"price":1.10,"n":12345678901234567890}', 'x'];
    const set = await pipelineOf(
      t,
      frames,
      { sink: sinkOf('FILE'), envelope: 'faucet' },
      { record_schema: { type: 'array' } },
    );
    await spillway(t, ['run', set.file]).exit;
    const [first] = readFileSync(set.refused, 'utf8').split('\n');
    assert.ok(first!.includes('"payload":{"price":1.10,"n":12345678901234567890},"ts_ms":'), first);
    const [record, frame] = set.letters();
    assert.deepEqual(Object.keys(record!).slice(0, 7), [
      'error',
      'payload',
      'ts_ms',
      'sink',
      'pipeline',
      'row',
      'record_index',
    ]);
    assert.deepEqual(
      [record!['sink'], record!['pipeline'], record!['row'], record!['record_index']],
      ['jsonl', 'trades', '', 0],
    );
    assert.deepEqual(
      [frame!['payload'], frame!['encoding'], (frame!['error'] as { kind: string }).kind],
      ['x', 'utf8', 'Json'],
    );
    set.write({ sink: sinkOf('FILE'), envelope: 'faucet' }, {});
    const { status, stderr } = await spillway(t, ['replay', set.file]).exit;
    assert.equal(status, 0, stderr);
    assert.equal(readFileSync(set.output, 'utf8'), `${frames[0]}\n`);
    assert.deepEqual([set.letters().at(-1)!['payload'], set.letters().at(-1)!['replay_count']], ['x', 1]);
  });

  it('replays what faucet has refused, straight to the sink', async (t) => {
    const set = await pipelineOf(t, [], 'FILE', schema);
    const error = { kind: 'Sink', message: 'row rejected' };
    const letter = { error, payload: { cost: 1 }, ts_ms: 5, sink: 'kafka', pipeline: 'p', row: '', record_index: 3 };
    writeFileSync(set.refused, `${JSON.stringify(letter)}\n`);
    const { status, stderr } = await warmSpillway(t, ['replay', set.file]);
    assert.equal(status, 0, stderr);
    assert.deepEqual(set.records(), [{ cost: 1 }]);
  });

  it('is refused where it says what cannot be', async (t) => {
    for (const [dlq, config, expected] of [
      ['OUT', {}, /pipeline\.dlq: The sink writes its records to this very file/],
      [
        { sink: sinkOf('a.jsonl.gz') },
        {},
        /pipeline\.dlq\.sink\.config\.path: Dead letters are written as plain lines/,
      ],
      [
        'FILE',
        { dead_letter: 'b.jsonl' },
        /pipeline\.dlq: The `config` of the source has a `dead_letter`, which says the same/,
      ],
      [
        'FILE',
        { on_parse_error: 'fail' },
        /pipeline\.source\.config\.on_parse_error: `on_parse_error: fail` ends the run by what `dlq` is there to keep/,
      ],
      [{ sink: sinkOf('FILE'), max_failures_total: 0 }, {}, /max_failures_total/],
      [{ sink: { type: 'kafka', config: {} } }, {}, /pipeline\.dlq\.sink\.type/],
      [
        { sink: sinkOf('FILE'), on_batch_error: 'dlq_all' },
        {},
        /`dlq_all` of faucet is not part of spillway: a sink that fails as a whole/,
      ],
    ] as const) {
      const set = await pipelineOf(t, [], dlq, config);
      const { status, stdout } = await warmSpillway(t, ['validate', set.file]);
      assert.match(stdout, expected);
      assert.equal(status, 2);
      assert.equal(existsSync(set.refused), false);
    }
  });
});

function sinkOf(path: string): object {
  return { type: 'jsonl', config: { path } };
}

/** A pipeline whose server sends frames. In `dlq`, `FILE` stands for a file beside it, and `OUT` for that of the sink. */
async function pipelineOf(t: TestContext, frames: readonly string[], dlq: object | string, config: object = {}) {
  const folder = await temporaryFolder(t);
  const server = await feed(t, sends(...frames));
  const [file, refused, output] = ['feed.json', 'refused.jsonl', 'out.jsonl'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const set = {
    ...{ file, refused, output },
    write(given: object | string, changed: object) {
      const source = { type: 'websocket', config: { url: server.url, unbounded: true, ...changed } };
      const pipeline = { source, sink: sinkOf(output), dlq: given };
      const text = JSON.stringify({ version: 1, name: 'trades', pipeline });
      writeFileSync(file, text.replace('"FILE"', JSON.stringify(refused)).replace('"OUT"', JSON.stringify(output)));
    },
    records: () => jsonLines(readFileSync(output, 'utf8')) as unknown[],
    letters: () => jsonLines(readFileSync(refused, 'utf8')),
  };
  set.write(dlq, config);
  return set;
}
