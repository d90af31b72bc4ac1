import assert from 'node:assert/strict';
import { createWriteStream, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type JsonlFileWritable, jsonlFile } from '../../lib/sink/file/jsonl-file.js';
import type { JsonlFileOptions } from '../../lib/sink/file/jsonl-file-options.js';
import { partitionBy } from '../../lib/sink/many/partition-by.js';
import { tee } from '../../lib/sink/many/tee.js';
import { writePages } from '../../lib/sink/own/write-pages.js';
import { stdout } from '../../lib/sink/stdout/stdout.js';
import { conforms, type OpenSink } from './conformance.js';
import { noZstd, readText, temporaryFolder } from './files.js';

conforms('jsonlFile', file('out.jsonl'));
conforms('jsonlFile with append', file('out.jsonl', { append: true }));
conforms('jsonlFile with fsync at each page', file('out.jsonl', { fsync: 'page' }));
conforms('jsonlFile with fsync at the end', file('out.jsonl', { fsync: 'end' }));
conforms('jsonlFile with gzip', file('out.jsonl.gz'));
if (noZstd === false) conforms('jsonlFile with zstd', file('out.jsonl.zst'));

conforms('stdout into a stream that takes its time', () => {
  const taken: Buffer[] = [];
  const stream = new Writable({
    write(chunk, _encoding, callback) {
      setImmediate(() => {
        taken.push(Buffer.from(chunk));
        callback();
      });
    },
  });
  const stored = () => untilIdle(stream, () => Buffer.concat(taken).toString());
  return { sink: stdout({ stream }), stored };
});

conforms('stdout into a stream that takes all at once', () => {
  const taken: Buffer[] = [];
  const stream = new Writable({
    write(chunk, _encoding, callback) {
      taken.push(Buffer.from(chunk));
      callback();
    },
  });
  return { sink: stdout({ stream }), stored: () => untilIdle(stream, () => Buffer.concat(taken).toString()) };
});

conforms('stdout into a file', (t) => {
  const path = join(temporaryFolder(t), 'out.jsonl');
  // Opened now: one that opens by and by may come after the test and its folder.
  const stream = createWriteStream(path, { fd: openSync(path, 'w') });
  t.after(() => stream.destroy());
  return { sink: stdout({ stream }), stored: () => untilIdle(stream, () => readText(path)) };
});

conforms('writePages', () => {
  const taken: Buffer[] = [];
  const sink = writePages(async ({ bytes }) => {
    await nextTurn();
    taken.push(Buffer.from(bytes));
  });
  return { sink, stored: () => Buffer.concat(taken).toString() };
});

conforms(
  'writePages with pages that overtake each other',
  () => {
    const taken: { readonly sequence: number; readonly text: string }[] = [];
    let turns = 0;
    const sink = writePages(
      async (page) => {
        for (let turn = turns++ % 3; turn < 3; turn++) await nextTurn();
        taken.push({ sequence: page.frame(0).sequence, text: page.bytes.toString() });
      },
      { concurrency: 3 },
    );
    const inOrder = () => taken.toSorted((one, other) => one.sequence - other.sequence);
    const stored = () =>
      inOrder()
        .map(({ text }) => text)
        .join('');
    return { sink, stored };
  },
  true,
);

conforms('tee into a file and a function', (t) => {
  const path = join(temporaryFolder(t), 'out.jsonl');
  const taken: Buffer[] = [];
  const slow = writePages(async ({ bytes }) => {
    await nextTurn();
    taken.push(Buffer.from(bytes));
  });
  return { sink: tee([jsonlFile(path), slow]), stored: () => same(readText(path), Buffer.concat(taken).toString()) };
});

conforms(
  'tee at the pace of each',
  () => {
    const targets = [1, 3].map((turns) => {
      const taken: Buffer[] = [];
      const sink = writePages(async ({ bytes }) => {
        for (let turn = 0; turn < turns; turn++) await nextTurn();
        taken.push(Buffer.from(bytes));
      });
      return { sink, text: () => Buffer.concat(taken).toString() };
    });
    const sink = tee(
      targets.map((target) => target.sink),
      { pace: 'own' },
    );
    return { sink, stored: () => same(...targets.map(({ text }) => text())) };
  },
  true,
);

conforms('partitionBy with a file for all', (t) => {
  const path = join(temporaryFolder(t), 'all.jsonl');
  const sink = partitionBy('there.is.none', () => jsonlFile(path), { missing: '' });
  return { sink, stored: () => (existsSync(path) ? readText(path) : '') };
});

/** The text that all targets hold. */
function same(...texts: readonly string[]): string {
  for (const text of texts) assert.equal(text, texts[0]);
  return texts[0]!;
}

function file(name: string, options?: JsonlFileOptions): (t: TestContext) => OpenSink {
  return (t) => {
    const path = join(temporaryFolder(t), 'a folder', 'another', name);
    const sink: JsonlFileWritable = jsonlFile(path, options);
    return { sink, stored: () => readText(path) };
  };
}

/** A sink leaves its output open: what it was given last may still be under way. */
async function untilIdle<T>(stream: Writable, read: () => T): Promise<T> {
  await new Promise((resolve) => stream.write('', resolve));
  return read();
}
