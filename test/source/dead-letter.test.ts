import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { SinkError } from '../../lib/index.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { temporaryFolder } from '../sink/files.js';
import { ARRANGEMENTS, run } from '../support/arrangements.js';
import { feed, sends, sendsThenWaits } from '../support/feed.js';
import { until } from '../support/until.js';

for (const arrangement of ARRANGEMENTS) {
  test(`dead_letter: what cannot be parsed is kept with all that is known of it, and the run goes on (${arrangement})`, async (t) => {
    const path = join(temporaryFolder(t), 'a folder', 'refused.jsonl');
    const clock = createFakeClock();
    const server = await feed(t, sends('1', '{"é":}', Buffer.from([0x22, 0xff, 0x22]), '2'));
    const url = `${server.url}/feed?key=s3cret`;
    const { texts, error, stats } = await run(arrangement, { url, unbounded: true, dead_letter: path }, { clock });
    assert.deepEqual([texts, error, stats.skipped, stats.deadLetters], [['1', '2'], undefined, 2, 2]);
    const [first, second] = lettersIn(path);
    const { message, ...facts } = first!;
    assert.match(String(message), /^Frame 1 of connection 1 cannot be parsed: .* at byte 6/);
    assert.deepEqual(facts, {
      data: '{"é":}',
      encoding: 'utf8',
      code: 'ERR_PARSE',
      place: 'parse',
      offset: 6,
      sequence: 1,
      received_at: clock.now(),
      connection: 1,
      url: `${server.url}/feed?…`,
      replay_count: 0,
    });
    assert.deepEqual([second?.['data'], second?.['encoding'], second?.['sequence']], ['Iv8i', 'base64', 2]);
  });

  test(`dead_letter: pieces, schema violations, transforms and frames that cannot be inflated, each by its bytes (${arrangement})`, async (t) => {
    const path = join(temporaryFolder(t), 'refused.jsonl');
    const torn = gzipSync('{"n":1}').subarray(0, 12);
    const server = await feed(t, sends('{"n":1}\nx\n{"m":1}\n{"n":2,"o":3}', torn, '{"n":3}'));
    const { texts, stats } = await run(arrangement, {
      url: server.url,
      unbounded: true,
      split: 'lines',
      decompress: 'gzip',
      record_schema: { required: ['n'] },
      on_invalid_record: 'skip',
      transforms: [{ type: 'rename_field', config: { fields: { n: 'o' } } }],
      dead_letter: path,
    });
    assert.deepEqual(texts, ['{"o":1}', '{"o":3}']);
    assert.deepEqual([stats.skipped, stats.deadLetters], [4, 4]);
    const letters = lettersIn(path).map(({ code, data }) => [code, data]);
    assert.deepEqual(letters.toSorted(), [
      ['ERR_INVALID_RECORD', '{"m":1}'],
      ['ERR_PARSE', torn.toString('base64')],
      ['ERR_PARSE', 'x'],
      ['ERR_TRANSFORM', '{"n":2,"o":3}'],
    ]);
  });

  test(`dead_letter: a message that is too large is kept, with its bytes where they were there, and ends the connection all the same (${arrangement})`, async (t) => {
    const path = join(temporaryFolder(t), 'refused.jsonl');
    const bomb = gzipSync(Buffer.alloc(5_000, '1'));
    const server = await feed(t, async (client) => {
      if (client.number === 1) await sendsThenWaits('1', bomb)(client);
      else if (client.number === 2) await sendsThenWaits('2'.repeat(2_000))(client);
      else await sends('3', '4')(client);
    });
    const { texts, error, stats } = await run(arrangement, {
      url: server.url,
      max_messages: 3,
      decompress: 'gzip',
      max_message_bytes: 1_000,
      reconnect: true,
      reconnect_backoff: 0,
      dead_letter: path,
    });
    assert.deepEqual([texts, error, stats.deadLetters], [['1', '3', '4'], undefined, 2]);
    const [inflated, plain] = lettersIn(path);
    assert.deepEqual([inflated?.['code'], inflated?.['data']], ['ERR_MESSAGE_TOO_LARGE', bomb.toString('base64')]);
    assert.deepEqual([plain?.['data'], plain?.['encoding'], plain?.['connection']], [null, null, 2]);
    assert.match(String(plain?.['message']), /larger than 1000 bytes/);
  });

  test(`dead_letter: it is added to, a torn last line is ended, and it is not made before it is needed (${arrangement})`, async (t) => {
    const path = join(temporaryFolder(t), 'refused.jsonl');
    const good = await feed(t, sends('1'));
    await run(arrangement, { url: good.url, unbounded: true, dead_letter: path });
    assert.equal(existsSync(path), false);
    writeFileSync(path, '{"before":1}\n{"torn":');
    const bad = await feed(t, sends('x'));
    await run(arrangement, { url: bad.url, unbounded: true, dead_letter: path });
    await run(arrangement, { url: bad.url, unbounded: true, dead_letter: path });
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    assert.deepEqual(lines.slice(0, 2), ['{"before":1}', '{"torn":']);
    assert.deepEqual(
      lines.slice(2).map((line) => (JSON.parse(line) as { data: string }).data),
      ['x', 'x'],
    );
  });

  test(`dead_letter: text that is not UTF-8 is kept as base64 where \`utf8: fail\` refuses it (${arrangement})`, async (t) => {
    const path = join(temporaryFolder(t), 'refused.jsonl');
    const server = await feed(t, sends('a', Buffer.from([0x62, 0xff]), 'c'));
    const config = { url: server.url, unbounded: true, message_format: 'raw_string', utf8: 'fail' } as const;
    const { texts } = await run(arrangement, { ...config, dead_letter: path });
    assert.deepEqual(texts, ['"a"', '"c"']);
    const letters = lettersIn(path).map(({ data, encoding, offset }) => [data, encoding, offset]);
    assert.deepEqual(letters, [['Yv8=', 'base64', 1]]);
  });

  test(`dead_letter: when the file is renamed or deleted under the run, or its folder is, the next letter makes it anew (${arrangement})`, async (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, 'refused', 'a.jsonl');
    const isThere = () => existsSync(path) && readFileSync(path, 'utf8').endsWith('\n');
    const server = await feed(t, async (client) => {
      await client.send('x');
      await until(isThere);
      renameSync(path, join(folder, 'renamed'));
      await client.send('y');
      await until(isThere);
      rmSync(join(folder, 'refused'), { recursive: true });
      await sends('z')(client);
    });
    const { stats } = await run(arrangement, { url: server.url, unbounded: true, dead_letter: path });
    assert.equal(stats.deadLetters, 3);
    assert.deepEqual(
      [join(folder, 'renamed'), path].map((file) => lettersIn(file).map(({ data }) => data)),
      [['x'], ['z']],
    );
  });

  test(`dead_letter: a file that cannot be written to ends the run with ERR_SINK and its name, after all before it (${arrangement})`, async (t) => {
    const path = join(temporaryFolder(t), 'a folder');
    mkdirSync(path);
    const server = await feed(t, sendsThenWaits('1', '2', 'x', '3', 'y'));
    const { texts, error } = await run(arrangement, { url: server.url, unbounded: true, dead_letter: path });
    assert.deepEqual(texts, ['1', '2']);
    assert.ok(error instanceof SinkError);
    assert.deepEqual([error.target, error.recordsWritten], [path, 0]);
    assert.match(error.message, /^The dead letter file .*a folder cannot be written to: it is a folder\. Make room/);
    assert.match(error.message, /this is not kept: Frame 2 of connection 1 cannot be parsed/);
  });

  test(`dead_letter: of many that are refused none is lost, however slow the sink is (${arrangement})`, async (t) => {
    const path = join(temporaryFolder(t), 'refused.jsonl');
    const frames = Array.from({ length: 3_000 }, (_, n) => (n % 2 === 0 ? `${n}` : `x${n}`));
    const server = await feed(t, async (client) => {
      await client.sendMany(frames);
      await client.close(1000);
    });
    const config = { url: server.url, unbounded: true, dead_letter: path, batch_size: 100, max_buffered_bytes: 500 };
    const { texts, stats } = await run(arrangement, config, {
      onPage: () => new Promise((resolve) => setImmediate(resolve)),
    });
    assert.deepEqual(
      texts,
      frames.filter((_, n) => n % 2 === 0),
    );
    assert.deepEqual(
      lettersIn(path).map(({ data }) => data),
      frames.filter((_, n) => n % 2 === 1),
    );
    assert.equal(stats.deadLetters, 1_500);
  });
}

function lettersIn(path: string): Record<string, unknown>[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
