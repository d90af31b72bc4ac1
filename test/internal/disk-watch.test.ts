import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { type DiskRoom, DiskWatch, systemRoom } from '../../lib/internal/disk-watch.js';
import { createFakeClock } from '../../lib/testing/index.js';

describe('a watch of a disk', () => {
  it('tells once when less than a tenth is left, and once when there is clearly more', async () => {
    const { looksAt, told } = watched();
    // At its limit it goes up and down.
    for (const free of [100, 10, 9.9, 5, 10.1, 9, 11.9, 8, 12, 11, 10, 9]) await looksAt(free);
    assert.deepEqual(told, ['low 9.9', 'room 12', 'low 9']);
  });

  it('looks once a minute, however often it is asked', async () => {
    const { looksAt, told, looks } = watched();
    await looksAt(100);
    await looksAt(5, 59_999);
    assert.deepEqual([told, looks()], [[], 1]);
    await looksAt(5, 1);
    assert.deepEqual([told, looks()], [['low 5'], 2]);
  });

  it('looks for the first time a minute after it was made, where that is not due', async () => {
    const { looksAt, told } = watched(false);
    await looksAt(5, 0);
    assert.deepEqual(told, []);
    await looksAt(5, 60_000);
    assert.deepEqual(told, ['low 5']);
  });

  it('says nothing of a file system that does not tell', async () => {
    const { looksAt, told } = watched();
    await looksAt(new Error('ENOSYS'));
    await looksAt({ free: 0, all: 0 });
    assert.deepEqual(told, []);
  });

  it('asks the system', async () => {
    const { free, all } = await systemRoom(tmpdir());
    assert.ok(free >= 0 && free <= all);
  });
});

function watched(isDue = true) {
  const clock = createFakeClock();
  const told: string[] = [];
  let room: DiskRoom | Error = { free: 0, all: 0 };
  let looks = 0;
  const roomOf = async (): Promise<DiskRoom> => {
    looks += 1;
    if (room instanceof Error) throw room;
    return room;
  };
  const watch = new DiskWatch(
    {
      ...{ folder: '/', roomOf, clock },
      onLow: ({ free }) => told.push(`low ${free}`),
      onRoom: ({ free }) => told.push(`room ${free}`),
    },
    isDue,
  );
  return {
    told,
    looks: () => looks,
    /** Finds that room, so long after the time before. */
    async looksAt(found: number | DiskRoom | Error, ms = 60_000): Promise<void> {
      room = typeof found === 'number' ? { free: found, all: 100 } : found;
      await clock.advance(ms);
      await watch.look();
    },
  };
}
