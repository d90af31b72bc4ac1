import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { MANIFEST_NAME } from '../../lib/manifest/manifest.js';
import { sealedFiles } from '../support/audit-files.js';
import { feed, sends } from '../support/feed.js';
import { until } from '../support/until.js';
import { noZstd, skippableFrame, zstdCompress } from '../support/zstd.js';
import { jsonLines, spillway, temporaryFolder } from './cli.js';
import { warmSpillway } from './warm.js';

describe('spillway replay of dead letters', { concurrency: 2 }, () => {
  const schema = { type: 'object', required: ['price'] };

  it('puts them through the pipeline again, from the stage on that refused them, beside what is there', async (t) => {
    const frames = ['{"price":1}', 'x', '{"cost":2}', '{"price":3,"p":3}', '{"price":4}'];
    const rename = [{ type: 'rename_field', config: { fields: { price: 'p' } } }];
    const set = await pipelineOf(t, frames, { record_schema: schema }, rename);
    assert.equal((await spillway(t, ['run', set.file]).exit).status, 0);
    assert.deepEqual(set.records(), [{ p: 1 }, { p: 4 }]);
    assert.deepEqual(
      set.letters().map(({ place, replay_count, sequence }) => [place, replay_count, sequence]),
      [
        ['parse', 0, 1],
        ['record_schema', 0, 2],
        ['transforms[0]', 0, 3],
      ],
    );
    // The schema is mended, and what stands before it is not asked again.
    set.write({ record_schema: { type: 'object' }, envelope: true }, [
      { type: 'drop', config: { fields: ['p'] } },
      ...rename,
    ]);
    const { status, stderr } = await spillway(t, ['replay', set.file]).exit;
    assert.equal(status, 0, stderr);
    assert.match(stderr, /Records: +2 records of 1 file stored in \S+out\.jsonl/);
    assert.match(stderr, /Refused: +1 dead letter once more; they are in \S+refused\.jsonl, with their replay_count/);
    const [, , cost, price] = set.records() as { data: object }[];
    assert.deepEqual([cost!.data, price], [{ cost: 2 }, { p: 3 }]);
    const last = set.letters().at(-1)!;
    assert.deepEqual([last['data'], last['place'], last['replay_count'], last['sequence']], ['x', 'parse', 1, 0]);
    assert.equal(set.letters().length, 4);
  });

  it('says with --dry-run what they were refused for, and what would become of them', async (t) => {
    const set = await pipelineOf(t, ['x', '{"price":}', '{"cost":1}', 'y', '7'], { record_schema: schema });
    await spillway(t, ['run', set.file]).exit;
    set.write({ record_schema: { type: 'object' } });
    const before = readFileSync(set.refused, 'utf8');
    const text = await warmSpillway(t, ['replay', '--dry-run', set.file]);
    assert.equal(
      text.stdout,
      `5 dead letters in 1 file:
  3  ERR_PARSE           expected a value
  1  ERR_INVALID_RECORD  the record must have required property 'price'
  1  ERR_INVALID_RECORD  the record must be object
1 record would be stored, and nothing was.
4 dead letters would be refused again:
  3  ERR_PARSE           expected a value
  1  ERR_INVALID_RECORD  the record must be object
`,
    );
    assert.equal(text.status, 0);
    const json = await warmSpillway(t, ['replay', '--dry-run', '--json', set.refused, '--into', set.file]);
    const [told] = jsonLines(json.stdout);
    assert.deepEqual([told!['letters'], told!['would_store'], told!['would_refuse'], told!['lost']], [5, 1, 4, 0]);
    assert.equal(readFileSync(set.refused, 'utf8'), before);
    assert.deepEqual(set.records(), []);
  });

  it('leaves out with --state what was put through before, whether it was stored or refused again', async (t) => {
    const set = await pipelineOf(t, ['x', '{"cost":1}'], { record_schema: schema });
    await spillway(t, ['run', set.file]).exit;
    set.write({});
    const args = ['replay', set.file, '--state', join(set.folder, 'state'), '--json'];
    const counts = async (): Promise<unknown[]> => {
      const { stderr } = await warmSpillway(t, args);
      const end = jsonLines(stderr).find(({ type }) => type === 'summary')!;
      return [end['skipped'], end['stored'], end['refused_again']];
    };
    assert.deepEqual(await counts(), [0, 1, 1]);
    // Of what was refused again there is a new letter.
    assert.deepEqual(await counts(), [2, 0, 1]);
    appendFileSync(set.refused, `${JSON.stringify({ ...set.letters()[0], data: '{"new":1}' })}\n`);
    assert.deepEqual(await counts(), [3, 1, 1]);
    assert.deepEqual(set.records(), [{ cost: 1 }, { new: 1 }]);
    assert.equal(set.letters().at(-1)!['replay_count'], 3);
  });

  it('takes letters that were written before they had a place', async (t) => {
    const set = await pipelineOf(t, [], { record_schema: schema }, [
      { type: 'rename_field', config: { fields: { a: 'b' } } },
    ]);
    const old = { encoding: 'utf8', offset: null, sequence: 7, received_at: 5, connection: 1, url: 'wss://x' };
    const message = 'The transform `rename_field` cannot be applied to a record of frame 7 of connection 1: x.';
    const lines = [
      { ...old, data: '{"price":1}', code: 'ERR_PARSE', message: 'no' },
      { ...old, data: '{"a":2}', code: 'ERR_TRANSFORM', message },
      { ...old, data: null, encoding: null, code: 'ERR_MESSAGE_TOO_LARGE', message: 'no' },
    ];
    writeFileSync(set.refused, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const { stderr } = await warmSpillway(t, ['replay', set.file]);
    assert.deepEqual(set.records(), [{ price: 1 }, { b: 2 }]);
    assert.match(stderr, /Lost: +1 dead letter that cannot be put through/);
  });

  it('needs the pipeline that refused them', async (t) => {
    const set = await pipelineOf(t, ['x'], {});
    await spillway(t, ['run', set.file]).exit;
    for (const [args, expected] of [
      [[set.refused], /--into: Say where they go/],
      [
        [set.refused, '--into', join(set.folder, 'x.jsonl')],
        /holds dead letters, which go through the pipeline that refused them/,
      ],
      [[set.file, '--into', set.file], /stands for its own dead letters/],
      [[join(set.folder, 'out.jsonl'), '--into', set.file], /would be added to while it is read|cannot be read/],
    ] as const) {
      const { status, stderr } = await warmSpillway(t, ['replay', ...args]);
      assert.match(stderr, expected);
      assert.notEqual(status, 0);
    }
  });
});

describe('spillway replay of captured files', { concurrency: 2 }, () => {
  it('has their lines go into a file as they stand there, plain or compressed, one file after another', async (t) => {
    const folder = await temporaryFolder(t);
    const [a, b, into] = ['a.jsonl', 'b.jsonl.gz', 'into.jsonl.gz'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(a, '{"n":1.10}\n\n[2]\r\n"drei"');
    writeFileSync(b, Buffer.concat([gzipSync('4\n'), gzipSync('{"gap":{"cause":"x"}}\n')]));
    const { status, stderr } = await spillway(t, ['replay', a, b, '--into', into]).exit;
    assert.equal(status, 0, stderr);
    assert.equal(gunzipSync(readFileSync(into)).toString(), '{"n":1.10}\n[2]\n"drei"\n4\n{"gap":{"cause":"x"}}\n');
    assert.match(stderr, /Records: +5 records of 2 files stored in/);
    await warmSpillway(t, ['replay', a, '--into', into]);
    assert.match(gunzipSync(readFileSync(into)).toString(), /"x"\}\}\n\{"n":1\.10\}\n\[2\]\n"drei"\n$/);
  });

  it('has all frames of zstd files go into one, of their own kind too', { skip: noZstd }, async (t) => {
    const folder = await temporaryFolder(t);
    const [a, into, plain] = ['a.jsonl.zst', 'into.jsonl.zst', 'plain.jsonl'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(a, Buffer.concat([zstdCompress!('1\n2\n'), skippableFrame(5), zstdCompress!('{"n":3}\n')]));
    for (const [from, to] of [
      [a, into],
      [a, into],
      [into, plain],
    ] as const) {
      const { status, stderr } = await warmSpillway(t, ['replay', from, '--into', to]);
      assert.equal(status, 0, stderr);
    }
    assert.equal(readFileSync(plain, 'utf8'), '1\n2\n{"n":3}\n1\n2\n{"n":3}\n');
    // As a run leaves it that was killed: what is whole goes on, and it is told.
    writeFileSync(a, readFileSync(a).subarray(0, -3));
    const torn = await warmSpillway(t, ['replay', a, '--into', plain]);
    assert.equal(torn.status, 0, torn.stderr);
    assert.match(torn.stderr, /It ends in the middle/);
    assert.match(readFileSync(plain, 'utf8'), /\{"n":3\}\n1\n2\n(\{"n":3\}\n)?$/);
  });

  it('takes records out of their envelopes, and files in the order of their manifest', async (t) => {
    const line = (n: number): string => `{"data":{"n":${n}},"received_at":${1_000 + n},"url":"ws://x"}\n`;
    const folder = await sealedFiles(t, {
      'z.jsonl': Buffer.from(line(1) + line(2)),
      'a.jsonl.gz': gzipSync(line(3) + line(4)),
    });
    assert.ok(existsSync(join(folder, MANIFEST_NAME)));
    const { status, stdout, stderr } = await spillway(t, ['replay', folder, '--into', '-', '--unwrap']).exit;
    assert.equal(status, 0, stderr);
    assert.equal(stdout, '{"n":1}\n{"n":2}\n{"n":3}\n{"n":4}\n');
  });

  it('stores what stands before a line that is no JSON, and says which that is', async (t) => {
    const folder = await temporaryFolder(t);
    const [a, into] = [join(folder, 'a.jsonl'), join(folder, 'into.jsonl')];
    writeFileSync(a, '1\n2\n{"n":\n4\n');
    const { status, stderr } = await warmSpillway(t, ['replay', a, '--into', into]);
    assert.equal(status, 1);
    assert.match(
      stderr,
      /ERR_INPUT: \S+a\.jsonl:3:6: The line cannot be replayed: expected a value, but the text ends\./,
    );
    assert.equal(readFileSync(into, 'utf8'), '1\n2\n');
  });

  it('replays a file that ends in the middle as far as it is whole, and says so', async (t) => {
    const folder = await temporaryFolder(t);
    const [a, into] = [join(folder, 'a.jsonl'), join(folder, 'into.jsonl')];
    writeFileSync(a, '1\n{"n":');
    const { status, stderr } = await warmSpillway(t, ['replay', a, '--into', into]);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /a\.jsonl:2.*ends in the middle/);
    assert.equal(readFileSync(into, 'utf8'), '1\n');
  });

  it('leaves out no line of other files, which its state does not know', async (t) => {
    const folder = await temporaryFolder(t);
    const [a, b, into, state] = ['a.jsonl', 'b.jsonl', 'into.jsonl', 'state'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
      string,
    ];
    writeFileSync(a, '1\n2\n');
    writeFileSync(b, '3\n4\n5\n');
    const replay = (...files: readonly string[]) =>
      warmSpillway(t, ['replay', ...files, '--into', into, '--state', state]);
    assert.equal((await replay(a)).status, 0);
    for (const files of [[b], [b, a]]) {
      const { status, stderr } = await replay(...files);
      assert.equal(status, 2);
      assert.match(stderr, /a\.jsonl as its file 1, and this one has \S+b\.jsonl in its place/);
    }
    // It may be elsewhere by now, and longer.
    renameSync(a, `${a}.1`);
    appendFileSync(`${a}.1`, '2.5\n');
    assert.equal((await replay(`${a}.1`, b)).status, 0);
    assert.equal(readFileSync(into, 'utf8'), '1\n2\n2.5\n3\n4\n5\n');
  });

  it('takes a gap line for one again, so that what is sealed is what its manifest says', async (t) => {
    const folder = await temporaryFolder(t);
    const a = join(folder, 'a.jsonl');
    const gap = { cause: 'disconnected', connection: 1, code: 1006, from: 5, to: 9, duration_ms: 4, dropped: 0 };
    const line = JSON.stringify({ gap: { ...gap, after_sequence: 0, before_sequence: 1 } });
    const text = `1\n${line}\n2\n`;
    writeFileSync(a, text);
    const { stderr } = await warmSpillway(t, ['replay', a, '--into', join(folder, 'out/{field:k}.jsonl')]);
    assert.match(stderr, /Records: +2 records of 1 file stored in/);
    assert.equal(readFileSync(join(folder, 'out/%none.jsonl'), 'utf8'), text);
    const { status, stdout } = await warmSpillway(t, ['verify', join(folder, 'out')]);
    assert.equal(status, 0, stdout);
  });

  it('has them go into files that are finished one after another, by their own times', async (t) => {
    const folder = await temporaryFolder(t);
    const a = join(folder, 'a.jsonl');
    const line = (hour: number): string => `{"data":1,"received_at":${hour * 3_600_000},"url":"ws://x"}\n`;
    writeFileSync(a, `${line(1)}{"data":2,"received_at":1e300,"url":"ws://x"}\n`);
    const { status, stderr } = await warmSpillway(t, ['replay', a, '--into', join(folder, 'out/%Y/%H.jsonl')]);
    assert.equal(status, 0, stderr);
    assert.equal(readFileSync(join(folder, 'out/1970/01.jsonl'), 'utf8'), line(1));
    assert.equal((await warmSpillway(t, ['verify', join(folder, 'out')])).status, 0);
  });

  it('goes on where it came to when it was killed, with nothing twice and nothing missing', async (t) => {
    const folder = await temporaryFolder(t);
    const [a, into, state] = ['a.jsonl', 'into.jsonl', 'state'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const text = [...Array(400_000)]
      .map((_, n) => `{"n":${n},"x":"${createHash('md5').update(`${n}`).digest('hex')}"}\n`)
      .join('');
    writeFileSync(a, text);
    const args = ['replay', a, '--into', into, '--state', state, '--quiet'];
    for (const part of [1, 3, 5]) {
      const run = spillway(t, args);
      await until(
        () => run.child.exitCode !== null || (existsSync(into) && statSync(into).size > (text.length * part) / 8),
      );
      run.child.kill('SIGKILL');
      await run.exit;
    }
    const { status, stderr } = await spillway(t, args).exit;
    assert.equal(status, 0, stderr);
    assert.ok(readFileSync(into, 'utf8') === text, 'another text');
  });
});

/** A pipeline whose server sends frames, with its dead letters and its file beside it. */
async function pipelineOf(
  t: TestContext,
  frames: readonly string[],
  config: object,
  transforms: readonly object[] = [],
) {
  const folder = await temporaryFolder(t);
  const server = await feed(t, sends(...frames));
  const [file, refused, output] = ['feed.json', 'refused.jsonl', 'out.jsonl'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(folder, { recursive: true });
  const set = {
    ...{ folder, file, refused },
    write(changed: object, stages: readonly object[] = []) {
      const source = {
        type: 'websocket',
        config: { url: server.url, unbounded: true, dead_letter: refused, ...changed },
      };
      const sink = { type: 'jsonl', config: { path: output } };
      const pipeline = { source, ...(stages.length > 0 && { transforms: stages }), sink };
      writeFileSync(file, JSON.stringify({ version: 1, pipeline }));
    },
    records: () => jsonLines(readFileSync(output, 'utf8')) as unknown[],
    letters: () => jsonLines(readFileSync(refused, 'utf8')),
  };
  set.write(config, transforms);
  return set;
}
