import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { filesIn, readManifest } from '../../lib/manifest/manifest.js';
import type { ManifestEntry, RemovedFile } from '../../lib/manifest/manifest-entry.js';
import { encodeLine, hashOfLine } from '../../lib/manifest/manifest-line.js';
import { anyEntry } from './entries.js';

describe('a manifest', () => {
  it('is read as it was written, and says what the next line begins with', () => {
    fc.assert(
      fc.property(fc.array(anyEntry), (entries) => {
        const lines = chain(entries);
        const bytes = Buffer.concat(lines);
        assert.deepEqual(readManifest(bytes), {
          entries: entries.map((entry, index) => ({ line: index + 1, entry })),
          damage: [],
          torn: undefined,
          length: bytes.length,
          previous: lines.length === 0 ? null : hashOfLine(lines.at(-1)!.subarray(0, -1)),
        });
      }),
    );
  });

  it('is read up to a line that is torn, wherever it was cut', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { minLength: 1 }), fc.nat(), (entries, seed) => {
        const lines = chain(entries);
        const last = lines.at(-1)!;
        const left = 1 + (seed % (last.length - 1));
        const bytes = Buffer.concat([...lines.slice(0, -1), last.subarray(0, left)]);
        const found = readManifest(bytes);
        assert.equal(found.entries.length, entries.length - 1);
        assert.deepEqual(found.damage, []);
        assert.deepEqual(found.torn, { line: entries.length, bytes: left });
        assert.equal(found.length, bytes.length - left);
      }),
    );
  });

  it('takes zeros at its end for a torn line', () => {
    const bytes = Buffer.concat([...chain([REMOVED]), Buffer.alloc(40)]);
    assert.deepEqual(readManifest(bytes).torn, { line: 2, bytes: 40 });
  });

  it('has damage when a line in front of others is changed, but for its line feed', () => {
    fc.assert(
      fc.property(
        fc.array(anyEntry, { minLength: 2, maxLength: 5 }),
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (entries, which, at, flip) => {
          const lines = chain(entries);
          const index = which % (lines.length - 1);
          const line = lines[index]!;
          const place = at % (line.length - 1);
          line[place]! ^= flip;
          fc.pre(line[place] !== 0x0a);
          const { damage } = readManifest(Buffer.concat(lines));
          assert.ok(damage.length > 0);
          assert.ok(damage.every((one) => one.line === index + 1 || one.line === index + 2));
        },
      ),
    );
  });

  it('has damage when lines are taken out', () => {
    const lines = chain([REMOVED, { ...REMOVED, at: 2 }, { ...REMOVED, at: 3 }]);
    assert.deepEqual(readManifest(Buffer.concat([lines[0]!, lines[2]!])).damage, [
      {
        line: 2,
        reason:
          'its `previous` is not the SHA-256 of line 1: one of the two was changed, or lines between them were taken out',
      },
    ]);
    assert.match(readManifest(lines[1]!).damage[0]!.reason, /lines in front of it were taken out/);
  });

  it('is read past a line that is no line, which the next one vouches for', () => {
    const other = Buffer.from('something else\n');
    const after = encodeLine(REMOVED, hashOfLine(other.subarray(0, -1)));
    const { entries, damage } = readManifest(Buffer.concat([other, after]));
    assert.deepEqual(entries, [{ line: 2, entry: REMOVED }]);
    assert.deepEqual(damage, [{ line: 1, reason: 'it is no JSON' }]);
  });

  it('knows which files are to be there', () => {
    const sealed = (path: string, records: number): ManifestEntry => ({
      ...{ event: 'sealed', path, records, bytes: 1, sha256: '0'.repeat(64) },
      ...{ firstSequence: 0, lastSequence: 0, firstReceivedAt: 0, lastReceivedAt: 0 },
      gaps: { count: 0, ms: 0, missing: 0 },
    });
    const removed: ManifestEntry = { event: 'removed', path: 'a', at: 1, limit: 'files' };
    const entries = [sealed('a', 1), sealed('b', 2), sealed('c', 3), removed, sealed('b', 4)];
    const files = filesIn(readManifest(Buffer.concat(chain(entries))));
    assert.deepEqual(
      [...files.values()].map(({ path, records }) => [path, records]),
      [
        ['c', 3],
        ['b', 4],
      ],
    );
  });
});

const REMOVED: RemovedFile = { event: 'removed', path: 'a/b.jsonl', at: 1, limit: 'bytes' };

function chain(entries: readonly ManifestEntry[]): Buffer[] {
  let previous: string | null = null;
  return entries.map((entry) => {
    const line = encodeLine(entry, previous);
    previous = hashOfLine(line.subarray(0, -1));
    return line;
  });
}
