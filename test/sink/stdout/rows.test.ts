import assert from 'node:assert/strict';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SinkError } from '../../../lib/errors.js';
import { stopRun, trackPipes } from '../../../lib/internal/chain.js';
import type { StdoutOptions } from '../../../lib/sink/stdout/options.js';
import { RowWriter } from '../../../lib/sink/stdout/rows.js';
import { stdout } from '../../../lib/sink/stdout/stdout.js';
import { lines, pagesOf, records } from '../pages.js';

/** [what, record, as csv, as tsv] */
const ROWS: readonly (readonly [string, string, string, string])[] = [
  ['puts the values in the order of the keys', '{"b":1,"a":2,"B":3}', '3,2,1', '3\t2\t1'],
  ['orders keys by their bytes, whatever their escapes', '{"z":1,"\\u0061":2,"é":3}', '2,1,3', '2\t1\t3'],
  [
    'keeps the text of numbers',
    '{"a":2.50,"b":1e5,"c":9007199254740993,"d":-0}',
    '2.50,1e5,9007199254740993,-0',
    '2.50\t1e5\t9007199254740993\t-0',
  ],
  ['leaves null empty', '{"a":null,"b":1,"c":null}', ',1,', '\t1\t'],
  ['writes booleans as words', '{"a":true,"b":false}', 'true,false', 'true\tfalse'],
  ['writes strings without their quotes', '{"a":"x","b":""}', 'x,', 'x\t'],
  ['takes escapes out of strings', '{"a":"\\u00e9\\/\\\\"}', 'é/\\', 'é/\\'],
  ['quotes a cell with a comma in csv', '{"a":"x,y","b":1}', '"x,y",1', 'x,y\t1'],
  ['doubles quotation marks in csv', '{"a":"say \\"hi\\""}', '"say ""hi"""', 'say "hi"'],
  ['keeps line breaks in csv, and makes them spaces in tsv', '{"a":"x\\ny\\rz"}', '"x\ny\rz"', 'x y z'],
  ['keeps a tab in csv, and makes it a space in tsv', '{"a":"x\\ty"}', 'x\ty', 'x y'],
  [
    'writes objects and arrays as JSON on one line',
    '{"a":{"z": 1.50, "y":[ 1, "\\t" ]},"b":[]}',
    '"{""z"":1.50,""y"":[1,""\\t""]}",[]',
    '{"z":1.50,"y":[1,"\\t"]}\t[]',
  ],
  ['takes the last of a key that comes twice', '{"a":1,"b":2,"\\u0061":3}', '3,2', '3\t2'],
  ['leaves no line that a reader of csv takes for none', '{}', '""', ''],
  ['leaves none for one cell that is empty, either', '{"a":null}', '""', ''],
  ['replaces half a surrogate pair', '{"a":"\\ud800"}', '\ufffd', '\ufffd'],
];

describe('stdout, with rows of values,', () => {
  for (const [what, record, csv, tsv] of ROWS) {
    it(what, async () => {
      assert.equal(await written([record], { format: 'csv' }), `${csv}\n`);
      assert.equal(await written([record], { format: 'tsv' }), `${tsv}\n`);
    });
  }

  it('follows records whose keys change from one to the next', async () => {
    const texts = ['{"a":1,"b":2}', '{"a":3,"b":4}', '{"b":5,"a":6}', '{"a":7}', '{"c":8,"a":9}', '{"a":10,"b":11}'];
    assert.equal(await written(texts, { format: 'tsv' }), '1\t2\n3\t4\n6\t5\n7\n9\t8\n10\t11\n');
  });

  it('gives back what csv readers read, for any record', () => {
    const cell = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(',', '"', '\n', '\r\n', '\t', ' '),
    );
    const rows = fc.array(fc.dictionary(fc.string(), cell, { minKeys: 1, maxKeys: 4 }), { minLength: 1, maxLength: 4 });
    const writer = new RowWriter('csv');
    fc.assert(
      fc.property(rows, (given) => {
        for (const row of given) {
          const bytes = Buffer.from(JSON.stringify(row));
          assert.equal(writer.add(bytes, 0, bytes.length), true);
          writer.endLine();
        }
        const expected = given.map((row) =>
          Object.entries(row)
            .toSorted(([a], [b]) => Buffer.from(a).compare(Buffer.from(b)))
            .map(([, value]) => Buffer.from(value).toString()),
        );
        assert.deepEqual(readCsv(writer.take().toString()), expected);
      }),
    );
  });

  it('fails at a record that is no object, after those before it are written', async () => {
    for (const record of ['[1]', '"text"', '1', 'null']) {
      const taken: string[] = [];
      const sink = stdout({ stream: collecting(taken), format: 'csv' });
      const error = await pipeline(Readable.from(pagesOf(['{"a":1}', '{"a":2}', record, '{"a":3}'], 4)), sink).catch(
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof SinkError);
      assert.equal(
        error.message,
        'The record of frame 2 is no object, so it has no columns for `format: csv`. Wrap it by `envelope: true`, or write ' +
          '`json_lines`.',
      );
      assert.equal(error.recordsWritten, 2);
      assert.deepEqual(sink.stats, { records: 2, pages: 0, bytes: 4 });
      assert.equal(taken.join(''), '1\n2\n');
    }
  });
});

describe('stdout, with `maxRecords`,', () => {
  for (const flushPerRecord of [false, true]) {
    it(`writes so many records and stops the run${flushPerRecord ? ', record by record' : ''}`, async () => {
      const taken: string[] = [];
      const sink = stdout({ stream: collecting(taken), maxRecords: 5, flushPerRecord });
      const causes: string[] = [];
      const pages = pagesOf(records(20), 3);
      const feed = new Readable({ objectMode: true, highWaterMark: 1, read: () => {} });
      trackPipes(feed);
      Object.assign(feed, {
        [stopRun]: (cause: string) => causes.push(cause) && [...pages, null].map((page) => feed.push(page)),
      });
      for (const page of pages.splice(0, 2)) feed.push(page);
      await pipeline(feed, sink);
      assert.deepEqual(causes, ['stopped']);
      assert.equal(taken.join(''), lines(records(5)));
      assert.deepEqual(sink.stats, { records: 5, pages: 1, bytes: lines(records(5)).length });
      assert.equal(sink.isFull, true);
    });
  }

  it('drops the rest where there is no run to stop, and counts no gaps', async () => {
    const gap = '{"gap":{"cause":"closed"}}';
    assert.equal(await written(['1', gap, gap, '2', '3'], { maxRecords: 2 }), lines(['1', gap, gap, '2']));
    assert.equal(await written(['1', '2', '3'], { maxRecords: 3 }), lines(['1', '2', '3']));
    assert.equal(await written(['1', '2'], { maxRecords: 0 }), '');
  });
});

it('stdout writes record by record with `flushPerRecord`', async () => {
  const taken: string[] = [];
  const sink = stdout({ stream: collecting(taken), flushPerRecord: true });
  await pipeline(Readable.from(pagesOf(['{"a":1}', '2', '3'], 2)), sink);
  assert.deepEqual(taken, ['{"a":1}\n', '2\n', '3\n']);
  assert.deepEqual(sink.stats, { records: 3, pages: 2, bytes: 12 });
});

function collecting(taken: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, callback) {
      taken.push(chunk.toString());
      callback();
    },
  });
}

async function written(texts: readonly string[], options: StdoutOptions): Promise<string> {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await pipeline(Readable.from(pagesOf(texts, 4)), stdout({ stream, ...options }));
  stream.end();
  await new Promise((resolve) => stream.once('close', resolve));
  return Buffer.concat(chunks).toString();
}

/** RFC 4180, section 2, with LF or CRLF between rows. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < text.length; ) {
    let cell = '';
    if (text[at] === '"') {
      for (at += 1; text[at] !== '"' || text[at + 1] === '"'; at += text[at] === '"' ? 2 : 1) cell += text[at];
      at += 1;
    } else for (; text[at] !== ',' && text[at] !== '\n'; at += 1) cell += text[at];
    row.push(cell);
    if (text[at] === '\n') {
      rows.push(row);
      row = [];
    }
    at += 1;
  }
  return rows;
}
