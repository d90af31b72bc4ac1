import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import {
  batch,
  ConfigError,
  createSource,
  type DeadLetter,
  jsonlFile,
  parse,
  rolledFiles,
  SinkError,
  WebSocketReadable,
} from '../../lib/index.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { temporaryFolder } from '../sink/files.js';
import { allFiles, linesOf, sealedFiles } from '../sink/rolled/support.js';
import { ARRANGEMENTS, run } from '../support/arrangements.js';
import { feed, sends, sendsThenWaits } from '../support/feed.js';
import { noSmallDisk, smallDisk } from '../support/small-disk.js';
import { until } from '../support/until.js';

for (const arrangement of ARRANGEMENTS) {
  test(`dead_letter, rolled: each file is sealed when the run is over, with what was refused in order, and the manifest knows of them (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const folder = join(temporaryFolder(t), 'dead');
    const server = await feed(t, sends('1', 'a', '2', 'b', 'c', '3', 'd'));
    const dead_letter = { path: join(folder, '%Y/%m.jsonl.gz'), roll: { records: 3 } };
    const { texts, error, stats } = await run(
      arrangement,
      { url: server.url, unbounded: true, dead_letter },
      { clock },
    );
    assert.deepEqual([texts, error, stats.skipped, stats.deadLetters], [['1', '2', '3'], undefined, 4, 4]);
    const time = new Date(clock.now());
    const month = `${time.getUTCFullYear()}/${String(time.getUTCMonth() + 1).padStart(2, '0')}`;
    const sealed = sealedFiles(folder);
    assert.deepEqual(
      sealed.map(({ path, records, firstSequence, lastSequence }) => [path, records, firstSequence, lastSequence]),
      [
        [`${month}.jsonl.gz`, 3, 1, 4],
        [`${month}-000001.jsonl.gz`, 1, 6, 6],
      ],
    );
    assert.deepEqual(dataIn(folder), ['a', 'b', 'c', 'd']);
    assert.equal(existsSync(join(folder, '.spillway', 'lock')), false);
  });

  test(`dead_letter, rolled: pieces, records and transforms that are refused, a file for each cause (${arrangement})`, async (t) => {
    const folder = join(temporaryFolder(t), 'dead');
    const server = await feed(t, sends('{"n":1}\nx\n{"m":1}\ny\n{"n":2,"o":3}', '{"n":3}'));
    const { texts, stats } = await run(arrangement, {
      ...{ url: server.url, unbounded: true, split: 'lines', record_schema: { required: ['n'] } },
      transforms: [{ type: 'rename_field', config: { fields: { n: 'o' } } }],
      dead_letter: join(folder, '{field:code}.jsonl'),
    });
    assert.deepEqual(texts, ['{"o":1}', '{"o":3}']);
    assert.deepEqual([stats.skipped, stats.deadLetters], [4, 4]);
    const found = sealedFiles(folder).map(({ path }) => [path, lettersIn(folder, path).map(({ data }) => data)]);
    assert.deepEqual(found.toSorted(), [
      ['ERR_INVALID_RECORD.jsonl', ['{"m":1}']],
      ['ERR_PARSE.jsonl', ['x', 'y']],
      ['ERR_TRANSFORM.jsonl', ['{"n":2,"o":3}']],
    ]);
  });

  test(`dead_letter, rolled: of many that are refused none is lost, and they are in order, however slow the sink is (${arrangement})`, async (t) => {
    const folder = join(temporaryFolder(t), 'dead');
    const frames = Array.from({ length: 3_000 }, (_, n) => (n % 2 === 0 ? `${n}` : `x${n}`));
    const server = await feed(t, sends(...frames));
    const dead_letter = { path: join(folder, 'a.jsonl'), roll: { bytes: 100_000 } };
    const { values, stats } = await run(
      arrangement,
      { url: server.url, unbounded: true, batch_size: 100, dead_letter },
      { onPage: () => new Promise((resolve) => setImmediate(resolve)) },
    );
    assert.deepEqual([values.length, stats.deadLetters], [1_500, 1_500]);
    assert.deepEqual(
      dataIn(folder),
      frames.filter((_, n) => n % 2 === 1),
    );
  });

  test(`dead_letter, rolled: a folder that another run has, or that cannot be made, ends the run with ERR_SINK (${arrangement})`, async (t) => {
    const folder = temporaryFolder(t);
    const [path, other] = [join(folder, 'dead', '%H.jsonl'), await feed(t, sendsThenWaits('x'))];
    const holder = createSource({ url: other.url, unbounded: true, dead_letter: path });
    const held = pipeline(holder.pages(), jsonlFile(join(folder, 'a.jsonl')));
    await until(() => holder.stats.deadLetters === 1);
    const server = await feed(t, sendsThenWaits('1', 'x'));
    const second = await run(arrangement, { url: server.url, unbounded: true, dead_letter: path });
    assert.ok(second.error instanceof SinkError);
    assert.match(second.error.message, /process \d+ .*is writing files in/);
    holder.stop();
    await held;
    writeFileSync(join(folder, 'file'), '');
    const dead_letter = join(folder, 'file', '%H.jsonl');
    const third = await run(arrangement, { url: server.url, unbounded: true, dead_letter });
    assert.ok(third.error instanceof SinkError, String(third.error));
    assert.deepEqual(dataIn(join(folder, 'dead')), ['x']);
  });

  test(`dead_letter, rolled: what an earlier run has left is finished, and keep holds over runs (${arrangement})`, async (t) => {
    const folder = join(temporaryFolder(t), 'dead');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.jsonl.gz.part'), '{"left":1}\n{"torn":');
    const dead_letter = { path: join(folder, 'a.jsonl.gz'), keep: { files: 2 } };
    for (const data of ['x', 'y']) {
      const server = await feed(t, sends(data));
      await run(arrangement, { url: server.url, unbounded: true, dead_letter });
    }
    assert.deepEqual(allFiles(folder), [
      ...['a-000001.jsonl.gz', 'a-000002.jsonl.gz', 'a.jsonl.gz.part.torn', 'manifest.jsonl'],
    ]);
    assert.deepEqual(dataIn(folder), ['x', 'y']);
  });

  test(`dead_letter, rolled: a disk that is full is waited for, no page goes on before its letters, and nothing is lost (${arrangement})`, {
    skip: noSmallDisk(),
  }, async (t) => {
    const disk = smallDisk(t, 512);
    const ballast = join(disk, 'ballast');
    const folder = join(disk, 'dead');
    const notices: unknown[] = [];
    const logger = loggerOf(notices);
    let freed = false;
    const server = await feed(t, async (client) => {
      for (const frame of ['1', 'x0']) await client.send(frame);
      await until(() => allFiles(disk).some((path) => path.endsWith('.part')));
      fill(ballast);
      for (const frame of ['2', `x${'1'.repeat(100_000)}`, '3']) await client.send(frame);
      await until(() => notices.some((facts) => (facts as { event?: unknown }).event === 'disk_full'));
      for (const frame of ['4', 'x5']) await client.send(frame);
      freed = true;
      writeFileSync(ballast, '');
      await client.close(1000);
    });
    const { texts, error, stats } = await run(
      arrangement,
      { url: server.url, unbounded: true, batch_size: 1, dead_letter: join(folder, '%Y.jsonl') },
      {
        logger,
        onPage: (page) => assert.ok(freed || page.text(0).toString() !== '3', 'a page went on before its letters'),
      },
    );
    assert.deepEqual([texts, error, stats.deadLetters], [['1', '2', '3', '4'], undefined, 3]);
    assert.deepEqual(
      dataIn(folder).map((data) => data.length),
      [2, 100_001, 2],
    );
  });
}

test('dead_letter, rolled: code says it in milliseconds, and what makes no sense is refused before anything is made', async (t) => {
  const folder = join(temporaryFolder(t), 'dead');
  const server = await feed(t, sends('x'));
  const deadLetter = { path: join(folder, '{feed}.jsonl'), roll: { everyMs: 60_000 }, keep: { ageMs: 86_400_000 } };
  const source = createSource({ url: server.url, unbounded: true, deadLetter }, { feed: 'a b' });
  assert.equal(existsSync(folder), false);
  assert.deepEqual(await source.fetchAll(), []);
  assert.deepEqual(
    sealedFiles(join(folder)).map(({ path }) => path),
    ['a%20b.jsonl'],
  );
  const refused: readonly [object, RegExp][] = [
    [{ path: 'a.jsonl', roll: {} }, /deadLetter\.roll: It says nothing/],
    [{ path: 'a.jsonl', keep: {} }, /deadLetter\.keep: It says nothing/],
    [{ path: 'a.jsonl', roll: { everyMs: 0 } }, /deadLetter\.roll\.everyMs: Expected/],
    [{ path: '{feed}.jsonl' }, /Nobody says what \{feed\} stands for/],
    [{ path: 'dead/%S.jsonl' }, /Nobody fills `%S` in here/],
    [{ path: 'dead/%Y/../a.jsonl' }, /is no name/],
    [{ roll: { records: 1 } }, /deadLetter\.path: The key `path` is required/],
    [{ path: 'a.jsonl', append: true }, /There is no such key/],
    [{ path: 'a.jsonl.gz' }, /leave out `\.gz`, or have them go to files that are finished one after another/],
  ];
  for (const [given, message] of refused) {
    assert.throws(
      () => createSource({ url: server.url, unbounded: true, deadLetter: given as never }),
      (error) => error instanceof ConfigError && message.test(error.message),
      String(message),
    );
  }
});

test('stages by hand divert to rolled files by a Transform of JSON, parse() and batch(), and wait for them', async (t) => {
  const folder = join(temporaryFolder(t), 'dead');
  const frames = Array.from({ length: 500 }, (_, n) => (n % 2 === 0 ? `${n}` : `x${n}`));
  const server = await feed(t, sends(...frames));
  const deadLetter = new Transform({
    objectMode: true,
    transform({ data, error }: DeadLetter, _encoding, callback) {
      callback(null, JSON.stringify({ data: data.toString(), code: error.code }));
    },
  });
  const files = rolledFiles(join(folder, 'refused.jsonl.gz'), { roll: { records: 100 } });
  const kept = pipeline(deadLetter, parse(), batch({ size: 10, lingerMs: 10 }), files);
  const records = jsonlFile(join(folder, '..', 'out.jsonl'));
  await pipeline(new WebSocketReadable(server.url), parse({ onError: 'divert', deadLetter }), batch(), records);
  deadLetter.end();
  await kept;
  assert.equal(records.stats.records, 250);
  assert.deepEqual(
    dataIn(folder),
    frames.filter((_, n) => n % 2 === 1),
  );
});

function lettersIn(folder: string, path: string): { readonly data: string }[] {
  return linesOf(join(folder, path)).map((line) => JSON.parse(line) as { data: string });
}

/** The bytes of all letters in a folder, in the order of its manifest. */
function dataIn(folder: string): string[] {
  return sealedFiles(folder).flatMap(({ path }) => lettersIn(folder, path).map(({ data }) => data));
}

function loggerOf(notices: unknown[]) {
  const note = (facts: object): void => void notices.push(facts);
  return { debug: note, info: note, warn: note, error: note };
}

/** Until there is no room for anything. */
function fill(path: string): void {
  try {
    for (let size = 64; ; size += 64) writeFileSync(path, Buffer.alloc(size * 1024));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  }
}
