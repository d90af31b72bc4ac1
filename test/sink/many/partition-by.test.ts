import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, test } from 'node:test';
import type { Page } from '../../../lib/batch/page.js';
import type { SinkError } from '../../../lib/errors.js';
import { jsonlFile } from '../../../lib/sink/file/jsonl-file.js';
import { partitionBy } from '../../../lib/sink/many/partition-by.js';
import type { PartitionKey } from '../../../lib/sink/many/partition-key.js';
import type { PartitionOptions } from '../../../lib/sink/many/partition-options.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { settle } from '../../support/resources.js';
import { until, within } from '../../support/until.js';
import { readText, temporaryFolder } from '../files.js';
import { lines, pagesOf } from '../pages.js';
import { Target } from './target.js';

describe('the key of a record', () => {
  const texts = [
    '{"k":"a","n":1}',
    '{"k":1.10}',
    '{"k":true}',
    '{"n":2, "k":"\\u0061"}',
    '{"k":900719925474099312345}',
  ];

  test('is read from its bytes by a path: a text without its escapes, a number as it is written', async () => {
    const { stored } = await partition('k', texts);
    assert.deepEqual(stored, {
      a: lines([texts[0]!, texts[3]!]),
      '1.10': lines([texts[1]!]),
      true: lines([texts[2]!]),
      '900719925474099312345': lines([texts[4]!]),
    });
  });

  test('is what a function says of the message', async () => {
    const { stored } = await partition((message) => message.frame.sequence % 2, ['"a"', '"b"', '"c"']);
    assert.deepEqual(stored, { 0: '"a"\n"c"\n', 1: '"b"\n' });
    const others = await partition(({ text }) => (text.length > 1 ? 10n ** 20n : false), ['1', '22']);
    assert.deepEqual(others.stored, { false: '1\n', '100000000000000000000': '22\n' });
  });

  test('may be anywhere in a record', async () => {
    const { stored } = await partition(['a', 0, 'b.c'], ['{"a":[{"b.c":"x"}]}']);
    assert.deepEqual(Object.keys(stored), ['x']);
  });

  const without = ['{"k":"a"}', '{}', '{"k":null}', '{"k":{}}', '{"k":[1]}', '7', '{"k":"a"}'];

  test('is `missing` where there is none', async () => {
    const { stored } = await partition('k', without, { missing: 'others' });
    assert.deepEqual(stored, { a: '{"k":"a"}\n{"k":"a"}\n', others: lines(without.slice(1, 6)) });
    const byFunction = await partition((message) => (message.value === 1 ? null : undefined), ['1', '2'], {
      missing: '',
    });
    assert.deepEqual(byFunction.stored, { '': '1\n2\n' });
  });

  test('must be there without `missing`: what came before is stored, and the sinks end well', async () => {
    const { stored, failure, targets } = await partition('k', ['{"k":"b"}', '{"k":"a"}', '{"n":1}', '{"k":"a"}']);
    assert.match(
      failure!.message,
      /^The record of frame 2 has no key: nothing at `k` is text or a number\. Set `missing`.*Stored: 2 records\. Not stored: 2 records, of frames 2 to 3\./,
    );
    assert.deepEqual(
      [failure!.code, failure!.recordsWritten, failure!.undelivered, stored],
      ['ERR_SINK', 2, [{ first: 2, last: 3, records: 2 }], { b: '{"k":"b"}\n', a: '{"k":"a"}\n' }],
    );
    await until(() => targets.every(({ sink }) => sink.writableFinished));
  });

  for (const [what, key, message] of [
    ['throws', () => fail('no'), /^partitionBy\.key: The function failed: no\./],
    ['returns an object', () => ({}), /^partitionBy\.key: The function returned an object\. Return a string, a number/],
    ['returns a promise', async () => 'a', /^partitionBy\.key: The function returned a promise\./],
  ] as const) {
    test(`ends the run with ERR_CONFIG where its function ${what}`, async () => {
      const { failure } = await partition(key as never, ['1']);
      assert.match(failure!.message, message);
      assert.equal(failure!.code, 'ERR_CONFIG');
    });
  }
});

describe('the parts of pages', () => {
  test('keep the order within a key, and the facts of their frames', async () => {
    const texts = Array.from({ length: 500 }, (_, n) => `{"k":"${'abc'[(n * 7) % 3]}","n":${n}}`);
    const { stored, targets, sink } = await partition('k', texts, {}, 50);
    for (const key of 'abc') assert.equal(stored[key], lines(texts.filter((text) => text.includes(`"${key}"`))));
    assert.equal(targets[1]!.newest!.frame(0).sequence, 451);
    assert.deepEqual(sink.stats, { records: 500, pages: 10, bytes: lines(texts).length });
  });

  test('are acknowledged when all of them are stored', async () => {
    const held = new Target({ isHeld: true });
    const sink = partitionBy('k', (key) => (key === 'b' ? held.sink : new Target().sink));
    let isDone = false;
    sink.write(pagesOf(['{"k":"a"}', '{"k":"b"}'])[0], () => {
      isDone = true;
    });
    await until(() => held.pages === 1);
    await settle();
    assert.deepEqual([isDone, sink.stats.records], [false, 0]);
    held.open();
    await until(() => isDone);
    assert.equal(sink.stats.records, 2);
  });

  test('hold back the feed while one sink is slow', async () => {
    const held = new Target({ isHeld: true });
    let taken = 0;
    const pages = pagesOf(
      Array.from({ length: 400 }, (_, n) => `{"k":"${n % 2}"}`),
      4,
    );
    const feed = new Readable({
      objectMode: true,
      highWaterMark: 1,
      read() {
        this.push(pages[taken++] ?? null);
      },
    });
    const sink = partitionBy('k', (key) => (key === '1' ? held.sink : new Target().sink));
    const done = pipeline(feed, sink);
    await until(() => held.pages === 1);
    await settle();
    assert.ok(taken <= 3, `${taken} pages were taken out of the feed`);
    held.open();
    await done;
    assert.equal(sink.stats.records, 400);
  });

  test('that are all of a page are that page, whose memory comes back when it is stored', async () => {
    const page = pagesOf(['{"k":1}', '{"k":1}'])[0]!;
    const target = new Target({ isHeld: true });
    const sink = partitionBy('k', () => target.sink);
    sink.write(page);
    await until(() => target.pages === 1);
    assert.equal(target.newest!.bytes, page.bytes);
    target.open();
  });

  test('get a gap where their sink is open at its place', async () => {
    const gap = '{"gap":{"cause":"disconnected"}}';
    const first = ['{"k":"a"}', gap, '{"k":"b"}', gap];
    const { stored, sink } = await partition('k', [gap, ...first, '{"k":"c"}', gap, '{"k":"b"}', gap], {}, 5);
    assert.deepEqual(stored, {
      a: `{"k":"a"}\n${gap}\n${gap}\n${gap}\n${gap}\n`,
      b: `{"k":"b"}\n${gap}\n${gap}\n{"k":"b"}\n${gap}\n`,
      c: `{"k":"c"}\n${gap}\n${gap}\n`,
    });
    assert.equal(sink.stats.records, 4);
  });
});

describe('the sinks of keys', () => {
  test('are open as many as `maxOpen` says: the one not used for the longest time is ended, and made anew', async (t) => {
    const folder = temporaryFolder(t);
    let open = 0;
    let most = 0;
    const opened: string[] = [];
    const sink = partitionBy(
      'k',
      (key) => {
        opened.push(key);
        most = Math.max(most, ++open);
        const file = jsonlFile(join(folder, key), { append: true });
        return file.once('close', () => open--);
      },
      { maxOpen: 2 },
    );
    const keys = [...'abcabcaac'];
    const texts = keys.map((key, n) => `{"k":"${key}","n":${n}}`);
    const pages = pagesOf(texts.slice(0, 6), 3).concat(pagesOf(texts, 1).slice(6));
    await pipeline(Readable.from(pages), sink);
    for (const key of 'abc') {
      assert.equal(readText(join(folder, key)), lines(texts.filter((text) => text.includes(`"${key}"`))));
    }
    assert.deepEqual([opened.join(''), most], ['abcabca', 2]);
  });

  test('are ended where one is slow to end, and nothing overtakes that', async () => {
    const ends: (() => void)[] = [];
    const log: string[] = [];
    const sink = partitionBy(
      'k',
      (key) => {
        log.push(`open ${key}`);
        return new Writable({
          objectMode: true,
          write: (_page, _encoding, callback) => callback(),
          final(callback) {
            ends.push(() => {
              log.push(`end ${key}`);
              callback();
            });
          },
        });
      },
      { maxOpen: 1 },
    );
    const done = pipeline(Readable.from(pagesOf(['{"k":1}', '{"k":2}', '{"k":1}'], 1)), sink);
    for (let end = 0; end < 3; end++) {
      await until(() => ends.length > end);
      await settle();
      assert.equal(ends.length, end + 1);
      assert.deepEqual(sink.openKeys.length, end < 2 ? 0 : 1);
      ends[end]!();
    }
    await done;
    assert.deepEqual(log, ['open 1', 'end 1', 'open 2', 'end 2', 'open 1', 'end 1']);
  });

  test('end the run when one fails, by an error that names the key; the others end well', async () => {
    const texts = ['a', 'b', 'a', 'c', 'b', 'a'].map((key, n) => `{"k":"${key}","n":${n}}`);
    const good = new Map<string, Target>();
    const sink = partitionBy('k', (key) => {
      const target = new Target();
      good.set(key, target);
      if (key !== 'b') return target.sink;
      return new Writable({ objectMode: true, write: (_page, _encoding, callback) => callback(new Error('no room')) });
    });
    const failure = await failureOf(pipeline(Readable.from(pagesOf(texts, 6)), sink));
    assert.match(
      failure.message,
      /^The sink of "b" failed: no room\. All sinks together: Stored: 4 records\. Not stored: 2 records, of frames 1 and 4\./,
    );
    assert.deepEqual(
      [failure.code, failure.target, failure.recordsWritten, failure.undelivered.length],
      ['ERR_SINK', 'the sink of "b"', 4, 2],
    );
    await until(() => sink.closed);
    assert.deepEqual([good.get('a')!.sink.writableFinished, good.get('c')!.sink.writableFinished], [true, true]);
  });

  test('end the run when one fails at its end, for another one', async () => {
    const sink = partitionBy(
      'k',
      () =>
        new Writable({
          objectMode: true,
          write: (_page, _encoding, callback) => callback(),
          final: (callback) => callback(new Error('no commit')),
        }),
      { maxOpen: 1 },
    );
    const failure = await failureOf(pipeline(Readable.from(pagesOf(['{"k":1}', '{"k":2}'], 1)), sink));
    assert.match(failure.message, /^The sink of "1" failed: no commit\./);
    assert.equal(failure.recordsWritten, 1);
  });

  test('are late when they do not end in time', async () => {
    const clock = createFakeClock();
    const held = new Target({ isHeld: true });
    const sink = partitionBy('k', () => held.sink, { clock, drainTimeoutMs: 100, maxOpen: 1 });
    const failed = failureOf(pipeline(Readable.from(pagesOf(['{"k":1}', '{"k":1}', '{"k":2}'])), sink));
    await until(() => held.pages === 1);
    await clock.whenPending();
    await clock.advance(100);
    const failure = await within(() => 'the sink to fail', failed);
    assert.match(failure.message, /the run ended, and the sink of "1" did not store what it was given within 100 ms/);
    await until(() => held.sink.destroyed && sink.closed);
  });

  for (const [what, open, message] of [
    ['throws', () => fail('no folder'), /^partitionBy\.open: The function failed: no folder\./],
    ['returns none', () => 'a', /^partitionBy\.open: The function returned "a"\. Return a Writable of pages\./],
    [
      'returns the one of another key',
      (() => ONE) as never,
      /^partitionBy\.open: The function returned a sink that is in use/,
    ],
    ['returns one with an error of its own', () => jsonlFile(''), /^jsonlFile\.path: Expected the path of a file/],
  ] as const) {
    test(`end the run with ERR_CONFIG where the function that makes one ${what}`, async () => {
      const sink = partitionBy('k', open as never);
      const failure = await failureOf(pipeline(Readable.from(pagesOf(['{"k":1}', '{"k":2}'])), sink));
      assert.match(failure.message, message);
      assert.equal(failure.code, 'ERR_CONFIG');
    });
  }
  const ONE = new Target().sink;
});

describe('what partitionBy() is given', () => {
  const open = () => new Target().sink;
  for (const [key, opener, options, message] of [
    ['a..b', open, {}, /^partitionBy\.key: The path "a\.\.b" cannot be read/],
    [undefined, open, {}, /^partitionBy\.key: A path must be a string/],
    ['a', 'b', {}, /^partitionBy\.open: Expected a function that makes the sink of a key, got "b"/],
    ['a', open, { maxOpen: 0 }, /^partitionBy\.maxOpen: Expected a whole number from 1/],
    ['a', open, { missing: 1 }, /^partitionBy\.missing: Expected text, got 1/],
  ] as const) {
    test(`is refused where it is wrong: ${String(message)}`, () => {
      assert.throws(() => partitionBy(key as never, opener as never, options as never), {
        code: 'ERR_CONFIG',
        message,
      });
    });
  }
});

/** Runs texts through it, each key into a target of its own. */
async function partition(key: PartitionKey, texts: readonly string[], options: PartitionOptions = {}, size = 10) {
  const byKey = new Map<string, Target>();
  const sink = partitionBy(
    key,
    (name) => {
      assert.equal(byKey.has(name), false);
      const target = new Target();
      byKey.set(name, target);
      return target.sink;
    },
    options,
  );
  const pages: Page[] = pagesOf(texts, size);
  const failure = await pipeline(Readable.from(pages), sink).then(
    () => undefined,
    (error: SinkError) => error,
  );
  if (failure !== undefined && !/failed|returned|has no key/.test(failure.message)) throw failure;
  const stored = Object.fromEntries([...byKey].map(([name, { text }]) => [name, text]));
  return { sink, stored, failure, targets: [...byKey.values()] };
}

function fail(message: string): never {
  throw new Error(message);
}

async function failureOf(run: Promise<unknown>): Promise<SinkError> {
  return run.then(
    () => assert.fail('it ended well'),
    (error: SinkError) => error,
  );
}
