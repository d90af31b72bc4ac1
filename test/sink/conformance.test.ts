import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { type JsonlFileWritable, jsonlFile } from '../../lib/sink/file/jsonl-file.js';
import type { JsonlFileOptions } from '../../lib/sink/file/jsonl-file-options.js';
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
        taken.push(chunk);
        callback();
      });
    },
  });
  const stored = () => untilIdle(stream, () => Buffer.concat(taken).toString());
  return { sink: stdout({ stream }), stored };
});

conforms('stdout into a stream that takes all at once', () => {
  const stream = new PassThrough();
  const taken: Buffer[] = [];
  stream.on('data', (chunk) => taken.push(chunk));
  return { sink: stdout({ stream }), stored: () => untilIdle(stream, () => Buffer.concat(taken).toString()) };
});

conforms('stdout into a file', (t) => {
  const path = join(temporaryFolder(t), 'out.jsonl');
  const stream = createWriteStream(path);
  t.after(() => stream.destroy());
  return { sink: stdout({ stream }), stored: () => untilIdle(stream, () => readText(path)) };
});

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
