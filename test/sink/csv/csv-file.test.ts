import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, type TestContext, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { csvFile } from '../../../lib/sink/csv/csv-file.js';
import type { CsvFileOptions } from '../../../lib/sink/csv/options.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { readText, temporaryFolder } from '../files.js';
import { pagesOf } from '../pages.js';

describe('a cell of csvFile()', () => {
  for (const [what, record, cell] of [
    ['a text', '{"a":"x y"}', 'x y'],
    ['a text with escapes', '{"a":"\\u00e9\\/"}', 'é/'],
    ['a text with a comma', '{"a":"x,y"}', '"x,y"'],
    ['a text with quotes', '{"a":"x\\"y"}', '"x""y"'],
    ['a text with line breaks', '{"a":"x\\ny\\rz"}', '"x\ny\rz"'],
    ['an empty text', '{"a":""}', ''],
    ['a decimal, as it is written', '{"a":1.10}', '1.10'],
    ['an integer past 2^53', '{"a":-900719925474099312345}', '-900719925474099312345'],
    ['an exponent', '{"a":1E+5}', '1E+5'],
    ['true', '{"a":true}', 'true'],
    ['false', '{"a":false}', 'false'],
    ['null', '{"a":null}', ''],
    ['what is missing', '{}', ''],
    ['an object, as its JSON text', '{"a":{"k": [1.0,"é"]}}', '"{""k"": [1.0,""é""]}"'],
    ['an array', '{"a":[1, 2]}', '"[1, 2]"'],
    ['a record that is no object', '7', ''],
  ] as const) {
    test(`is right for ${what}`, async (t) => {
      const { text } = await written(t, [record], { columns: ['a', 'b'], header: false });
      assert.equal(text, `${cell},\n`);
    });
  }

  test('comes by path, as the columns say', async (t) => {
    const columns = ['s', 'd.list[1]', { path: ['d', 'x.y'], header: 'x,y' }, { path: '$', header: '' }];
    const { text } = await written(t, ['{"s":"a","d":{"list":[1,2.0],"x.y":3}}'], { columns });
    assert.equal(text, 's,d.list[1],"x,y",\na,2.0,3,"{""s"":""a"",""d"":{""list"":[1,2.0],""x.y"":3}}"\n');
  });

  test('that is the only one and empty makes no empty line', async (t) => {
    const { text } = await written(t, ['{"a":""}', '{}', '{"a":1}'], { columns: ['a'], header: false });
    assert.equal(text, '""\n""\n1\n');
  });

  test('is a formula to no spreadsheet with `escapeFormulas`, and numbers stay', async (t) => {
    const records = ['"=1+1"', '"+1"', '"-1"', '"@x"', '"\\t=1"', '-1.50', '"a=1"'].map((a) => `{"a":${a}}`);
    const options = { columns: ['a', 'b'], header: false };
    assert.equal((await written(t, records, options)).text, '=1+1,\n+1,\n-1,\n@x,\n\t=1,\n-1.50,\na=1,\n');
    const { text } = await written(t, records, { ...options, escapeFormulas: true });
    assert.equal(text, "'=1+1,\n'+1,\n'-1,\n'@x,\n'\t=1,\n-1.50,\na=1,\n");
  });

  test('ends at the delimiter that is given', async (t) => {
    const { text } = await written(t, ['{"a":"x,y","b":"\\t;"}'], { columns: ['a', 'b'], delimiter: '\t' });
    assert.equal(text, 'a\tb\nx,y\t"\t;"\n');
  });
});

describe('the header of csvFile()', () => {
  const columns = ['a'];

  test('stands at the begin of a file, and not where it is added to', async (t) => {
    const { path } = await written(t, ['{"a":1}'], { columns });
    assert.equal(readText(path), 'a\n1\n');
    await write(path, ['{"a":2}', '{"a":3}'], { columns, append: true });
    assert.equal(readText(path), 'a\n1\n2\n3\n');
    await write(path, ['{"a":4}'], { columns });
    assert.equal(readText(path), 'a\n4\n');
  });

  test('comes to no file of a run without records', async (t) => {
    const { path } = await written(t, [], { columns });
    assert.equal(readText(path), '');
    await write(path, ['{"a":2}'], { columns, append: true });
    assert.equal(readText(path), 'a\n2\n');
  });

  test('comes to a file that is made again, and to one that is begun by reopen()', async (t) => {
    const path = join(temporaryFolder(t), 'a.csv');
    const clock = createFakeClock();
    const sink = csvFile(path, { columns, clock });
    const [one, two, three] = pagesOf(['{"a":1}', '{"a":2}', '{"a":3}'], 1);
    await stored(sink, one);
    renameSync(path, `${path}.1`);
    await sink.reopen();
    await stored(sink, two);
    assert.deepEqual([readText(`${path}.1`), readText(path)], ['a\n1\n', 'a\n2\n']);
    rmSync(path);
    await clock.advance(2_000);
    await stored(sink, three);
    sink.end();
    await new Promise((resolve) => sink.once('close', resolve));
    assert.equal(readText(path), 'a\n3\n');
    assert.equal(sink.stats.records, 2);
  });

  test('is compressed with the rows', async (t) => {
    const path = join(temporaryFolder(t), 'a.csv.gz');
    await write(path, ['{"a":1}', '{"a":2}'], { columns });
    await write(path, ['{"a":3}'], { columns, append: true });
    assert.equal(gunzipSync(readFileSync(path)).toString(), 'a\n1\n2\n3\n');
  });
});

describe('the end of a CSV file that is added to', () => {
  const columns = ['a', 'b'];
  for (const [what, before, after, torn] of [
    ['a row without its line feed', 'a,b\n1,2\n3,4', 'a,b\n1,2\n', '3,4'],
    ['a cell that was cut off behind a line feed in it', 'a,b\n1,2\n3,"x\ny\n', 'a,b\n1,2\n', '3,"x\ny\n'],
    ['a header that was cut off', 'a,', 'a,b\n', 'a,'],
    ['zeros', 'a,b\n1,2\n\0\0\0', 'a,b\n1,2\n', undefined],
    ['nothing', 'a,b\n1,"x\ny"\n', 'a,b\n1,"x\ny"\n', undefined],
  ] as const) {
    test(`is mended: ${what}`, async (t) => {
      const path = join(temporaryFolder(t), 'a.csv');
      writeFileSync(path, before);
      await write(path, ['{"a":5,"b":6}'], { columns, append: true });
      assert.equal(readText(path), `${after}5,6\n`);
      if (torn !== undefined) assert.equal(readFileSync(`${path}.torn`, 'utf8').trimEnd(), torn.trimEnd());
    });
  }

  test('is mended where it is compressed: half a row goes with what is torn', async (t) => {
    const path = join(temporaryFolder(t), 'a.csv.gz');
    const first = gzipSync('a,b\n1,2\n');
    const second = gzipSync('3,"x\ny\nzzz"\n4,5\n', { level: 0 });
    writeFileSync(path, Buffer.concat([first, second.subarray(0, second.length - 14)]));
    await write(path, ['{"a":5,"b":6}'], { columns, append: true });
    assert.equal(gunzipSync(readFileSync(path)).toString(), 'a,b\n1,2\n5,6\n');
    assert.match(readFileSync(`${path}.torn`, 'utf8'), /^3,"x\ny\n/);
  });

  test('is mended where it is compressed and lacks its checksum alone: a last row gets its line feed', async (t) => {
    const path = join(temporaryFolder(t), 'a.csv.gz');
    for (const rows of ['a,b\n1,2\n', 'a,b\n1,2']) {
      writeFileSync(path, gzipSync(rows).subarray(0, -4));
      await write(path, ['{"a":5,"b":6}'], { columns, append: true });
      assert.equal(gunzipSync(readFileSync(path)).toString(), 'a,b\n1,2\n5,6\n');
      assert.equal(existsSync(`${path}.torn`), false);
    }
  });
});

describe('what csvFile() is given', () => {
  for (const [path, options, message] of [
    ['', { columns: ['a'] }, /^csvFile\.path: Expected the path of a file/],
    ['a', {}, /^csvFile\.columns: Expected the columns: an array of paths/],
    ['a', { columns: [] }, /^csvFile\.columns: Expected an array of paths, or of `\{ path, header \}`, at least one/],
    ['a', { columns: ['a..b'] }, /^csvFile\.columns\[0\]: The path "a\.\.b" cannot be read/],
    ['a', { columns: ['a', { path: 'b' }] }, /^csvFile\.columns\[1\]: Expected a path, or `\{ path, header \}`/],
    ['a', { columns: [{ header: 'b' }] }, /^csvFile\.columns\[0\]\.path: A path must be a string/],
    ['a', { columns: [{ path: 'b', header: 'b', width: 1 }] }, /^csvFile\.columns\[0\]\.width: There is no such key/],
    ['a', { columns: [null] }, /^csvFile\.columns\[0\]: Expected a path/],
    ['a', { columns: ['a'], delimiter: '"' }, /^csvFile\.delimiter: Expected one character, and none of ", CR and LF/],
    ['a', { columns: ['a'], delimiter: '||' }, /^csvFile\.delimiter: /],
    ['a', { columns: ['a'], pretty: true }, /^csvFile\.pretty: There is no such key/],
  ] as const) {
    test(`is refused where it is wrong: ${String(message)}`, () => {
      assert.throws(() => csvFile(path, options as never), { code: 'ERR_CONFIG', message });
    });
  }
});

async function written(t: TestContext, records: readonly string[], options: CsvFileOptions) {
  const path = join(temporaryFolder(t), 'a.csv');
  await write(path, records, options);
  return { path, text: readText(path) };
}

async function write(path: string, records: readonly string[], options: CsvFileOptions): Promise<void> {
  await pipeline(Readable.from(pagesOf(records, 2)), csvFile(path, options));
}

function stored(sink: ReturnType<typeof csvFile>, page: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    sink.write(page, (error) => (error ? reject(error) : resolve()));
  });
}
