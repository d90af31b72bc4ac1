import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import type { SinkCheck } from '../../../lib/sink/check.js';
import { jsonlFile } from '../../../lib/sink/file/jsonl-file.js';
import { checkJsonlFile } from '../../../lib/sink/file/jsonl-file-check.js';
import { isOwnStream } from '../../../lib/sink/file/own-stream.js';
import { recorder } from '../../support/messages.js';
import { temporaryFolder } from '../files.js';
import { pagesOf } from '../pages.js';

const LOG = 'started\n{"torn":';

/** Paths that lead to an open file of this process. */
const PATHS: Readonly<Record<string, (t: TestContext, fd: number) => string>> = {
  '/dev/fd/N': (_, fd) => `/dev/fd/${fd}`,
  '/proc/self/fd/N': (_, fd) => `/proc/self/fd/${fd}`,
  'a link to it': (t, fd) => {
    const link = join(temporaryFolder(t), 'out.jsonl');
    symlinkSync(`/dev/fd/${fd}`, link);
    return link;
  },
};

describe('A path that leads to a stream that is open already', { skip: process.platform !== 'linux' }, () => {
  for (const [what, pathOf] of Object.entries(PATHS)) {
    for (const append of [false, true]) {
      it(`is added to, and nothing of it is taken away: ${what}${append ? ', with append' : ''}`, async (t) => {
        const log = join(temporaryFolder(t), 'log');
        writeFileSync(log, LOG);
        const fd = openSync(log, 'a');
        t.after(() => closeSync(fd));
        const path = pathOf(t, fd);
        const logger = recorder();
        const sink = jsonlFile(path, { append, logger });
        await pipeline(Readable.from(pagesOf(['1', '2'])), sink);
        assert.equal(readFileSync(log, 'utf8'), `${LOG}1\n2\n`);
        assert.deepEqual(logger.entries, []);
        assert.deepEqual(sink.report(), { files: [{ name: path, state: 'in_place', records: 2 }], gone: 0 });
        const looks = await Readable.from(checkJsonlFile(path, { append })).toArray();
        assert.equal((looks[1] as SinkCheck).detail, 'no regular file, but it can be written to');
      });
    }
  }

  it('is told from any other', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'stdout');
    writeFileSync(file, '');
    symlinkSync('loop', join(folder, 'loop'));
    symlinkSync(file, join(folder, 'link'));
    for (const path of ['/dev/stdout', '/dev/stderr', '/dev/fd/63']) assert.equal(await isOwnStream(path), true, path);
    for (const path of [file, join(folder, 'link'), join(folder, 'loop'), join(folder, 'none/x'), '/dev/null', '/'])
      assert.equal(await isOwnStream(path), false, path);
  });
});
