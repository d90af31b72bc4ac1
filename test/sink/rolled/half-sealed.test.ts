import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { rolledFiles } from '../../../lib/index.js';
import type { SealedFile } from '../../../lib/manifest/manifest-entry.js';
import { encodeLine } from '../../../lib/manifest/manifest-line.js';
import { tempFolder } from '../../support/temp-folder.js';
import { pagesOf } from '../pages.js';
import { allFiles, linesOf, sealedFiles } from './support.js';

const TEXT = Buffer.from('{"n":0}\n{"n":1}\n');

/** What a run has left that died while it sealed a part, step by step. The part had two records. */
const DEATHS: Readonly<Record<string, (left: Left) => void>> = {
  'before anything was done': ({ part }) => part(),
  'while its bytes were compressed': ({ part, sealing }) => {
    part();
    sealing(20);
  },
  'before it was written down what comes': ({ part, sealing }) => {
    part();
    sealing();
  },
  'while that was written down': ({ part, sealing, intent }) => {
    part();
    sealing();
    intent(30);
  },
  'before it was renamed': ({ part, sealing, intent }) => {
    part();
    sealing();
    intent();
  },
  'before the manifest had its line': ({ partUnlessPlain, sealed, intent }) => {
    partUnlessPlain();
    sealed();
    intent();
  },
  'while the manifest got its line': ({ partUnlessPlain, sealed, intent, line }) => {
    partUnlessPlain();
    sealed();
    intent();
    line(50);
  },
  'before the part was removed': ({ partUnlessPlain, sealed, intent, line }) => {
    partUnlessPlain();
    sealed();
    intent();
    line();
  },
  'at its very end': ({ sealed, intent, line }) => {
    sealed();
    intent();
    line();
  },
};

describe('a part whose run died while it was sealed', () => {
  for (const suffix of ['', '.gz']) {
    for (const [when, leave] of Object.entries(DEATHS)) {
      it(`is sealed by the next run, once: ${when} (${suffix || 'plain'})`, async (t) => {
        const left = await leftBy(t, `out.jsonl${suffix}`);
        leave(left);
        // It goes on with records of its own.
        const sink = rolledFiles(left.path, { roll: { records: 100 } });
        await pipeline(Readable.from(pagesOf(['{"n":2}'])), sink);
        const [first, second, ...others] = sealedFiles(left.folder);
        assert.deepEqual(others, []);
        assert.deepEqual([first!.path, second!.path], [`out.jsonl${suffix}`, `out-000001.jsonl${suffix}`]);
        assert.deepEqual(linesOf(join(left.folder, first!.path)), ['{"n":0}', '{"n":1}']);
        assert.deepEqual(linesOf(join(left.folder, second!.path)), ['{"n":2}']);
        assert.equal(first!.records, 2);
        // Known as long as it was written down.
        const isKnown = existsSync(left.intentPath) || left.isWrittenDown;
        assert.equal(first!.lastSequence, isKnown ? 8 : undefined);
        assert.deepEqual(
          allFiles(left.folder).filter((name) => /\.part$|\.sealing$|sealing\.json$/.test(name)),
          [],
        );
      });
    }
  }

  it('is sealed under another name when somebody has made a file of its name', async (t) => {
    const left = await leftBy(t, 'out.jsonl');
    left.part();
    writeFileSync(left.path, 'somebody else\n');
    await pipeline(Readable.from(pagesOf(['{"n":2}'])), rolledFiles(left.path, { roll: { records: 100 } }));
    const manifest = sealedFiles(left.folder, true).map(({ path }) => path);
    assert.deepEqual(manifest, ['out-000002.jsonl', 'out-000001.jsonl']);
    assert.deepEqual(linesOf(left.path), ['somebody else']);
  });
});

interface Left {
  readonly part: () => void;
  /** Of a part that was not compressed, the finished file is the part itself. */
  readonly partUnlessPlain: () => void;
  readonly sealing: (bytes?: number) => void;
  readonly intent: (bytes?: number) => void;
  readonly sealed: () => void;
  readonly line: (bytes?: number) => void;
}

async function leftBy(t: TestContext, name: string) {
  const folder = await tempFolder(t);
  const isPlain = !name.endsWith('.gz');
  const bytes = isPlain ? TEXT : gzipSync(TEXT);
  const path = join(folder, name);
  const own = join(folder, '.spillway');
  mkdirSync(own);
  const intentPath = join(own, 'sealing.json');
  const entry: SealedFile = {
    ...{ event: 'sealed', path: name, records: 2, bytes: bytes.length },
    sha256: createHash('sha256').update(bytes).digest('hex'),
    ...{ firstSequence: 7, lastSequence: 8, firstReceivedAt: 1_000, lastReceivedAt: 2_000 },
    gaps: { count: 0, ms: 0, missing: 0 },
  };
  const line = encodeLine(entry, null);
  const source = isPlain ? `${name}.part` : `${name}.part.sealing`;
  const intent = JSON.stringify({ source, part: `${name}.part`, line: line.toString() });
  let isWrittenDown = false;
  const part = (): void => writeFileSync(`${path}.part`, TEXT);
  return {
    ...{ folder, path, intentPath, part },
    get isWrittenDown() {
      return isWrittenDown;
    },
    partUnlessPlain: () => void (isPlain || part()),
    sealing: (length = bytes.length) =>
      void (isPlain || writeFileSync(`${path}.part.sealing`, bytes.subarray(0, length))),
    intent(length = intent.length) {
      isWrittenDown = length === intent.length;
      writeFileSync(intentPath, intent.slice(0, length));
    },
    sealed: () => writeFileSync(path, bytes),
    line: (length = line.length) => writeFileSync(join(folder, 'manifest.jsonl'), line.subarray(0, length)),
  };
}
