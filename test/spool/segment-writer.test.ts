import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type EntryHead, encodeHead } from '../../lib/spool/entry.js';
import { Segment } from '../../lib/spool/segment.js';
import { SegmentWriter } from '../../lib/spool/segment-writer.js';
import type { SpoolDisk } from '../../lib/spool/spool-disk.js';

const HEAD: EntryHead = {
  ...{ kind: 'page', page: 1, bodyLength: 0, factsLength: 0, contentCrc: 0, records: 1 },
  ...{ firstSequence: 1, lastSequence: 1, firstAt: 1_000, lastAt: 1_000 },
};

test('an entry is written whole, however little of it the system takes at a time', () => {
  const parts = fc.array(
    fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
    { minLength: 1 },
  );
  const most = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
  fc.assert(
    fc.property(fc.array(parts, { minLength: 1, maxLength: 3 }), most, (entries, sizes) => {
      const disk = new Memory(sizes);
      const segment = new Segment(1, 'a');
      const writer = new SegmentWriter(segment, disk.disk);
      for (const entry of entries) writer.append(HEAD, entry);
      const all = Buffer.concat(entries.flat());
      assert.deepEqual(Buffer.from(disk.bytes), all);
      assert.equal(segment.bytes, all.length);
    }),
  );
});

test('of an entry that fails nothing stays behind, also when it cannot be taken away at once', () => {
  for (const cutsAtOnce of [true, false]) {
    const disk = new Memory([2, 0, 9]);
    const segment = new Segment(1, 'a');
    const writer = new SegmentWriter(segment, disk.disk);
    disk.cutsFail = !cutsAtOnce;
    assert.throws(() => writer.append(HEAD, [Buffer.from('lost')]), /full/);
    assert.equal(segment.bytes, 0);
    assert.equal(disk.bytes.length, cutsAtOnce ? 0 : 2);
    disk.cutsFail = false;
    writer.append(HEAD, [Buffer.from('k')]);
    assert.equal(Buffer.from(disk.bytes).toString(), 'k');
    assert.equal(disk.cuts, cutsAtOnce ? 1 : 2);
  }
});

test('what was written is forced to the disk once, and again when more was', async () => {
  const disk = new Memory([100]);
  const segment = new Segment(1, 'a');
  const writer = new SegmentWriter(segment, disk.disk);
  await Promise.all([writer.sync(), writer.sync()]);
  assert.equal(disk.syncs, 1);
  writer.append(HEAD, [Buffer.from('a')]);
  await writer.sync();
  assert.equal(disk.syncs, 2);
  const { sum } = segment;
  await writer.finish(true);
  assert.deepEqual([disk.syncs, disk.isClosed], [3, true]);
  // Its sum stands at its end.
  assert.deepEqual(Buffer.from(disk.bytes).subarray(1), encodeHead(sum));
});

test('a segment whose sum cannot be written is closed all the same, and one that is not forced waits for nothing', async () => {
  const disk = new Memory([100, 0]);
  const writer = new SegmentWriter(new Segment(1, 'a'), disk.disk);
  writer.append(HEAD, [Buffer.from('a')]);
  await writer.finish(false);
  assert.deepEqual([Buffer.from(disk.bytes).toString(), disk.syncs, disk.isClosed], ['a', 0, true]);
});

/** A file in memory, which takes so many bytes of each write in turns; of 0 it says that it is full. */
class Memory {
  bytes: number[] = [];
  cutsFail = false;
  cuts = 0;
  syncs = 0;
  isClosed = false;
  readonly #sizes: readonly number[];
  #writes = 0;

  constructor(sizes: readonly number[]) {
    this.#sizes = sizes;
  }

  readonly disk = {
    create: () => 7,
    write: (fd: number, parts: readonly Buffer[], at: number) => {
      assert.equal(fd, 7);
      assert.equal(at, this.bytes.length);
      const most = this.#sizes[this.#writes++ % this.#sizes.length]!;
      if (most === 0) throw new Error('the disk is full');
      const taken = Buffer.concat(parts).subarray(0, most);
      this.bytes.push(...taken);
      return taken.length;
    },
    cut: (_fd: number, length: number) => {
      this.cuts += 1;
      if (this.cutsFail) throw new Error('not now');
      this.bytes.length = length;
    },
    sync: async () => {
      this.syncs += 1;
    },
    close: () => {
      this.isClosed = true;
    },
  } as unknown as SpoolDisk;
}
