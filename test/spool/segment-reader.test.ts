import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import type { PageBytes } from '../../lib/batch/page-bytes.js';
import { type EntryHead, encodeHead, HEAD_BYTES } from '../../lib/spool/entry.js';
import { type Found, SegmentReader } from '../../lib/spool/segment-reader.js';
import { tempFolder } from '../support/temp-folder.js';

const entry = fc.record({ facts: fc.nat({ max: 150 }), body: fc.nat({ max: 300 }) });
/** A byte that is changed, bytes that are put in, or all cut off behind a place. */
const damage = fc.record({
  kind: fc.constantFrom('flip', 'cut', 'junk'),
  at: fc.nat({ max: 999 }).map((thousandths) => thousandths / 1_000),
  length: fc.integer({ min: 1, max: 200 }),
});

describe('a segment', () => {
  it('is read entry by entry, past all that is damaged, through a window of any size', async (t) => {
    const path = join(await tempFolder(t), 'segment');
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { minLength: 1, maxLength: 6 }),
        fc.array(damage, { maxLength: 2 }),
        fc.integer({ min: HEAD_BYTES, max: 700 }),
        fc.boolean(),
        async (sizes, damages, windowBytes, isForBodies) => {
          const entries = sizes.map(({ facts, body }, page) => encoded(page + 1, facts, body));
          const bytes = damages.reduce(harmed, Buffer.concat(entries));
          writeFileSync(path, bytes);
          const found = await readAll(path, bytes.length, windowBytes, isForBodies);
          // From begin to end, one behind the other.
          let end = 0;
          for (const one of found) {
            assert.equal(one.start, end);
            end = one.end;
          }
          assert.equal(end, bytes.length);
          const known = entries.map((each) => each.toString('latin1'));
          const read = found.filter(({ kind }) => kind === 'entry');
          for (const { start, end: to, page } of isForBodies ? read : []) {
            assert.equal(bytes.toString('latin1', start, to), known[page! - 1]);
          }
          // Whatever stands there whole is read.
          const pages = new Set(read.map(({ page }) => page));
          for (const [index, text] of known.entries()) {
            if (bytes.toString('latin1').includes(text)) assert.ok(pages.has(index + 1), `page ${index + 1}`);
          }
          if (damages.length === 0)
            assert.deepEqual(
              [...pages],
              [...entries.keys()].map((n) => n + 1),
            );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('says which entry it is whose content is damaged, and that there is nothing but damage where no head is', async (t) => {
    const path = join(await tempFolder(t), 'segment');
    const entries = [encoded(1, 10, 20), encoded(2, 10, 20), encoded(3, 10, 20)];
    const bytes = Buffer.concat(entries);
    bytes[entries[0]!.length + HEAD_BYTES + 15]! ^= 1;
    writeFileSync(path, bytes);
    assert.deepEqual(
      (await readAll(path, bytes.length, 4_096, true)).map(({ kind, page }) => [kind, page]),
      [
        ['entry', 1],
        ['damage', 2],
        ['entry', 3],
      ],
    );
    writeFileSync(path, Buffer.alloc(500));
    assert.deepEqual(await readAll(path, 500, 100, true), [{ kind: 'damage', start: 0, end: 500, page: undefined }]);
  });

  it('goes on from a place, up to an end, and takes what was cut off meanwhile for damage', async (t) => {
    const path = join(await tempFolder(t), 'segment');
    const entries = [encoded(1, 10, 20), encoded(2, 10, 20), encoded(3, 10, 20)];
    const [{ length }] = entries as [Buffer];
    const bytes = Buffer.concat(entries);
    writeFileSync(path, bytes);
    const reader = new SegmentReader(await open(path, 'r'), length);
    t.after(() => reader.close());
    const found = await reader.next(2 * length);
    assert.ok(found?.kind === 'entry' && found.head.page === 2);
    assert.equal(reader.at, 2 * length);
    assert.equal(await reader.next(2 * length), undefined);
    const last = await reader.next(bytes.length);
    assert.ok(last?.kind === 'entry' && last.head.page === 3);
    writeFileSync(path, bytes.subarray(0, length));
    assert.deepEqual(
      (await readAll(path, bytes.length, 4_096, true)).map(({ kind, page }) => [kind, page]),
      [
        ['entry', 1],
        ['damage', undefined],
      ],
    );
  });
});

/** What is read of a file, with the numbers of pages. */
async function readAll(path: string, end: number, windowBytes: number, isForBodies: boolean) {
  const reader = new SegmentReader(await open(path, 'r'), 0, windowBytes);
  // Memory that was used before is larger than what is read.
  const take = (size: number): PageBytes => Buffer.alloc(size + 50, 0xff) as PageBytes;
  const all: { kind: Found['kind']; start: number; end: number; page: number | undefined }[] = [];
  try {
    for (;;) {
      const found = await reader.next(end, isForBodies ? take : undefined);
      if (found === undefined) return all;
      const { kind, start, head } = found;
      if (found.kind === 'entry' && isForBodies) {
        const { facts, body } = found.content;
        assert.deepEqual([facts.length, body.length], [found.head.factsLength, found.head.bodyLength]);
        assert.equal(crc32(Buffer.concat([facts, body])), found.head.contentCrc);
      }
      all.push({ kind, start, end: reader.at, page: head?.page });
    }
  } finally {
    await reader.close();
  }
}

/** An entry of this number, with so many bytes of each part. */
function encoded(page: number, factsLength: number, bodyLength: number): Buffer {
  const facts = Buffer.alloc(factsLength, page + 1);
  const body = Buffer.alloc(bodyLength, 0x61 + page);
  const head: EntryHead = {
    ...{ kind: 'page', page, bodyLength, factsLength, contentCrc: crc32(Buffer.concat([facts, body])) },
    ...{ records: 1, firstSequence: page, lastSequence: page, firstAt: 0, lastAt: 0 },
  };
  return Buffer.concat([encodeHead(head), facts, body]);
}

function harmed(bytes: Buffer, { kind, at, length }: { kind: string; at: number; length: number }): Buffer {
  const place = Math.floor(at * bytes.length);
  if (kind === 'junk')
    return Buffer.concat([bytes.subarray(0, place), Buffer.alloc(length, '\0SP'), bytes.subarray(place)]);
  if (kind === 'cut') return bytes.subarray(0, place);
  const copy = Buffer.from(bytes);
  if (place < copy.length) copy[place]! ^= 1;
  return copy;
}
